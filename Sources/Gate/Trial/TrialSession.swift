import Glibc
import Policy

/// One namespace's part of a trial: a round of all packets without a table, then one round for each moment.
struct TrialSession: ~Copyable {
    /// An attempt at its place in the caller's list.
    struct Attempt {
        let index: Int
        let attempt: AccessAttempt
        /// Who makes the socket when the host reaches for itself.
        let owner: TrialOwner?
    }

    private let attempts: [Attempt]
    private var network: TrialNetwork
    // Every packet has a source port of its own, so that no two belong to one connection.
    private var nextPort: UInt16 = 1_024
    private var settled: [Int: TrialOutcome] = [:]
    // Seconds from the start of rendering until the last packet was sent, as last seen.
    private var lag = 0.05

    /// Makes the network in the calling thread's namespace.
    init(_ attempts: [Attempt], avoiding sources: Set<IPAddress>) throws(KernelTrialError) {
        self.attempts = attempts
        network = try TrialNetwork(avoiding: sources)
    }

    /// Returns what became of each attempt, at its place in the caller's list.
    mutating func decide(
        by ruleset: TrialRuleset
    ) throws(KernelTrialError) -> [(Int, TrialOutcome)] {
        let sendable = try sendable()
        var (moments, groups) = ([Instant](), [Instant: [Attempt]]())
        for attempt in sendable {
            if groups[attempt.attempt.time] == nil { moments.append(attempt.attempt.time) }
            groups[attempt.attempt.time, default: []].append(attempt)
        }
        for moment in moments {
            let group = groups[moment] ?? []
            let arrived = try judge(group, at: moment, by: ruleset)
            for attempt in group { settled[attempt.index] = arrived.contains(attempt.index) ? .arrived : .refused }
        }
        return settled.map { ($0.key, $0.value) }
    }

    /// Sends everything without a table and keeps what arrives.
    private mutating func sendable() throws(KernelTrialError) -> [Attempt] {
        var possible: [Attempt] = []
        for attempt in attempts {
            let source = attempt.attempt.source
            if attempt.owner != nil, !source.isLoopback, try !network.own(source) {
                settled[attempt.index] = .cannotBeSent(.martianSource)
            } else {
                possible.append(attempt)
            }
        }
        let arrived = try send(possible)
        return possible.filter { attempt in
            if arrived.contains(attempt.index) { return true }
            if settled[attempt.index] == nil { settled[attempt.index] = .cannotBeSent(.martianSource) }
            return false
        }
    }

    /// Loads the table for a moment and sends a group within the second that stands for it.
    private mutating func judge(
        _ group: [Attempt], at moment: Instant, by ruleset: TrialRuleset
    ) throws(KernelTrialError) -> Set<Int> {
        for _ in 0..<8 {
            let start = Self.now()
            let second = Int64(start + lag)
            try ruleset.load(ruleset.text(at: moment, offset: second - moment.seconds))
            Self.wait(until: second)
            let arrived = try send(group)
            let end = Self.now()
            lag = (end - start) * 1.25
            if Int64(end) == second { return arrived }
        }
        throw .clockOverrun
    }

    /// Sends a packet of each attempt and returns the indexes of those that arrived.
    private mutating func send(_ group: [Attempt]) throws(KernelTrialError) -> Set<Int> {
        var outside: [TrialPacket] = []
        var inside: [TrialOwner: [TrialPacket]] = [:]
        var indexes: [UInt16: Int] = [:]
        for attempt in group {
            guard nextPort < .max else { throw .clockOverrun }
            nextPort += 1
            let packet = packet(of: attempt, from: nextPort)
            indexes[nextPort] = attempt.index
            if let owner = attempt.owner { inside[owner, default: []].append(packet) } else { outside.append(packet) }
        }
        var arrived: Set<Int> = []
        if !outside.isEmpty {
            arrived.formUnion(try network.sendFromOutside(outside).compactMap { indexes[$0] })
        }
        for (owner, packets) in inside {
            if let ports = try network.sendFromHere(packets, owner: owner) {
                arrived.formUnion(ports.compactMap { indexes[$0] })
            } else {
                for index in packets.compactMap({ indexes[$0.sourcePort] }) {
                    settled[index] = .cannotBeSent(.owner(user: owner.user, group: owner.group))
                }
            }
        }
        return arrived
    }

    private func packet(of attempt: Attempt, from port: UInt16) -> TrialPacket {
        let source = attempt.attempt.source
        let destination: IPAddress =
            switch (attempt.owner != nil, source) {
            case (false, .v4): network.hostV4
            case (false, .v6): network.hostV6
            case (true, .v4) where source.isLoopback: .v4(IPv4Address(bits: 0x7f00_0001))
            case (true, _): source
            }
        return TrialPacket(
            source: source, destination: destination, transport: attempt.attempt.transport, sourcePort: port,
            destinationPort: attempt.attempt.port)
    }

    // Seconds since the epoch by the clock that `meta time` reads.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func wait(until second: Int64) {
        var time = timespec(tv_sec: Int(second), tv_nsec: 0)
        // TIMER_ABSTIME: at once when the second has begun.
        while clock_nanosleep(CLOCK_REALTIME, 1, &time, nil) == EINTR {}
    }
}
