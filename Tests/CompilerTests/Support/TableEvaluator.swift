import Nftables
import Policy

/// A second, plain reading of what a table does to a packet, statement by statement, as the kernel does it: a match that
/// fails or cannot load its value ends the rule, and a chain that ends hands back.
struct TableEvaluator {
    /// What became of a packet.
    struct Outcome: Equatable {
        enum Fate: Equatable {
            case accepted
            case dropped
            case reset
            case prohibited
            /// Turned into a reset for the other end.
            case cut
        }

        var fate: Fate
        var counters: [String] = []
        var logs: [String] = []
        /// The connection's mark afterwards.
        var mark: UInt32 = 0
        /// The sets that remember the connection since.
        var remembered: [String] = []
        var isAccepted: Bool { fate == .accepted }
    }

    struct Unknown: Error { let text: String }

    private enum Step {
        case next
        case endOfRule
        case final(Outcome.Fate)
        case jump(String)
        case goto(String)
        case handBack
    }

    let table: Table
    /// Whether the sets of protocols for a time hold both.
    var isArmed = false
    private let chains: [String: Chain]
    private let sets: [String: NamedSet.Content]
    private let maps: [String: VerdictMap]

    init(_ table: Table) {
        self.table = table
        chains = Dictionary(uniqueKeysWithValues: table.chains.map { ($0.name, $0) })
        sets = Dictionary(uniqueKeysWithValues: table.sets.map { ($0.name, $0.content) })
        maps = Dictionary(uniqueKeysWithValues: table.maps.map { ($0.name, $0) })
    }

    /// Runs a packet through the base chains of its hook.
    func outcome(of packet: Packet) throws -> Outcome {
        var outcome = Outcome(fate: .accepted, mark: packet.mark)
        for chain in table.chains where chain.hook?.point == packet.hook {
            let fate = try run(chain.name, packet, &outcome, depth: 0)
            let policy: Outcome.Fate = chain.hook?.policy == .drop ? .dropped : .accepted
            outcome.fate = fate ?? policy
            if outcome.fate != .accepted { return outcome }
        }
        return outcome
    }

    /// Returns the fate that a chain decides, or nil when it hands back.
    private func run(_ name: String, _ packet: Packet, _ outcome: inout Outcome, depth: Int) throws -> Outcome.Fate? {
        guard let chain = chains[name], depth < 16 else { throw Unknown(text: "chain \(name)") }
        for rule in chain.rules {
            var isReset = false
            statements: for statement in rule.statements {
                switch try step(statement, packet, &outcome, &isReset) {
                case .next: continue
                case .endOfRule: break statements
                case .final(.accepted) where isReset: return .cut
                case .final(let fate): return fate
                case .handBack: return nil
                case .goto(let target): return try run(target, packet, &outcome, depth: depth + 1)
                case .jump(let target):
                    if let fate = try run(target, packet, &outcome, depth: depth + 1) { return fate }
                    break statements
                }
            }
        }
        return nil
    }

    private func dispatch(_ map: String, _ packet: Packet, port: UInt16) throws -> Step {
        guard let map = maps[map] else { throw Unknown(text: map) }
        let element = map.elements.first {
            $0.transport == packet.transport && $0.first <= port && port <= $0.last
        }
        return element.map { step($0.verdict) } ?? .endOfRule
    }

    private func step(
        _ statement: Statement, _ packet: Packet, _ outcome: inout Outcome, _ isReset: inout Bool
    ) throws -> Step {
        func when(_ holds: Bool) -> Step { holds ? .next : .endOfRule }
        switch statement {
        case .sourceInSet(let family, let set):
            return when(family == packet.family && holds(set, packet.source, packet))
        case .destinationInSet(let family, let set):
            return when(family == packet.family && packet.destination.map { holds(set, $0, packet) } ?? false)
        case .originalSourceInSet(let family, let set):
            let isTracked = packet.state != .untracked
            return when(
                family == packet.family && isTracked && holds(set, packet.originalSource ?? packet.source, packet))
        case .connectionDirection(let direction):
            return when(packet.state != .untracked && direction == packet.direction)
        // What is judged here are connections' first packets and late ones; only what is logged depends on their number.
        case .connectionPacketsOutside: return when(true)
        case .destinationTranslated: return when(packet.isDestinationTranslated)
        case .connectionMark(let mask, let value):
            return when(packet.state != .untracked && outcome.mark & mask == value)
        case .setConnectionMark(let mask, let value):
            // Where there is no connection the mark goes nowhere.
            if packet.state != .untracked { outcome.mark = outcome.mark & ~mask | value }
            return .next
        case .connectionKnown(_, let set, let negated):
            return when(packet.transport == 6 && packet.state != .untracked && packet.known.contains(set) != negated)
        case .remember(_, let set, _, _):
            guard packet.transport == 6, packet.state != .untracked, !packet.metersAreFull else { return .endOfRule }
            outcome.remembered.append(set)
            return .next
        case .refreshProtocol: return .next
        case .hasPayload: return when(packet.payload?.isEmpty == false)
        case .payload(let match): return when(match.holds(packet.payload ?? []))
        case .tcpFlags(.synchronizing):
            return when(packet.transport == 6 && (packet.flags == .opening || packet.flags == .openingAnswer))
        case .tcpFlags(let flags): return when(packet.transport == 6 && packet.flags == flags)
        case .setReset:
            guard packet.transport == 6 else { return .endOfRule }
            isReset = true
            return .next
        case .stripMultipath: return packet.transport == 6 ? .next : .endOfRule
        case .noRouteBack: return when(!packet.hasRouteBack)
        case .linkAddress(let address): return when(packet.linkAddress == address)
        case .securityRequest(let number): return when(packet.securityRequest == number)
        case .securityIndex(let number): return when(packet.securityIndex == number)
        case .cgroupInSet(_, let set): return when(packet.cgroupSets.contains(set))
        case .dispatchSource(let map): return try dispatch(map, packet, port: packet.sourcePort)
        case .dispatchAsked(let map): return try dispatch(map, packet, port: packet.port)
        case .family(let family): return when(family == packet.family)
        case .protocolInSet(Table.armedSet): return when(isArmed)
        // Of those that packets refresh: a ledger is there.
        case .protocolInSet: return when(packet.hasLedger)
        case .timeInSet(let set): return when(timeIs(in: set, packet))
        case .timeBefore(let end): return when(packet.second < end)
        case .socketUser(let users): return when(packet.user.map(users.contains) ?? false)
        case .socketGroup(let groups): return when(packet.group.map(groups.contains) ?? false)
        case .socketHasOwner: return when(packet.user != nil)
        case .connectionState(let states): return when(states.contains(packet.state))
        case .connectionUnconfirmed: return when(packet.state != .untracked && !packet.isConfirmed)
        case .transport(let number): return when(number == packet.transport)
        case .inputInterface(let name, let negated): return when((packet.inInterface == name) != negated)
        case .outputInterface(let name, let negated): return when((packet.outInterface == name) != negated)
        case .destinationIsLoopbackV4: return when(packet.family == .v4 && packet.destinationIsLoopback)
        case .destinationIsLoopbackV6: return when(packet.family == .v6 && packet.destinationIsLoopback)
        case .destinationType(let types): return when(packet.destinationType.map(types.contains) ?? false)
        case .sourceType(let types): return when(packet.sourceType.map(types.contains) ?? false)
        case .counter(let name):
            outcome.counters.append(name)
            return .next
        case .log(let prefix, _, _, _):
            outcome.logs.append(prefix)
            return .next
        case .meter(_, let family, let limit):
            // An update that finds no room ends the rule.
            return when(family == packet.family && !packet.metersAreFull && limit.over == packet.isOverRate)
        case .verdict(let verdict): return step(verdict)
        case .dispatch(let map): return try dispatch(map, packet, port: packet.port)
        case .rejectReset: return .final(.reset)
        case .rejectProhibited: return .final(.prohibited)
        case .unknown(let text): throw Unknown(text: text)
        }
    }

    private func step(_ verdict: Verdict) -> Step {
        switch verdict {
        case .accept: .final(.accepted)
        case .drop: .final(.dropped)
        case .return: .handBack
        case .jump(let chain): .jump(chain)
        case .goto(let chain): .goto(chain)
        }
    }

    private func holds(_ set: String, _ address: IPAddress, _ packet: Packet) -> Bool {
        switch (sets[set], address) {
        case (.timed, _): packet.timedSets.contains(set)
        case (.ipv4(let ranges), .v4(let address)): holds(ranges, address.bits, \.first, \.last)
        case (.ipv6(let ranges), .v6(let address)): holds(ranges, address.bits, \.first, \.last)
        default: false
        }
    }

    /// A packet comes a nanosecond after its second: the second that a range ends with is past it.
    private func timeIs(in set: String, _ packet: Packet) -> Bool {
        guard case .time(let ranges) = sets[set] else { return false }
        let index = firstIndex(in: ranges) { $0.last <= packet.second }
        return index < ranges.count && ranges[index].first <= packet.second
    }

    private func holds<Range, Bound: Comparable>(
        _ ranges: [Range], _ value: Bound, _ first: KeyPath<Range, Bound>, _ last: KeyPath<Range, Bound>
    ) -> Bool {
        let index = firstIndex(in: ranges) { $0[keyPath: last] < value }
        return index < ranges.count && ranges[index][keyPath: first] <= value
    }

    /// Returns the index of the first range that is not before a place, the ranges being sorted.
    private func firstIndex<Range>(in ranges: [Range], where isBefore: (Range) -> Bool) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(ranges[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PayloadMatch {
    /// Whether a payload holds what is wanted; one that is too short does not.
    fileprivate func holds(_ payload: [UInt8]) -> Bool {
        guard payload.count >= offset + bytes.count else { return false }
        return bytes.indices.allSatisfy { payload[offset + $0] & (mask?[$0] ?? 0xff) == bytes[$0] }
    }
}
