import Compiler
public import Nftables
public import Policy

/// Compares what is declared with what is live. Pure.
public struct Planner: Sendable {
    /// The names of the windows of a rule, for the words of a plan.
    public typealias WindowNames = [String: [String]]

    private let now: Instant
    private let windowNames: WindowNames

    /// Creates a planner for a moment of the policy's clock; `windowNames` is keyed `port/rule`.
    public init(now: Instant, windowNames: WindowNames = [:]) {
        self.now = now
        self.windowNames = windowNames
    }

    /// Creates a planner that knows the windows of a policy by name.
    public init(now: Instant, policy: Policy) {
        var names: WindowNames = [:]
        for port in policy.ports {
            for rule in port.rules {
                if case .only(let windows) = rule.windows { names["\(port.name)/\(rule.name)"] = windows.map(\.text) }
            }
        }
        self.init(now: now, windowNames: names)
    }

    /// Returns what making `declared` live would change. `recorded` is the table of the generation that was applied last;
    /// what the live table has beyond it, or lacks, was done by another hand, unless it is what an `interrupted` change
    /// meant. `declared` is nil when the gate is to be taken away.
    public func plan(declared: Table?, live: Table?, recorded: Table?, interrupted: Table? = nil) -> Plan {
        let target = GateView(declared)
        let current = GateView(live)
        var changes: [Plan.Change] = []
        let before = Dictionary(current.ports.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(target.ports.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var alterations: [TableDeviation] = []
        // Without a record nothing is known of other hands; without a live table everything is gone at once, by a restart.
        if let recorded, let live {
            alterations = TableDeviation.foreign(recorded: recorded, interrupted: interrupted, found: live)
        }
        let comparison = ViewComparison(
            now: now, windowNames: windowNames, from: current, to: target, tables: (live, declared),
            altered: Set(alterations.map(\.object)))
        for name in Set(before.keys).union(after.keys).sorted() {
            switch (before[name], after[name]) {
            case (nil, let new?): changes += comparison.added(new)
            case (let old?, nil): changes += comparison.removed(old)
            case (let old?, let new?): changes += comparison.changed(from: old, to: new)
            case (nil, nil): continue
            }
        }
        // Another epoch makes connections be judged again, and changes nothing of how.
        let epoch = live.flatMap(GateEpoch.init)
        let expected = epoch.flatMap { declared?.withEpoch($0.number) } ?? declared
        let isNothing = live == expected
        var renewals: [String] = []
        if !isNothing, live != nil { renewals = comparison.renewals() }
        let clockMove = live == nil ? nil : comparison.clockMove()
        if !isNothing, changes.isEmpty, renewals.isEmpty, alterations.isEmpty, clockMove == nil {
            renewals = TableDeviation.between(expected: expected, found: live).map(\.description)
        }
        return Plan(
            changes: changes, alterations: alterations, renewals: renewals, clockMove: clockMove,
            horizon: target.horizon,
            clockOffset: target.clockOffset, isNothing: isNothing)
    }
}
