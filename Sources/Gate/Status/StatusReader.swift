import Nftables
public import Policy

/// Looks at what is in force and compares it with what was recorded.
public struct StatusReader: Sendable {
    private static let day: Int64 = 86_400
    /// Days ahead of which a horizon or an expiry is told of.
    private static let notice: Int64 = 14

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
        var record = try state.current()
        var recorded = try record.flatMap { record throws(GateFailure) in try state.table(of: record) }
        let host = try door.host()
        let interrupted = try state.pending() == nil ? state.interruptedTable(on: host) : nil
        let look = try state.look(through: door, record: record?.host == host ? record : nil, recorded: recorded)
        let confirmation = try state.confirmation(live: look, door: door)
        let view = GateView(confirmation?.isAsExpected == true ? confirmation?.judging : look.table)
        var findings: [Diagnostic] = []
        if look.table == nil { findings.append(.nothingInForce()) }
        if let confirmation {
            recorded = confirmation.expected
            switch confirmation.stand {
            case .armed(let seconds):
                record = try state.record(confirmation.pending.generation)
                findings.append(.awaitsConfirmation(confirmation.pending, secondsLeft: seconds))
            case .confirmed: record = try state.record(confirmation.pending.generation)
            case .fellBack(let reason): findings.append(.fellBack(confirmation.pending, reason: reason))
            }
        }
        let isHere = record?.host == host
        if let record, !isHere { findings.append(.otherHost(record, host)) }
        if confirmation == nil, let number = try state.interrupted() { findings.append(.interruptedChange(number)) }
        let differences =
            look.table == nil
            ? []
            : TableDeviation.foreign(recorded: recorded, interrupted: interrupted, found: look.table)
                .map(\.description)
        if !differences.isEmpty { findings.append(.altered(differences, hasRecord: recorded != nil)) }
        let policyNow = Instant(seconds: now.seconds.subtractingReportingOverflow(view.clockOffset).partialValue)
        if view.clockOffset != 0 { findings.append(.shiftedClock(view.clockOffset)) }
        if let horizon = view.horizon {
            let left = horizon.seconds.subtractingReportingOverflow(policyNow.seconds).partialValue
            if left < Self.notice * Self.day { findings.append(.horizonNear(horizon, daysLeft: left / Self.day)) }
        }
        let counters = look.table == nil ? [:] : try door.counters()
        let ports = view.ports.map { status($0, view: view, table: look.table, counters: counters, now: now) }
        for port in ports {
            for rule in port.rules {
                guard let expires = rule.expires, expires > policyNow else { continue }
                let left = expires.seconds - policyNow.seconds
                if left < Self.notice * Self.day {
                    findings.append(.endsSoon(port.name, rule.name, expires, daysLeft: left / Self.day))
                }
            }
        }
        findings += identities?.findings(look.table, door: door) ?? []
        let groups = Self.logGroups(of: look.table)
        let bound = LogGroups.bound()
        findings += Self.logFindings(groups, bound: bound)
        let later = look.table == nil ? [] : try door.baseChains().filter(\.comesAfterTheGate)
        if !later.isEmpty { findings.append(.laterChains(later)) }
        let access = try AccessStatus.read(look.table, facts: view.facts, door: door, state: state, wall: now)
        findings += access.findings
        if look.table != nil { findings += BlindSpots.read(view.ports).findings(view.ports) }
        let outcome = try record.flatMap { record throws(GateFailure) in try state.outcome(of: record.number) }
        return GateStatus(
            record: record, outcome: outcome, isLive: look.table != nil,
            confirmation: confirmation, isAsApplied: isHere && recorded != nil && look.table == recorded,
            kernelGeneration: look.generation, policyDigest: view.policyDigest, ports: ports,
            logOwners: (bound ?? [:]).filter { groups.contains($0.key) }.mapValues { LogGroups.owner($0) },
            horizon: view.horizon,
            clockOffset: view.clockOffset, laterChains: later, access: access, findings: findings)
    }

    /// Returns the NFLOG groups that a table writes to.
    private static func logGroups(of table: Table?) -> Set<UInt16> {
        var groups: Set<UInt16> = []
        for chain in table?.chains ?? [] {
            for rule in chain.rules {
                for case .log(_, let group, _, _) in rule.statements { groups.insert(group) }
            }
        }
        return groups
    }

    /// Tells of groups that nobody has bound.
    private static func logFindings(_ groups: Set<UInt16>, bound: [UInt16: UInt32]?) -> [Diagnostic] {
        guard !groups.isEmpty else { return [] }
        guard let bound else { return [.logUnknown(groups.sorted())] }
        return groups.subtracting(bound.keys).sorted().map { .logUnbound($0) }
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
