public import Policy

/// An attempt with what the kernel would see of the process that makes it.
public struct SampledAttempt: Hashable, Sendable {
    /// The attempt, with the names of the process identities that hold.
    public var attempt: AccessAttempt
    /// The user that owns the socket, for attempts of this host to itself.
    public var user: UInt32?
    /// The group that owns the socket, for attempts of this host to itself.
    public var group: UInt32?
}

/// Samples of a policy: attempts at and around everything it draws a line with (the ends of every interval of sources, of
/// every port range, window opening and expiry), and random ones.
public struct AttemptSampler {
    private let policy: Policy
    private let now: Instant
    private var v4: [UInt32]
    private var v6: [UInt128]
    private var times: [Int64]
    private var owners: [(user: UInt32, group: UInt32)]

    /// Creates a sampler; windows and expiries are sampled from the day before `now` to `days` after it, which should be
    /// less than the compiler's horizon: behind that, windows are closed on purpose.
    public init(policy: Policy, now: Instant, days: Int = 150) {
        self.policy = policy
        self.now = now
        v4 = [0, .max, 0x7f00_0000, 0x7f00_0001, 0x7fff_ffff, 0x0808_0808]
        v6 = [0, 1, 2, .max, 0xffff_0a00_0001]
        times = [now.seconds, now.seconds + 86_399, now.seconds + 86_400]
        owners = [(4242, 4242)]
        var addresses: [AddressSet] = []
        for rule in policy.ports.flatMap(\.rules) {
            if case .only(let networks) = rule.networks { addresses.append(networks) }
            if let expires = rule.expires { times += Self.around(expires.seconds) }
        }
        for identity in policy.identities {
            switch identity.proof {
            case .addresses(let set): addresses.append(set)
            case .process(let proof):
                let user = Self.number(proof.user)
                let group = Self.number(proof.group)
                owners += [(user ?? 4242, group ?? 4242), (user ?? 4242, 4242), (4242, group ?? 4242)]
            default: continue
            }
        }
        for set in addresses {
            for interval in set.v4.intervals + set.loopbackV4.intervals {
                v4 += [interval.first, interval.last, interval.first &- 1, interval.last &+ 1]
            }
            for interval in set.v6.intervals {
                v6 += [interval.first, interval.last, interval.first &- 1, interval.last &+ 1]
            }
        }
        let from = Instant(seconds: now.seconds - 86_400)
        let to = Instant(seconds: now.seconds + Int64(days) * 86_400)
        times.removeAll { $0 < from.seconds || $0 > to.seconds }
        for window in policy.windows {
            for opening in window.schedule.openings(in: window.zone, from: from, to: to) {
                times += Self.around(opening.start.seconds) + Self.around(opening.end.seconds)
            }
        }
    }

    /// Returns `count` attempts.
    public func attempts(_ count: Int, using random: inout SeededGenerator) -> [SampledAttempt] {
        (0..<count).map { _ in attempt(using: &random) }
    }

    private func attempt(using random: inout SeededGenerator) -> SampledAttempt {
        let source = source(using: &random)
        let isOwn = source.isLoopback || random.chance(20)
        var (user, group): (UInt32?, UInt32?) = (nil, nil)
        if isOwn { (user, group) = random.pick(owners) }
        let (port, transport) = destination(using: &random)
        let time = Instant(
            seconds: random.chance(80)
                ? random.pick(times) : now.seconds + Int64.random(in: 0..<2_000_000, using: &random))
        let attempt = AccessAttempt(
            source: source, isOwn: isOwn, port: port, transport: transport, time: time,
            identities: holding(user: user, group: group))
        return SampledAttempt(attempt: attempt, user: user, group: group)
    }

    private func source(using random: inout SeededGenerator) -> IPAddress {
        if random.chance(50) {
            return .v4(
                IPv4Address(
                    bits: random.chance(85) ? random.pick(v4) : UInt32.random(in: 0...UInt32.max, using: &random)))
        }
        return .v6(
            IPv6Address(bits: random.chance(85) ? random.pick(v6) : UInt128.random(in: 0...UInt128.max, using: &random))
        )
    }

    private func destination(using random: inout SeededGenerator) -> (UInt16, TransportProtocol) {
        let declared = random.pick(policy.ports)
        let range = random.pick(declared.ports)
        let edges = [range.first, range.last, range.first &- 1, range.last &+ 1]
        let number =
            random.chance(80) ? UInt16.random(in: range.first...range.last, using: &random) : random.pick(edges)
        let some = declared.protocols.sorted { $0.rawValue < $1.rawValue }
        let transport = random.chance(85) ? random.pick(some) : random.pick(TransportProtocol.allCases)
        return (number, transport)
    }

    /// Returns the process identities that hold for an owner.
    private func holding(user: UInt32?, group: UInt32?) -> Set<Name> {
        guard let user, let group else { return [] }
        var names: Set<Name> = []
        for identity in policy.identities {
            guard case .process(let proof) = identity.proof, proof.cgroup == nil else { continue }
            let userHolds = Self.number(proof.user).map { $0 == user } ?? true
            let groupHolds = Self.number(proof.group).map { $0 == group } ?? true
            if userHolds, groupHolds { names.insert(identity.name) }
        }
        return names
    }

    private static func number(_ account: ProcessProof.Account?) -> UInt32? {
        if case .number(let number) = account { return number }
        return nil
    }

    private static func around(_ moment: Int64) -> [Int64] { [moment - 1, moment, moment + 1] }
}
