extension DiagnosticCatalog {
    /// PG101 to PG129: what is probably not meant. PG130 to PG139: the comments that ignore it.
    static let lint: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG101", title: "a rule that has expired", severity: .error, ignorable: true,
            explanation: """
                The rule's `expires` has passed: it allows nobody, yet a reader of the policy takes it for an open \
                door. Remove the rule, or give it a new end after asking who still needs it.
                """),
        DiagnosticEntry(
            code: "PG102", title: "a rule that expires soon", severity: .warning, ignorable: true,
            explanation: """
                The rule ends within 30 days. It will stop letting its clients in by itself, at that moment, with \
                nobody watching: decide now whether it is to be renewed, and tell those whom it serves.
                """),
        DiagnosticEntry(
            code: "PG103", title: "a rule that an earlier one makes redundant", severity: .warning, ignorable: true,
            explanation: """
                An earlier rule of the same port allows every connection that this rule allows: its sources are a \
                superset, and it asks for no identity, window, request type or end that this rule does not ask for. \
                The rule changes nothing, and removing it would not take anybody's access away, which is seldom what \
                its reader believes. Remove one of the two, or narrow the earlier one.
                """),
        DiagnosticEntry(
            code: "PG104", title: "a rule for any source", severity: .warning, ignorable: true,
            explanation: """
                The rule lets in every IPv4 or every IPv6 address: by the network `any`, a /0, or blocks that add up \
                to it, and asks for nothing stronger than an address. It is an error on a port of high or critical \
                criticality, a warning on medium and a note on low. Name the networks that need the port. Where a \
                public port is meant, say so by a low criticality, or ignore the finding in place with a reason.
                """),
        DiagnosticEntry(
            code: "PG105", title: "a rule wider than its port's criticality permits", severity: .warning,
            ignorable: true,
            explanation: """
                One rule should not let in more addresses than a port of that criticality can answer for: a /8 of \
                IPv4 or a /32 of IPv6 for medium, a /16 or a /44 for high, a /20 or a /48 for critical; a low one \
                may be as wide as it likes. Blocks of one rule are added up, and identities told by address narrow \
                them. Name smaller networks, or ask for an identity that is proven otherwise.
                """),
        DiagnosticEntry(
            code: "PG106", title: "a rule that expires in the far future", severity: .note, ignorable: true,
            explanation: """
                The rule ends more than 400 days from now. An end is a promise to look again, and one that far off \
                is seldom kept. Prefer a date within a year.
                """),
        DiagnosticEntry(
            code: "PG107", title: "an identity proven by address alone", severity: .note, ignorable: true,
            explanation: """
                The port is of high or critical criticality and the rule names an identity that is told by its \
                source address alone. An address can be taken by a neighbour on the same network, and everybody \
                behind one NAT shares it. Where it matters, use an identity that is proven: wireguard, ipsec, \
                session, or process.
                """),
        DiagnosticEntry(
            code: "PG108", title: "a port or rule that is only observed", severity: .note, ignorable: true,
            explanation: """
                With `mode: observe` verdicts are logged and not enforced. That is right while a policy is being \
                tried, and wrong when it is forgotten. Write `mode: enforce`, or remove the key, when the log shows \
                what you expect.
                """),
        DiagnosticEntry(
            code: "PG109", title: "rules that were not compared", severity: .note, ignorable: true,
            explanation: """
                Comparing the rules of this policy with each other would take too long, for they hold very many \
                addresses. From the named rule on, no redundant rule is reported. Nothing else is left out.
                """),
        DiagnosticEntry(
            code: "PG110", title: "a block that another entry covers", severity: .warning, ignorable: true,
            explanation: """
                Another entry of the same network contains this block, or is equal to it. It changes nothing, and \
                whoever removes it later will believe to have closed something. Remove it, or the wider entry.
                """),
        DiagnosticEntry(
            code: "PG111", title: "a window that is never open", severity: .warning, ignorable: true,
            explanation: """
                The window does not open once within the next 400 days: its exceptions cover its days, or its hours \
                fall into the hour that the clock skips. A rule that names it alone allows nobody.
                """),
        DiagnosticEntry(
            code: "PG112", title: "a name that is never used", severity: .warning, ignorable: true,
            explanation: """
                No rule uses this network, identity or window (an identity also counts as used by a grant, or as a \
                member of one that is used). Remove it, or find out which rule has lost it.
                """),
        DiagnosticEntry(
            code: "PG113", title: "a port without owner or description", severity: .warning, ignorable: true,
            explanation: """
                When the port is found open at night somebody must be asked, and must be able to tell what it is. \
                State `owner` on the port or on the policy, and a `description`.
                """),
        DiagnosticEntry(
            code: "PG114", title: "an owner still to be named", severity: .warning, ignorable: true,
            explanation: """
                `portgate init` writes TODO where it cannot know. Name the team that answers for the port.
                """),
        DiagnosticEntry(
            code: "PG115", title: "SSH that nobody can reach", severity: .error, ignorable: true,
            explanation: """
                No rule lets another host reach the SSH port: there is none, or each has expired, names windows that \
                never open, or means this host itself alone. Applying the policy would close SSH to everybody, \
                yourself included. Allow the network you administer the host from. If the host is not administered \
                by SSH, ignore the finding in place with that reason.
                """),
        DiagnosticEntry(
            code: "PG116", title: "ports gated for TCP alone", severity: .note, ignorable: true,
            explanation: """
                Their declarations state `protocol: tcp`, and no other declaration gates the same numbers for UDP. A \
                server that listens on both (DNS, HTTP/3, syslog, WireGuard beside a web server) stays open on UDP. \
                Leave `protocol` out to gate every protocol that has ports, or list both. The finding is one for the \
                whole policy and stands at the first of these ports.
                """),
        DiagnosticEntry(
            code: "PG117", title: "a port that Linux also uses for outgoing connections", severity: .note,
            ignorable: true,
            explanation: """
                Linux takes the local ports of outgoing connections from 32768-60999 (net.ipv4.ip_local_port_range). \
                Answers to an outgoing connection that happens to have this port arrive as packets to a gated port, \
                and are judged. Choose a port outside the range, or reserve it by net.ipv4.ip_local_reserved_ports.
                """),
        DiagnosticEntry(
            code: "PG118", title: "a policy without ports", severity: .warning, ignorable: true,
            explanation: """
                Nothing is declared under `ports:`, neither in the file nor in what it includes. Applied, the policy \
                gates nothing, and what the policy before it gated is open again. If the ports stand in another file, \
                include it, or name the folder that holds both.
                """),
        DiagnosticEntry(
            code: "PG120", title: "a port without a test", severity: .warning, ignorable: true,
            explanation: """
                Nothing in `tests:` tries this port. A test that must be allowed and one that must be refused keep a \
                later change from opening or closing it unnoticed.
                """),
        DiagnosticEntry(
            code: "PG121", title: "a rule that no test exercises", severity: .note, ignorable: true,
            explanation: """
                No test is allowed by this rule, so nobody would notice if it stopped matching. Add one, with `by:` \
                and the rule's name.
                """),
        DiagnosticEntry(
            code: "PG122", title: "a test whose outcome depends on when it runs", severity: .warning, ignorable: true,
            explanation: """
                The test states no `at`, so it is made at the moment it runs, and a rule of its port depends on \
                time. It will pass at some hours and fail at others. Write `at:` with a date, a time and an offset.
                """),
        DiagnosticEntry(
            code: "PG123", title: "a test beyond the horizon", severity: .note, ignorable: true,
            explanation: """
                Windows are rendered for 400 days ahead. The test tries a moment behind that: the policy decides it, \
                and no ruleset rendered today will.
                """),
        DiagnosticEntry(
            code: "PG124", title: "a rule that other rules make redundant", severity: .warning, ignorable: true,
            explanation: """
                Other rules of the port together allow every connection that this rule allows, at every moment at \
                which it does: one of them its IPv4 sources and another one its IPv6 sources, say, or a later rule \
                all of it. Decided over all that rules can ask for. Removing the rule would take nobody's access \
                away, which is seldom what its reader believes. Remove it, or narrow the others.
                """),
        DiagnosticEntry(
            code: "PG125", title: "an observed rule that enforced rules make moot", severity: .warning,
            ignorable: true,
            explanation: """
                The rule is only observed, to see whom it would let in; but enforced rules of the port let in all of \
                them already, so the log will never show a connection that depends on it. Remove it, or narrow the \
                enforced rules first.
                """),
        DiagnosticEntry(
            code: "PG126", title: "a rate that another rule lifts", severity: .warning, ignorable: true,
            explanation: """
                The rule limits new connections, and another rule of the port allows some of the same connections \
                without a limit, or with a higher one: what is above the limit of this rule is let in by the other. \
                Give both the same limit, or narrow the other one.
                """),
        DiagnosticEntry(
            code: "PG127", title: "a rule that ends before its windows open", severity: .warning, ignorable: true,
            explanation: """
                The rule has not ended yet, and none of its windows opens before it does: it will never allow \
                anybody. Move the end, name another window, or remove the rule.
                """),
        DiagnosticEntry(
            code: "PG130", title: "an ignore comment that cannot be read", severity: .error,
            explanation: """
                An ignore comment is `# portgate:ignore CODE until=YYYY-MM-DD` and a reason, on the line of the \
                finding or on the line above. The end and the reason are required: an exception that nobody explains \
                and that never ends is not one.
                """),
        DiagnosticEntry(
            code: "PG131", title: "an ignore comment for an unknown code", severity: .error,
            explanation: """
                No diagnostic has this code. `portgate explain --all` lists them.
                """),
        DiagnosticEntry(
            code: "PG132", title: "an ignore comment for an error", severity: .error,
            explanation: """
                Only lint can be ignored in place (PG101 to PG129). Errors of reading, of tests and of compiling \
                mean that the policy does not say what its author believes, and findings on ignore comments are \
                about the exception itself.
                """),
        DiagnosticEntry(
            code: "PG133", title: "an ignore comment whose time is over", severity: .warning,
            explanation: """
                The comment was in force through the named day, UTC, and the finding is there still. Settle the \
                finding, or state a new end after looking at it again.
                """),
        DiagnosticEntry(
            code: "PG134", title: "an ignore comment that silences nothing", severity: .warning,
            explanation: """
                The code is not reported for this line, nor would it be without the comment. The finding has been \
                settled or the comment has moved away from it. Remove the comment: it would silence the next finding \
                unseen.
                """),
    ]
}
