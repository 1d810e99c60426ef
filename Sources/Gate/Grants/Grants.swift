import JSON
public import Policy

/// The grants of a host: given, listed, taken back, and carried over to the rules that are put in force.
///
/// The book (`grants.json`) says what is meant; the sets of the kernel are written from it, whole, in one transaction for all
/// ports. So a crash at any moment leaves grants that end by themselves, and the next command puts right what differs.
public struct Grants: Sendable {
    private static let tries = 8

    private let state: StateDirectory
    private let elements: @Sendable (SetHandle) throws(GateFailure) -> SetListing
    private let change: @Sendable ([SetChange], UInt32?) throws(GateFailure) -> Void
    private let clock: @Sendable () throws(GateFailure) -> GrantClock

    /// Works on a state directory and a kernel.
    public init(
        state: StateDirectory, door: KernelDoor, clock: @escaping @Sendable () throws(GateFailure) -> GrantClock
    ) {
        self.state = state
        elements = door.elements
        change = door.change
        self.clock = clock
    }

    // MARK: - The policy in force

    /// Returns the limits of the policy in force here.
    public func limits(on host: HostIdentity) throws(GateFailure) -> GrantLimits {
        guard let record = try state.current() else { throw .nothingToGrantOn("no policy was ever applied") }
        guard record.host == host else {
            throw .nothingToGrantOn("generation \(record.number) was applied on another boot or network namespace")
        }
        guard record.origin != .noGate else { throw .nothingToGrantOn("the gate was taken away") }
        return GrantLimits(try RecordedPolicy.forNames(of: record, in: state))
    }

    // MARK: - Giving

    /// Gives a grant that the limits allow: written down, put into the kernel, and noted how that went.
    public func give(
        _ request: Grant.Request, by giver: String, limits: GrantLimits, holding lock: borrowing StateLock
    ) throws(GateFailure) -> Grant {
        try limits.check(request)
        var book = try settled()
        guard book.living.count < GrantBook.mostOpen else {
            throw .grantRefused("\(GrantBook.mostOpen) grants are in force already", allowed: "revoke some")
        }
        let now = try clock()
        var grant = Grant(
            number: book.next, request: request, by: giver, created: now.wall, state: .pending,
            time: GrantTime(anchor: now, remaining: UInt64(request.seconds) * 1_000), end: nil)
        try state.journal(entry("grant", "intent", grant, now.wall))
        book.next += 1
        book.grants.append(grant)
        try state.write(book)
        do throws(GateFailure) {
            try write([request.port], of: book)
        } catch {
            book.end(grant.number, "not given: \(error.diagnostic.message)", at: now.wall)
            // The kernel's answer weighs more than the note of it.
            try? state.write(book)
            try? state.journal(entry("grant", "failed", grant, now.wall, error.diagnostic.message))
            throw error
        }
        grant.state = .active
        let given = grant
        book.change(given.number) { $0 = given }
        try state.write(book)
        try state.journal(entry("grant", "done", given, now.wall))
        return given
    }

    // MARK: - Taking back

    /// What came of taking a grant back.
    public enum Revocation: Hashable, Sendable {
        /// It ended now.
        case revoked(Grant)
        /// It had ended before.
        case hadEnded(Grant)
    }

    /// Takes a grant back. Doing so again is well, and makes sure of the kernel once more.
    public func revoke(
        _ number: Int, by revoker: String, holding lock: borrowing StateLock
    ) throws(GateFailure) -> Revocation {
        var book = try settled()
        guard let grant = book.grants.first(where: { $0.number == number }) else {
            throw .noSuchGrant(number, wasGiven: number < book.next)
        }
        let now = try clock()
        if grant.state != .ended {
            try state.journal(entry("revoke", "intent", grant, now.wall, by: revoker))
            book.end(number, "revoked by \(revoker)", at: now.wall)
            try state.write(book)
        }
        try write([grant.request.port], of: book)
        guard grant.state != .ended else { return .hadEnded(grant) }
        try state.journal(entry("revoke", "done", grant, now.wall, by: revoker))
        return .revoked(grant)
    }

    // MARK: - Looking

    /// A look at the grants at one moment, without changing anything.
    public struct Look: Hashable, Sendable {
        /// The grants that are known, the latest last.
        public let grants: [Grant]
        /// The moment.
        public let now: GrantClock

        /// The grants that let somebody in.
        public var open: [Grant] { grants.filter { $0.isOpen(at: now) } }
    }

    /// Looks at the grants.
    public func look() throws(GateFailure) -> Look { Look(grants: try state.grantBook().grants, now: try clock()) }

    /// Returns the ports whose sets do not hold the intervals that the book says, among those that take grants.
    func differing(among ports: [Name]) throws(GateFailure) -> [Name] {
        let book = try state.grantBook()
        let now = try clock()
        var found: [Name] = []
        for port in ports {
            for isIPv6 in [false, true] where !found.contains(port) {
                let wanted = Self.pieces(of: book, port: port, isIPv6: isIPv6, at: now)
                if !Self.agree(try elements(Self.set(port, isIPv6: isIPv6)).elements, wanted) { found.append(port) }
            }
        }
        return found
    }

    // MARK: - Carrying over

    /// Puts the grants into rules that have just been loaded: each with the time that it has left, also when its set is a new
    /// one. Those that the policy no longer allows end. Returns what is to be said.
    ///
    /// - Parameters:
    ///   - isGated: false when the gate was taken away.
    ///   - policy: reads the policy that is recorded with the rules; called only when a grant was ever given.
    public func restore(
        isGated: Bool, policy: () throws(GateFailure) -> Policy, holding lock: borrowing StateLock
    ) throws(GateFailure) -> [String] {
        var book = try settled()
        guard isGated else {
            return try end(book.living.map { ($0, "the gate was taken away") }, in: &book)
        }
        // Most hosts never gave one.
        if book.next == 1 { return [] }
        let limits = GrantLimits(try policy())
        let said = try end(
            book.living.compactMap { grant in limits.objection(to: grant.request).map { (grant, $0) } }, in: &book)
        try write(limits.ports, of: book)
        return said
    }

    private func end(_ grants: [(Grant, String)], in book: inout GrantBook) throws(GateFailure) -> [String] {
        guard !grants.isEmpty else { return [] }
        let now = try clock()
        for (grant, reason) in grants {
            try state.journal(entry("end", "done", grant, now.wall, reason))
            book.end(grant.number, reason, at: now.wall)
        }
        try state.write(book)
        return grants.map { grant, reason in
            "grant \(grant.number) to \(grant.request.identity) (port \(grant.request.port) from "
                + "\(grant.request.source)) ended: \(reason) [PG479]"
        }
    }

    // MARK: - The book and the kernel

    /// Reads the book, notes those that ended by themselves, ends those whose giving was interrupted (nobody was told that they
    /// hold), and anchors the rest in this boot, so that from now on its clock measures them.
    private func settled() throws(GateFailure) -> GrantBook {
        var book = try state.grantBook()
        let before = book
        let now = try clock()
        for grant in book.living {
            let left = grant.time.left(at: now)
            if grant.state == .pending {
                try state.journal(entry("grant", "interrupted", grant, now.wall))
                book.end(grant.number, "interrupted while it was given", at: now.wall)
            } else if left == 0 {
                try state.journal(entry("end", "done", grant, now.wall, "expired"))
                book.end(grant.number, "expired", at: now.wall)
            } else if grant.time.anchor.boot != now.boot {
                book.change(grant.number) { $0.time = GrantTime(anchor: now, remaining: left) }
            }
        }
        if book != before { try state.write(book) }
        return book
    }

    /// Makes the sets of ports hold what the book says, in one transaction. What is right already is left alone.
    private func write(_ ports: [Name], of book: GrantBook) throws(GateFailure) {
        var last = GateFailure.kernelUnsteady(tries: Self.tries)
        for _ in 0..<Self.tries {
            let now = try clock()
            var changes: [SetChange] = []
            var seen: UInt32?
            var isOneLook = true
            for port in ports {
                for isIPv6 in [false, true] {
                    let set = Self.set(port, isIPv6: isIPv6)
                    let listing = try listing(set, port: port)
                    if let seen, seen != listing.generation { isOneLook = false }
                    seen = listing.generation
                    let wanted = Self.pieces(of: book, port: port, isIPv6: isIPv6, at: now)
                    guard !Self.agree(listing.elements, wanted) else { continue }
                    changes.append(SetChange(set, removed: listing.elements, added: wanted))
                }
            }
            if changes.isEmpty { return }
            guard isOneLook else { continue }
            do throws(GateFailure) { return try change(changes, seen) } catch {
                guard error.diagnostic.code == "PG406" else { throw error }
                last = error
            }
        }
        throw last
    }

    private func listing(_ set: SetHandle, port: Name) throws(GateFailure) -> SetListing {
        do throws(GateFailure) { return try elements(set) } catch {
            guard error.diagnostic.message.hasSuffix(SystemError.words(2)) else { throw error }
            throw .nothingToGrantOn(
                "the rules in force have no room for grants to port \(port): apply the policy again")
        }
    }

    /// The set that holds the grants of a port.
    static func set(_ port: Name, isIPv6: Bool) -> SetHandle {
        SetHandle("pg_g\(isIPv6 ? 6 : 4)_\(port)", key: isIPv6 ? .ipv6 : .ipv4, isInterval: true)
    }

    /// What the set of a port and family is to hold.
    static func pieces(of book: GrantBook, port: Name, isIPv6: Bool, at now: GrantClock) -> [SetElement] {
        let grants = book.living.filter { $0.request.port == port }
        guard isIPv6 else {
            return GrantPieces<UInt32>(
                grants.compactMap { grant in
                    grant.request.source.v4Interval.map { ($0, grant.time.left(at: now)) }
                }
            ).elements
        }
        return GrantPieces<UInt128>(
            grants.compactMap { grant in grant.request.source.v6Interval.map { ($0, grant.time.left(at: now)) } }
        ).elements
    }

    /// Whether what the kernel has is what is meant: the same intervals, their ends less than two seconds apart. One that never
    /// ends is never right.
    static func agree(_ live: [SetElement], _ wanted: [SetElement]) -> Bool {
        let live = live.sorted { $0.first < $1.first }
        return live.count == wanted.count
            && zip(live, wanted).allSatisfy { live, wanted in
                guard live.first == wanted.first, live.last == wanted.last, let left = live.remainingMilliseconds,
                    let meant = wanted.timeoutMilliseconds
                else { return false }
                return max(left, meant) - min(left, meant) < 2_000
            }
    }

    private func entry(
        _ action: String, _ phase: String, _ grant: Grant, _ at: Instant, _ detail: String? = nil, by: String? = nil
    ) -> JSONValue {
        .members([
            "time": .string(at.rfc3339), "action": .string(action), "phase": .string(phase),
            "by": .string(by ?? grant.by), "detail": detail.map { .string($0) }, "grant": grant.json,
        ])
    }
}
