import Nftables
public import Policy

/// Looks at what is in force and compares it with what was recorded.
public struct StatusReader: Sendable {
    private let door: KernelDoor
    private let state: StateDirectory
    private let identities: IdentityAudit?

    /// Creates a reader; without an audit, nobody looks at what the host says of identities.
    public init(door: KernelDoor, state: StateDirectory, identities: IdentityAudit? = nil) {
        self.door = door
        self.state = state
        self.identities = identities
    }

    /// Reads the status at a moment of the host's clock.
    public func read(now: Instant) throws(GateFailure) -> GateStatus {
        let stand = try GateStand.read(door, state, now: now)
        let (look, view) = (stand.look, stand.view)
        var findings = stand.findings
        let counters = look.table == nil ? [:] : try door.counters()
        let ports = view.ports.map { status($0, view: view, table: look.table, counters: counters, now: now) }
        findings += stand.endingSoon
        findings += identities?.findings(look.table, door: door) ?? []
        let groups = LogGroups.written(by: look.table)
        let bound = LogGroups.bound()
        findings += LogGroups.findings(groups, bound: bound)
        let later = look.table == nil ? [] : try door.baseChains().filter(\.comesAfterTheGate)
        if !later.isEmpty { findings.append(.laterChains(later)) }
        let access = try AccessStatus.read(look.table, facts: view.facts, door: door, state: state, wall: now)
        findings += access.findings
        if look.table != nil { findings += BlindSpots.read(view.ports).findings(view.ports) }
        let outcome = try stand.record.flatMap { record throws(GateFailure) in try state.outcome(of: record.number) }
        return GateStatus(
            record: stand.record, outcome: outcome, isLive: look.table != nil,
            confirmation: stand.confirmation, isAsApplied: stand.isAsApplied,
            kernelGeneration: look.generation, policyDigest: view.policyDigest, ports: ports,
            logOwners: (bound ?? [:]).filter { groups.contains($0.key) }.mapValues { LogGroups.owner($0) },
            horizon: view.horizon,
            clockOffset: view.clockOffset, laterChains: later, access: access, findings: findings)
    }

    private func status(
        _ port: GateView.PortView, view: GateView, table: Table?, counters: [String: CounterValue], now: Instant
    ) -> GateStatus.PortStatus {
        GateStatus.PortStatus(
            name: port.name, services: port.services.map(\.description).joined(separator: ", "),
            refused: counters["pg_d_\(port.name)"]?.packets, logged: counters["pg_n_\(port.name)"]?.packets,
            suppressed: counters["pg_q_\(port.name)"]?.packets,
            rules: port.rules.map { rule in
                let (isOpen, changes) = rule.state(at: now.seconds)
                return GateStatus.RuleStatus(
                    name: rule.name, allowed: counters["pg_a_\(port.name)/\(rule.name)"]?.packets, isOpen: isOpen,
                    changes: changes.map { Instant(seconds: $0 - view.clockOffset) },
                    expires: rule.expires.map { Instant(seconds: $0 - view.clockOffset) })
            }, observed: GateStatus.ObservedStatus(ofPort: port.name, in: table, counters: counters))
    }
}

extension GateView.RuleView {
    /// Tells whether the rule lets anybody in at a second of the kernel's clock, and when that changes.
    func state(at second: Int64) -> (isOpen: Bool, changes: Int64?) {
        if isOver { return (false, nil) }
        if let expires, second >= expires { return (false, nil) }
        guard let hours else { return (true, expires) }
        let moment = UInt64(clamping: second)
        // An opening ends with the second at which it closes (RangeTime).
        for interval in hours.intervals where interval.last > moment {
            let isOpen = interval.first <= moment
            let next = Int64(clamping: isOpen ? interval.last : interval.first)
            return (isOpen, expires.map { min($0, next) } ?? next)
        }
        return (false, nil)
    }
}
