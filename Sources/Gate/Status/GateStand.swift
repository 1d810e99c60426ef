import Nftables
import Policy

/// What is live beside what was recorded: the part of a look that all else goes by.
struct GateStand: Sendable {
    private static let day: Int64 = 86_400
    /// Days ahead of which a horizon or an expiry is told of.
    private static let notice: Int64 = 14

    /// The generation that was applied last, or the one that waits to be confirmed.
    var record: GenerationRecord?
    /// The table that it is to be.
    var recorded: Table?
    /// This kernel and network namespace.
    let host: HostIdentity
    /// The live table.
    let look: LiveLook
    /// What became of a generation that has to be confirmed.
    let confirmation: ConfirmationLook?
    /// The live table in the words of a policy.
    let view: GateView
    /// The moment by the policy's clock.
    let policyNow: Instant
    /// What is to be said: PG451 to PG455, PG459, PG471, PG472.
    var findings: [Diagnostic] = []

    /// Whether the record is of this boot and network namespace.
    var isHere: Bool { record?.host == host }

    /// Whether the live table is exactly the recorded one, on the host it was recorded for.
    var isAsApplied: Bool { isHere && recorded != nil && look.table == recorded }

    /// Looks at the live table and at what a state directory says of it.
    static func read(_ door: KernelDoor, _ state: StateDirectory, now: Instant) throws(GateFailure) -> GateStand {
        let record = try state.current()
        let recorded = try record.flatMap { record throws(GateFailure) in try state.table(of: record) }
        let host = try door.host()
        let interrupted = try state.pending() == nil ? state.interruptedTable(on: host) : nil
        let look = try state.look(through: door, record: record?.host == host ? record : nil, recorded: recorded)
        let confirmation = try state.confirmation(live: look, door: door)
        var stand = GateStand(
            record: record, recorded: recorded, host: host, look: look, confirmation: confirmation, now: now)
        if let confirmation {
            stand.recorded = confirmation.expected
            switch confirmation.stand {
            case .armed(let seconds):
                stand.record = try state.record(confirmation.pending.generation)
                stand.findings.append(.awaitsConfirmation(confirmation.pending, secondsLeft: seconds))
            case .confirmed: stand.record = try state.record(confirmation.pending.generation)
            case .fellBack(let reason): stand.findings.append(.fellBack(confirmation.pending, reason: reason))
            }
        }
        if let record = stand.record, !stand.isHere { stand.findings.append(.otherHost(record, host)) }
        if confirmation == nil, let number = try state.interrupted() {
            stand.findings.append(.interruptedChange(number))
        }
        let differences =
            look.table == nil
            ? []
            : TableDeviation.foreign(recorded: stand.recorded, interrupted: interrupted, found: look.table)
                .map(\.description)
        if !differences.isEmpty { stand.findings.append(.altered(differences, hasRecord: stand.recorded != nil)) }
        stand.tellOfTime()
        return stand
    }

    /// Looks at the live table alone: nothing is known of what was applied.
    static func withoutRecord(_ door: KernelDoor, now: Instant) throws(GateFailure) -> GateStand {
        var stand = GateStand(
            record: nil, recorded: nil, host: try door.host(), look: try door.look(), confirmation: nil, now: now)
        stand.tellOfTime()
        return stand
    }

    private init(
        record: GenerationRecord?, recorded: Table?, host: HostIdentity, look: LiveLook,
        confirmation: ConfirmationLook?, now: Instant
    ) {
        self.record = record
        self.recorded = recorded
        self.host = host
        self.look = look
        self.confirmation = confirmation
        view = GateView(confirmation?.isAsExpected == true ? confirmation?.judging : look.table)
        policyNow = Instant(seconds: now.seconds.subtractingReportingOverflow(view.clockOffset).partialValue)
        if look.table == nil { findings.append(.nothingInForce()) }
    }

    private mutating func tellOfTime() {
        if view.clockOffset != 0 { findings.append(.shiftedClock(view.clockOffset)) }
        guard let horizon = view.horizon else { return }
        let left = horizon.seconds.subtractingReportingOverflow(policyNow.seconds).partialValue
        if left < Self.notice * Self.day { findings.append(.horizonNear(horizon, daysLeft: left / Self.day)) }
    }

    /// Tells of rules that end within two weeks.
    var endingSoon: [Diagnostic] {
        view.ports.flatMap { port in
            port.rules.compactMap { rule in
                guard let expires = rule.expires.map({ Instant(seconds: $0 - view.clockOffset) }), expires > policyNow
                else { return nil }
                let left = expires.seconds - policyNow.seconds
                guard left < Self.notice * Self.day else { return nil }
                return .endsSoon(port.name, rule.name, expires, daysLeft: left / Self.day)
            }
        }
    }
}
