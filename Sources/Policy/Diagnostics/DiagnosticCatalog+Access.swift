extension DiagnosticCatalog {
    /// Sessions and grants.
    static let access: [DiagnosticEntry] = sessions + grants

    private static let sessions: [DiagnosticEntry] = [
        entry(
            "PG422", .error, "no SSH connection proves who this is",
            "A session is proven by sshd's own process above `portgate session` and the connection that it holds; the "
                + "environment (SSH_CONNECTION) counts for nothing, because its user can write it. There is no such process: "
                + "the command was started at a console, by a timer, or lives on after its connection. Run it as ForceCommand "
                + "or login shell of an account."),
        entry(
            "PG423", .error, "another account is logged in over SSH",
            "The process belongs to one account and the SSH connection above it to another, as after su. A session proves who "
                + "logged in, nobody else. Log in as the account itself; only root, by sudo, acts for the one logged in."
        ),
        entry(
            "PG424", .error, "the address proves nothing",
            "A session opens ports for the address its connection comes from. A loopback address is this host itself, and "
                + "its own processes are told apart by their users (`process`); a link-local IPv6 address is another host on "
                + "every link. Connect by an address that means one peer."),
        entry(
            "PG425", .error, "a session needs two capabilities",
            "Proving a session reads sshd's socket (CAP_SYS_PTRACE, dropped right after) and changes sets of the gate "
                + "(CAP_NET_ADMIN). Give both to the program of its own that takes nothing from its user: `setcap "
                + "cap_net_admin,cap_sys_ptrace+ep /usr/local/sbin/portgate-session`; or let accounts run `sudo portgate "
                + "session` and nothing else."),
        entry(
            "PG426", .error, "no rule in force asks for this session",
            "The policy in force has no identity with `session: {user: NAME}` for this account that a rule uses, or nothing "
                + "is in force. Sessions prove identities; what they open, rules say. Add both and apply."),
        entry(
            "PG427", .error, "too many sessions",
            "An account may hold 64 sessions of portgate at once in a network namespace. End some of them."),
        entry(
            "PG478", .warning, "an address proves several users",
            "Several users have sessions from one address, as behind NAT or a jump host. The gate knows addresses, not people: "
                + "whoever comes from there reaches what any of them opens. Where that is too much, connect by WireGuard or "
                + "IPsec, which tell them apart."),
    ]

    private static let grants: [DiagnosticEntry] = [
        entry(
            "PG428", .error, "the policy in force does not allow the grant",
            "A port takes grants when it says so (`grants: {to: [...], longest: 2h, ticket: required}`): to the identities "
                + "named and their members, for at most so long, with a ticket unless it is optional. The note says what the "
                + "policy in force allows. Nothing was granted."),
        entry(
            "PG429", .error, "the grant's addresses are too wide",
            "A grant is for somebody. Blocks wider than a /24 (IPv6: /64) need --wide; wider than a /8 (IPv6: /16) are refused "
                + "always, because that is nearly everybody; loopback addresses are this host itself. Nothing was granted."
        ),
        entry(
            "PG430", .error, "nothing can be granted",
            "Grants are given on top of a policy in force here: applied with this state directory, since the last boot, in "
                + "this network namespace, and live. Apply the policy."),
        entry(
            "PG476", .error, "no such grant",
            "No grant of this number was given with this state directory, or it ended so long ago that only the journal "
                + "(grants.jsonl) knows it. `portgate grant list` shows the numbers."),
        entry(
            "PG477", .warning, "the kernel's grants are not the recorded ones",
            "The sets that hold the grants of these ports differ from what was recorded: another hand changed them, or a "
                + "command was killed in between. What is recorded is meant; `portgate apply` of the policy puts it right."
        ),
        entry(
            "PG479", .warning, "a grant ended with the change",
            "The policy that was put in force no longer takes this grant: its port takes none, or none to this identity any "
                + "more, or the gate was taken away. Whoever came in by it is cut. It is recorded in grants.jsonl."),
    ]

    private static func entry(
        _ code: String, _ severity: Severity, _ title: String, _ explanation: String
    ) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: severity, explanation: explanation)
    }
}
