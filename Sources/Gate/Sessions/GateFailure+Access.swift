import Policy

extension GateFailure {
    /// PG422.
    static func noSSHConnection(_ reason: String) -> GateFailure {
        GateFailure(
            "PG422", .refused, "no SSH connection proves who this is: \(reason)",
            notes: ["run it as the ForceCommand or login shell of an SSH account"])
    }

    /// PG423.
    static func otherAccount(own: UInt32, loggedIn: UInt32) -> GateFailure {
        GateFailure(
            "PG423", .refused,
            "this process belongs to \(Account.words(own)), and \(Account.words(loggedIn)) is logged in over SSH")
    }

    /// PG424.
    static func unprovable(_ reason: String) -> GateFailure {
        GateFailure("PG424", .refused, "a session from this address proves nothing: \(reason)")
    }

    /// PG425.
    static func sessionNotPrivileged() -> GateFailure {
        GateFailure(
            "PG425", .couldNotLook, "a session needs CAP_NET_ADMIN and CAP_SYS_PTRACE",
            notes: ["setcap cap_net_admin,cap_sys_ptrace+ep on portgate-session, or sudo portgate session"])
    }

    /// PG426.
    static func noIdentity(user: String) -> GateFailure {
        GateFailure(
            "PG426", .refused, "no rule in force asks for a session of \(user)",
            notes: ["identities: { NAME: { session: { user: \(user) } } }, used by a rule, then portgate apply"])
    }

    /// PG427.
    static func tooManySessions(user: String, most: Int) -> GateFailure {
        GateFailure("PG427", .refused, "\(user) has \(most) sessions already")
    }

    /// PG428.
    static func grantRefused(_ reason: String, allowed: String) -> GateFailure {
        GateFailure("PG428", .refused, "not granted: \(reason)", notes: [allowed])
    }

    /// PG429.
    static func grantTooWide(_ reason: String, notes: [String]) -> GateFailure {
        GateFailure("PG429", .refused, "not granted: \(reason)", notes: notes)
    }

    /// PG430.
    static func nothingToGrantOn(_ reason: String) -> GateFailure {
        GateFailure("PG430", .refused, "nothing can be granted: \(reason)")
    }

    /// PG476.
    static func noSuchGrant(_ number: Int, wasGiven: Bool) -> GateFailure {
        GateFailure(
            "PG476", .usage,
            wasGiven
                ? "grant \(number) ended so long ago that only the journal knows it" : "grant \(number) was never given"
        )
    }
}

extension Diagnostic {
    /// PG477.
    static func grantsDiffer(_ ports: [Name]) -> Diagnostic {
        Diagnostic(
            code: "PG477", severity: .warning,
            message:
                "the kernel's grants to port \(ports.map(\.text).joined(separator: ", ")) are not the recorded ones; "
                + "apply the policy again", span: nil)
    }

    /// PG478.
    static func addressShared(_ address: String, users: [String]) -> Diagnostic {
        Diagnostic(
            code: "PG478", severity: .warning,
            message:
                "\(address) proves \(users.joined(separator: " and ")): whoever comes from there reaches what any of "
                + "them opens", span: nil)
    }

    /// PG479.
    static func grantEnded(_ words: String) -> Diagnostic {
        Diagnostic(code: "PG479", severity: .warning, message: words, span: nil)
    }
}
