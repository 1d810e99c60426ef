extension DiagnosticCatalog {
    /// What `portgate drift` finds beside what `status` finds.
    static let drift: [DiagnosticEntry] = driftOfMeaning + driftOfPolicy + driftOfHost + driftOfLooks

    /// What the decision over all packets finds.
    private static let driftOfMeaning: [DiagnosticEntry] = [
        deviation(
            "PG301", "something is let in that no rule declares", .error,
            "The live rules let in a packet that the policy refuses. The message names the packet and the rule that accepts it, "
                + "the notes all sources that it is so for. It was found by deciding over all packets, and tried on a second "
                + "evaluator before it was shown. `portgate apply` puts the gate's table in order; look for who changed it."
        ),
        deviation(
            "PG302", "something declared is not let in", .error,
            "The live rules refuse a packet that a rule of the policy allows, and it is the gate's own table that does. The "
                + "message names packet and rule. `portgate apply` puts it in order."),
        deviation(
            "PG303", "records are not those applied", .error,
            "A log statement of the gate is missing, was added, or goes elsewhere: accesses are recorded otherwise than "
                + "declared, or not at all. The verdicts may be right all the same. `portgate apply` restores it."),
        deviation(
            "PG304", "the table judges otherwise than applied", .error,
            "In some state of a connection (established, marked, with certain flags) the live table does with a packet what the "
                + "applied one does not. The message shows the packet with its state."),
        deviation(
            "PG305", "the table looks otherwise than applied", .warning,
            "Comments, counters, unused objects, or rules that judge the same are not those that were applied. No packet "
                + "is judged otherwise, but somebody's hand was there."),
        deviation(
            "PG306", "a chain of another table keeps out what is declared", .warning,
            "The gate lets the packet pass and a chain of another owner drops it, before or behind: users are kept out whom the "
                + "policy allows. The message names the rule, `portgate drift --repair ID` shows how it would be deleted."
        ),
        deviation(
            "PG307", "a chain of another table opens what the gate should judge", .error,
            "A packet gets in that the policy refuses because of a rule of another owner: it marks connections as the gate does, "
                + "changes what the gate goes by, or there is no gate and it accepts."),
        deviation(
            "PG308", "a port is published by translation and nobody declared it", .warning,
            "A rule translates what arrives for this port to a container or another host, as docker does for a published "
                + "port, and no declaration covers it: the gate lets it pass unjudged. Declare it, or take the "
                + "publication back."),
    ]

    private static let driftOfPolicy: [DiagnosticEntry] = [
        deviation(
            "PG310", "the policy declared is not the policy applied", .error,
            "The policy in the files is another one than the generation in force was made from: somebody edited it and nobody "
                + "applied it, or somebody applied another. The notes say what an apply would change. `portgate plan PATH` "
                + "shows it whole; `portgate apply PATH` puts it in force; `portgate rollback` is no way to undo an edit."
        ),
        deviation(
            "PG311", "the same policy compiles to other rules", .warning,
            "The policy is the one that was applied, and compiled as on that day it gives other rules: an account has another "
                + "number by now, it was applied with `--promote`, or by another version of portgate. The notes say what "
                + "differs. `portgate apply` renders it anew."),
        deviation(
            "PG312", "the live table names another policy or epoch", .warning,
            "What the live table says of itself is not what was recorded with its generation. Its rules are compared apart from "
                + "that (PG452); this tells that somebody loaded a table of portgate past its records, as from a copy. Apply "
                + "the policy again."),
        deviation(
            "PG313", "no policy was named", .note,
            "Without a PATH the look compares what was applied with what is live. Whether the files still say what was applied "
                + "is not known then: `portgate drift PATH`."),
    ]

    private static let driftOfHost: [DiagnosticEntry] = [
        deviation(
            "PG320", "something listens that nobody declared", .warning,
            "A process listens on a port that no declaration covers, on an address that others reach: the gate does not judge "
                + "it. The notes name process, user, systemd unit and since when the process runs. Stop it, bind it to "
                + "loopback, or declare it: `portgate drift --repair ID` shows both. With `defaults: {undeclared: deny}` it "
                + "is an error."),
        deviation(
            "PG321", "something undeclared listens for this host alone", .note,
            "As PG320, but only this host's own processes reach it, or it is a datagram socket among the ports that the kernel "
                + "gives to clients and probably the near end of one. Declare it when other users of this host must not "
                + "reach it."),
        deviation(
            "PG322", "nobody listens on a declared port", .note,
            "The policy declares a port that no socket of this network namespace listens on. The service is stopped, has moved, "
                + "or is published from a container, which no socket shows. Whoever binds the port first is reached by all "
                + "whom the policy lets in: take the declaration out when the service is gone."),
        deviation(
            "PG323", "nothing loads the gate when the host starts", .warning,
            "Rules live in the kernel's memory. No enabled unit of systemd runs `portgate boot`, so after a restart every port "
                + "is open until somebody applies. `systemctl enable portgate.service`; the notes say where units were looked "
                + "for."),
        deviation(
            "PG324", "the unit that loads the gate is not as packaged", .warning,
            "The unit that runs `portgate boot` is ordered otherwise than the packaged one, has commands that could open the "
                + "gate or conditions that could keep it from running, or is changed by other files. Compare it with "
                + "`systemctl cat`; after an intended change, accept it in the file of ignores."),
        deviation(
            "PG325", "what loads the gate cannot be told", .note,
            "There is no systemd on this host, or this is not the network namespace that units load the gate in. Make sure by "
                + "other means that `portgate boot` runs before the network is up."),
        deviation(
            "PG330", "a setting of the kernel changed", .warning,
            "Settings such as rp_filter, route_localnet, nf_conntrack_tcp_loose or bridge-nf-call-iptables flip verdicts while "
                + "the rules stay the same. This one is not what it was at the last look at which all were as before. `portgate "
                + "drift --repair ID` shows how to set it back; `portgate drift --accept` takes the settings as they are. An "
                + "apply that makes a new generation does so too."),
        deviation(
            "PG335", "somebody is let in and no book says why", .warning,
            "A set of grants or sessions in the kernel holds an address that no grant that is recorded, and no session, "
                + "explains, or holds it for longer than was given. Somebody put it there by hand, or a grant was taken back "
                + "and the kernel could not be changed. `portgate grant list` and `portgate session list` show what is meant."
        ),
    ]

    private static let driftOfLooks: [DiagnosticEntry] = [
        deviation(
            "PG331", "the ruleset was changed and changed back", .warning,
            "The kernel numbers every transaction of its ruleset. The number moved since the last look although rules, sets and "
                + "objects are the same: somebody changed something and undid it, and in between another ruleset judged. Who "
                + "it was is not known afterwards; `portgate drift --watch` names the process as it happens. Where sessions or "
                + "grants of portgate make such steps by themselves it is a note. It is told until `portgate drift --accept`, "
                + "or until another generation is applied."),
        deviation(
            "PG332", "the ruleset changed since the last look", .note,
            "Another program changed tables of its own, or this is the first look since an apply. What the rules mean now is "
                + "judged apart from this. A change made and undone meanwhile cannot be told from it."),
        deviation(
            "PG333", "the look is not remembered", .note,
            "What was seen could not be written to looks.json in the state directory, or the folder is not there because nothing "
                + "was ever applied: the next look cannot tell what changed since this one. `--no-remember` says that this is "
                + "meant."),
        deviation(
            "PG340", "something could not be looked at", .warning,
            "A part of the look failed; the message says which and why. Nothing is known of it, which is not the same as "
                + "nothing being wrong. All other parts were looked at. When nothing else was found the exit code is 3, "
                + "never 0."),
        deviation(
            "PG345", "the end of an ignore is past", .warning,
            "An entry of the file of ignores had a last day, and it is over: the finding is reported again. Settle it, or state "
                + "another day and why."),
        deviation(
            "PG346", "an ignore that matches nothing", .note,
            "An entry of the file of ignores names an id or a code that this look did not find. Take it out, so that it does not "
                + "hide the next one."),
        deviation(
            "PG347", "an ignore that is not whole", .error,
            "An entry of the file of ignores is a mapping of `id` (as D-0a1b2c3d) or `code` (as PG320), `reason`, and `until`, "
                + "the last day, as 2026-12-31. All but the one of id and code are required. An entry that is not whole passes "
                + "nothing over."),
    ]

    private static func deviation(
        _ code: String, _ title: String, _ severity: Severity, _ explanation: String
    ) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: severity, explanation: explanation)
    }
}
