import Policy

/// Keeps the elements of one session in the kernel: adds them, refreshes them, takes them away. Whatever becomes of the
/// process, the kernel ends them by their timeout.
struct SessionKeeper: Sendable {
    /// How long an element lives without a beat, in milliseconds.
    static let timeoutMilliseconds: UInt64 = 45_000
    /// How often it is refreshed, in milliseconds.
    static let beatMilliseconds: UInt64 = 15_000
    private static let tries = 8

    /// The session.
    let entry: SessionEntry
    /// The name of its account.
    let user: String
    /// Reads what sessions prove by the rules in force; nil when there are none.
    let scope: @Sendable () throws(GateFailure) -> SessionScope?
    /// Reads the ruleset's generation.
    let generation: @Sendable () throws(GateFailure) -> UInt32
    /// Changes elements in one transaction.
    let change: @Sendable (_ changes: [SetChange], _ expecting: UInt32?) throws(GateFailure) -> Void
    /// Reads the sessions that live.
    let sessions: @Sendable () throws(GateFailure) -> [SessionEntry]

    /// The identities that the session proves by the rules in force.
    func proven() throws(GateFailure) -> [SessionScope.Entry] { try scope()?.of(user: user) ?? [] }

    /// Adds or refreshes the session's elements and returns what it proves. The rules may be others than at the last beat:
    /// they are read anew, and the change holds only for the rules that were read.
    func beat() throws(GateFailure) -> [SessionScope.Entry] {
        try retrying { (found, seen) throws(GateFailure) in
            let element = SetElement(address, timeoutMilliseconds: Self.timeoutMilliseconds)
            try change(found.map { SetChange(set(of: $0), removed: [element], added: [element]) }, seen)
        }
    }

    /// Takes the session's elements away, unless another session of the account proves the same address. The session must have
    /// left the register before. A session that enters meanwhile adds its elements after that, and moves the generation.
    func end() throws(GateFailure) {
        _ = try retrying { (found, seen) throws(GateFailure) in
            let others = try sessions().contains { $0.account == entry.account && $0.source == entry.source }
            if others { return }
            try change(found.map { SetChange(set(of: $0), removed: [SetElement(address)]) }, seen)
        }
    }

    /// Reads the generation, then the rules, and works on them; again when the ruleset moved on meanwhile.
    private func retrying(
        _ work: (_ found: [SessionScope.Entry], _ seen: UInt32) throws(GateFailure) -> Void
    ) throws(GateFailure) -> [SessionScope.Entry] {
        var last = GateFailure.kernelUnsteady(tries: Self.tries)
        for _ in 0..<Self.tries {
            let seen = try generation()
            let found = try proven()
            if found.isEmpty { return [] }
            do throws(GateFailure) {
                try work(found, seen)
                return found
            } catch {
                guard error.diagnostic.code == "PG406" else { throw error }
                last = error
            }
        }
        throw last
    }

    private func set(of found: SessionScope.Entry) -> SetHandle {
        if case .v6 = entry.source { return found.set(isIPv6: true) }
        return found.set(isIPv6: false)
    }

    private var address: UInt128 {
        switch entry.source {
        case .v4(let address): UInt128(address.bits)
        case .v6(let address): address.bits
        }
    }
}
