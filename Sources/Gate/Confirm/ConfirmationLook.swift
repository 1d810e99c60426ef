public import Nftables

/// What became of a generation that has to be confirmed, as the kernel shows it. Pure.
public struct ConfirmationLook: Hashable, Sendable {
    /// Which generation judges.
    public enum Stand: Hashable, Sendable {
        /// The new one, for so many seconds more.
        case armed(secondsLeft: UInt64)
        /// The new one, for good: it was confirmed, and its confirmer died before it could say so.
        case confirmed
        /// The one before. Why, in words.
        case fellBack(String)
    }

    /// The generation and the time it was given.
    public let pending: PendingConfirmation
    /// Which one judges.
    public let stand: Stand
    /// The table of the generation before; nil when there was none.
    public let old: Table?
    /// The table of the waiting generation.
    public let new: Table
    /// What is to be live, put together of both, until the end is put in order.
    public let expected: Table?
    /// Whether what is live is nothing else than expected.
    public let isAsExpected: Bool
    /// Whether the live table still holds what belongs to the waiting generation.
    public let needsCleaning: Bool

    /// Judges a live table and the kernel's timer.
    init(
        _ pending: PendingConfirmation, old: Table?, new: Table, live: Table?, timer: ArmedTimer?, host: HostIdentity
    ) {
        self.pending = pending
        self.old = old
        self.new = new
        let armed = Table.armed(old: old, new: new)
        guard host == pending.host else {
            let reason =
                host.boot != pending.host.boot
                ? "the host was restarted before anybody confirmed it"
                : "it was put in force in another network namespace than this one"
            stand = .fellBack(reason)
            (expected, isAsExpected, needsCleaning) = (old, live == old, false)
            return
        }
        if let live, live.hasSwitch {
            (expected, isAsExpected, needsCleaning) = (armed, live == armed, true)
            stand =
                timer.map { .armed(secondsLeft: $0.seconds) }
                ?? .fellBack("nobody confirmed it within \(pending.seconds) s")
            return
        }
        // A base chain that does not ask the switch judges alone.
        if let live, old.map({ !Self.haveSameRules($0, live) }) ?? true, Self.haveSameRules(new, live) {
            stand = .confirmed
            (expected, isAsExpected) = (new, live == new)
            needsCleaning = live != new
            return
        }
        stand = .fellBack("it is not in force any more")
        (expected, isAsExpected) = (old, live == old)
        needsCleaning = live != nil && live?.sets.contains { $0.name == Table.armedSet } == true
    }

    /// The table that judges now, as long as no other hand has changed anything.
    public var judging: Table? {
        switch stand {
        case .armed, .confirmed: new
        case .fellBack: old
        }
    }

    private static func haveSameRules(_ left: Table, _ right: Table) -> Bool {
        Set(left.chains) == Set(right.chains) && Set(left.maps) == Set(right.maps)
    }
}

extension StateDirectory {
    /// Looks what became of a generation that waits to be confirmed; nil when none does.
    public func confirmation(live: LiveLook, door: KernelDoor) throws(GateFailure) -> ConfirmationLook? {
        guard let pending = try pending() else { return nil }
        let tables = try tables(of: pending)
        let timer = live.table?.hasSwitch == true ? try door.armed() : nil
        return ConfirmationLook(
            pending, old: tables.old, new: tables.new, live: live.table, timer: timer, host: try door.host())
    }
}
