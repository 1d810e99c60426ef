import Compiler
import Policy

extension Diagnostic {
    private init(identity code: String, _ severity: Severity, _ message: String) {
        self.init(code: code, severity: severity, message: message, span: nil)
    }

    /// PG442.
    static func unboundAddress(_ reason: String) -> Diagnostic { Diagnostic(identity: "PG442", .warning, reason) }

    /// PG443.
    static func noInterface(_ name: String, rules: [String]) -> Diagnostic {
        Diagnostic(
            identity: "PG443", .warning,
            "there is no interface \(name) here: nobody comes in by \(rules.joined(separator: ", "))")
    }

    /// PG444.
    static func noControlGroup(_ claim: IdentityClaims.ControlGroup) -> Diagnostic {
        Diagnostic(
            identity: "PG444", .warning,
            "identity \(claim.identity): there is no cgroup \(claim.path); until there is, and 'portgate apply' binds it, "
                + "it is nobody")
    }

    /// PG445.
    static func controlGroupStale(
        _ claim: IdentityClaims.ControlGroup, held: [UInt128], live: UInt64?
    ) -> Diagnostic {
        let bound =
            held.isEmpty ? "is bound to no cgroup" : "is bound to id \(held.map { "\($0)" }.joined(separator: ", "))"
        let now = live.map { "\(claim.path) is id \($0)" } ?? "\(claim.path) is gone"
        return Diagnostic(
            identity: "PG445", .warning, "identity \(claim.identity) \(bound), and \(now) now: apply the policy again")
    }

    /// PG446.
    static func accountMoved(_ account: IdentityClaims.Account, today: UInt32?) -> Diagnostic {
        let words = today.map { "is number \($0) today" } ?? "does not exist any more"
        return Diagnostic(
            identity: "PG446", .warning,
            "\(account.kind.rawValue) \(account.name) \(words), and the rules are for \(account.number): "
                + "apply the policy again")
    }

    /// PG447.
    static func peersUnknown(_ interface: String, reason: String) -> Diagnostic {
        Diagnostic(
            identity: "PG447", .warning,
            "nobody looked which addresses the peers of \(interface) are bound to: \(reason)")
    }

    /// PG448.
    static func controlGroupUnknown(_ claim: IdentityClaims.ControlGroup, reason: String) -> Diagnostic {
        Diagnostic(
            identity: "PG448", .warning,
            "identity \(claim.identity): nobody can tell whether cgroup \(claim.path) is what it is bound to: \(reason)"
        )
    }
}

extension GateFailure {
    /// PG441.
    static func identityNotBound(_ reason: String, more: [String]) -> GateFailure {
        GateFailure("PG441", .refused, reason, notes: more + ["nothing was changed"])
    }
}
