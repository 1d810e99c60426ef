/// What two policies let in differently: who gains and who loses, on which port, when.
///
/// Decided over the whole space by interval algebra: the sources are divided by the rules of both sides, the time by their
/// windows and ends, what is spoken and what is proven by what rules name. Two policies that mean the same differ in nothing,
/// however they are written. Windows are compared from now up to the horizon of ``Linter/horizonDays`` days.
public struct PolicyDifference: Sendable {
    /// The ports on which something differs, in the order of the new policy, then those that it no longer declares.
    public private(set) var ports: [PortDifference] = []
    /// What the whole gate does differently.
    public private(set) var settings: [SettingChange] = []
    /// The ports that were too large to compare within the budget: nothing is known of their differences.
    public private(set) var undecided: [Name] = []
    /// The moment from which on the policies were compared.
    public let from: Instant
    /// The last moment for which windows were compared.
    public let horizon: Instant

    /// What comparing may cost, in steps of some nanoseconds each.
    public static let standardBudget = 200_000_000

    /// Compares two policies from a moment on. Pure.
    public init(from old: Policy, to new: Policy, at now: Instant, budget: Int = PolicyDifference.standardBudget) {
        from = now
        horizon = now.advanced(byDays: Linter.horizonDays)
        var comparer = PolicyComparer(old: old, new: new, now: now, budget: budget)
        ports = comparer.ports()
        undecided = comparer.undecided
        settings = comparer.settings()
        if comparer.hasStaged {
            var promoted = PolicyComparer(old: old.promoting(), new: new.promoting(), now: now, budget: budget)
            addStaged(promoted.ports(), old: old, new: new)
            undecided += promoted.undecided.filter { !undecided.contains($0) }
        }
        ports.removeAll(where: \.isEmpty)
    }

    /// Whether nothing differs in what is let in; settings that neither open nor close anything may.
    public var isUnchanged: Bool { undecided.isEmpty && widened == 0 && narrowed == 0 }
    /// How much is widened.
    public var widened: Int { count(.widened) }
    /// How much is narrowed.
    public var narrowed: Int { count(.narrowed) }

    private func count(_ direction: AccessChange.Direction) -> Int {
        ports.reduce(0) { $0 + $1.count(direction) } + settings.count { $0.direction == direction }
    }

    /// Adds what would change on ports of which something is only observed, unless it is what changes anyway.
    private mutating func addStaged(_ promoted: [PortDifference], old: Policy, new: Policy) {
        func isStaged(_ name: Name?, of policy: Policy) -> Bool {
            name.flatMap { policy.port(named: $0) }.map {
                !$0.staged.isEmpty || $0.rules.contains { $0.mode == .observe }
            } ?? false
        }
        for difference in promoted where difference.standing == .kept {
            guard isStaged(difference.oldName, of: old) || isStaged(difference.newName, of: new),
                let index = ports.firstIndex(where: {
                    $0.oldName == difference.oldName && $0.newName == difference.newName
                })
            else { continue }
            let known = Set(ports[index].changes.map(\.identity))
            if known != Set(difference.changes.map(\.identity)) { ports[index].staged = difference.changes }
        }
    }
}

extension AccessChange {
    /// What makes two changes the same one.
    fileprivate var identity: Identity {
        Identity(
            direction: direction, kind: kind, sources: sources, holders: holders.map(\.proof), requests: requests,
            points: points, transports: transports)
    }

    fileprivate struct Identity: Hashable {
        let direction: Direction
        let kind: Kind
        let sources: SourceSet
        let holders: [ProofAtom]
        let requests: [String]
        let points: TimeSet
        let transports: [TransportProtocol]
    }
}
