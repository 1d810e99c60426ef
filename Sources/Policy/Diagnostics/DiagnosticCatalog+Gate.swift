extension DiagnosticCatalog {
    static let gate: [DiagnosticEntry] = gateFailures + gateFindings + gateSurroundings

    private static let gateFailures: [DiagnosticEntry] = [
        error(
            "PG401", "the state directory cannot be used",
            "Everything that is put in force is written down first, in the state directory (--state-dir, PORTGATE_STATE_DIR, "
                + "/var/lib/portgate). It must belong to the user who runs portgate and be closed to everybody else (mode "
                + "0700), and there must be room in it. When it cannot be written, nothing is changed in the kernel: a change "
                + "that is not recorded could not be undone. Make room, mount it writable, or correct its owner and mode."
        ),
        error(
            "PG402", "the state is damaged",
            "A file of the state directory is not what portgate writes: torn, edited, or of another program. portgate does "
                + "not guess what it meant. Restore it from a backup; or move the whole state directory away and apply the "
                + "policy again: what is live stays live meanwhile, only the way back to earlier generations is lost. When the "
                + "message names a file in lists/, no rule depends on it: apply the policy again, which writes a damaged list anew, "
                + "or records the lists as they are by now."
        ),
        error(
            "PG403", "another portgate holds the lock",
            "Two changes at once could lose one of them, so a lock keeps them apart. The message names the process that "
                + "holds it and since when. The lock goes with its process, however that ends. --lock-wait SECONDS waits for it."
        ),
        error(
            "PG404", "the live rules cannot be read",
            "Without knowing what is live nothing can be compared, and nothing is reported as well. Usual reasons: not "
                + "root and without CAP_NET_ADMIN, a kernel without nf_tables, portgate-nft missing beside portgate."),
        error(
            "PG405", "the rules keep changing",
            "The kernel numbers every change of its ruleset. A look counts only when that number is the same before and "
                + "after it; here another program changed rules during every try. Find it (`nft monitor`) and try again."
        ),
        error(
            "PG406", "the live rules moved on",
            "Between the moment the plan was made and the moment of loading another program changed the rules. What was "
                + "agreed to is no longer what would happen, so nothing was done. Run `portgate plan` again."),
        error(
            "PG407", "the saved plan no longer holds",
            "A saved plan is applied only while everything it was made from is as it was: the policy's files, the live "
                + "generation, this boot of the host, the network namespace and the folder. Make a new plan."),
        error(
            "PG408", "not a saved plan",
            "The file begins like a plan that `portgate plan -o plan=FILE` saves, but is torn or was edited; or a plan could "
                + "not be written to it. Make a new plan."),
        error(
            "PG409", "the change would cut the SSH connection it is run over",
            "The client at the other end of this SSH connection (SSH_CONNECTION, of this process or of one it descends "
                + "from) would be refused by the policy, so the next packet would be the last. Add a rule that allows it, "
                + "or say --allow-lockout when there is another way in."),
        error(
            "PG410", "the change would shut out an address that must be let in",
            "--must-allow names sources that have to reach a port after the change. The policy refuses this one. Add a rule "
                + "that allows it, or say --allow-lockout."),
        error(
            "PG411", "the change was not confirmed",
            "A change is made after somebody typed yes at a terminal, or with --yes. Anything else, an end of input and a "
                + "missing terminal among it, is a no."),
        error(
            "PG412", "the change failed and was taken back",
            "A transaction was refused or what was read back is not what was loaded. What was live before is live again, "
                + "and was read back to be sure. The message says what happened; exit code 5."),
        error(
            "PG413", "the change failed and so did the way back",
            "The notes say what is live now. Look at it with `nft list table inet portgate` and `portgate status`; "
                + "`portgate apply` of a policy that works replaces it whole."),
        error(
            "PG414", "no generation to return to",
            "`portgate rollback` returns to what was in force before. There was nothing before, the generation named does "
                + "not exist, or it never was in force. `portgate rollback --list` shows what there is."),
        error(
            "PG415", "live, but not recorded",
            "The change is in force and was read back, but its end could not be written to the state directory. Make room "
                + "there and apply again; until then `status` tells of an interrupted change."),
        error(
            "PG416", "the listening sockets cannot be read",
            "`portgate init` asks the kernel for its listening sockets (sock_diag). Without an answer no policy is written: "
                + "an empty one would look like a host without services."),
        error(
            "PG417", "the file is there already",
            "`portgate init` writes a first policy and never overwrites: choose another path, or move the file away."),
        error(
            "PG418", "not one policy",
            "One policy is in force on a host at a time. Write the paths' content as one folder, or one file that "
                + "includes the others."),
        error(
            "PG419", "the ruleset cannot be put into transactions",
            "The compiled ruleset, or the way from the live one to it, cannot be written as text that nft takes. This is a "
                + "defect of portgate; nothing was changed. Please report it with the policy."),
        error(
            "PG421", "the kernel refused a change of set elements",
            "Elements of sets change in one transaction; the kernel refused it, and made nothing of it. The message names "
                + "the set and, where the kernel tells, the element. What is live is not what was read before: look with "
                + "`portgate status` and try again."),
        error(
            "PG431", "a generation waits to be confirmed",
            "`apply --confirm-within` put a generation in force for a time. Until it is confirmed or its time is over, nothing "
                + "else is applied: there would be no certain way back. `portgate confirm` keeps it, `portgate rollback` takes "
                + "it back at once, and when its time is over the next `apply` goes on from the generation before."),
        error(
            "PG432", "not confirmed in time",
            "The generation was in force for a time, nobody confirmed it, and the kernel judges by the one before again, by "
                + "itself. Exit code 5. If the new rules were right, apply them again and confirm over a new connection."
        ),
        error(
            "PG433", "the confirmation proves nothing",
            "A connection from before the change may live on where a new one would be refused, so a confirmation counts only "
                + "over an SSH connection that was made after the new rules were in force. That is read from the tree of "
                + "processes, not from the environment: inside tmux or screen, and in a session that shares an older "
                + "connection (ControlMaster), nothing is proved. Log in anew and confirm there, or say --local at a console."
        ),
        error(
            "PG434", "nothing to confirm",
            "No generation waits to be confirmed: none was applied with --confirm-within, or its end is recorded already. "
                + "`portgate rollback --list` shows how each ended."),
        error(
            "PG435", "nothing certain to fall back to",
            "With --confirm-within the kernel returns by itself to the generation before. That has to be known: what is live "
                + "must be what was applied last, here and since the last restart. Run `portgate boot` after a restart; apply "
                + "without --confirm-within to undo what another hand changed or an interrupted change left."),
        error(
            "PG436", "the end of an unconfirmed generation is not in order",
            "The kernel judges by one whole generation, but what the other one left in the table could not be taken away, or "
                + "another hand changed it meanwhile. `portgate status` says what differs; run the command again."),
        error(
            "PG437", "the boot could not load a recorded generation",
            "Something was applied on this host before, and no recorded generation can be read or loaded. Nothing is left "
                + "open: every port that what is left of the records names is refused to everybody, this host itself among "
                + "them; when no port can be read any more, everything new that arrives from outside is refused but answers "
                + "to this host's own connections, ICMP and DHCP. Apply the policy at a console (`portgate apply`, with a new "
                + "--state-dir when the old one is beyond repair)."),
    ]

    private static let gateFindings: [DiagnosticEntry] = [
        warning(
            "PG451", "nothing is in force",
            "No table inet portgate is live in this network namespace: no port is gated by portgate. Rules live in the "
                + "kernel's memory: after a restart of the host they have to be applied again."),
        warning(
            "PG452", "the live table is not what was applied",
            "Another hand changed table inet portgate since the last apply; each object that differs is named. "
                + "`portgate apply` of the policy puts it right."),
        warning(
            "PG453", "the state is of another boot or network namespace",
            "The last generation was applied before the host was restarted, or in another network namespace. What it says "
                + "of the kernel does not hold here. Apply the policy in this namespace, with a state directory of its own."
        ),
        warning(
            "PG454", "a change was interrupted",
            "A change began and never said how it ended: its process was killed, or the host stopped. What is live was "
                + "compared with what was recorded; apply the policy again to be sure, or `portgate rollback` to what was in "
                + "force before it. What it left is not taken for another hand's."),
        warning(
            "PG455", "the windows' horizon is near",
            "Windows are loaded as instants for about 400 days ahead; after the last of them they stay closed. Less than "
                + "14 days are left: apply the policy again."),
        warning(
            "PG456", "a rule ends soon",
            "The rule's `expires` is less than 14 days away. After it nobody is let in by the rule; connections that live "
                + "are cut. Extend it in the policy if it is still needed."),
        warning(
            "PG457", "nobody takes the log",
            "The gate hands its records to an NFLOG group, and no process has bound that group in this network namespace. "
                + "Records are lost, and the kernel tells nobody; the counters still count."),
        DiagnosticEntry(
            code: "PG458", title: "other chains judge after the gate", severity: .note,
            explanation:
                "Passing the gate is not arriving: these base chains of other tables see a packet later and may "
                + "still drop it. A refused client of an allowed port is to be looked for there."),
        warning(
            "PG459", "the policy's clock is shifted",
            "The ruleset in force is a rehearsal (`--policy-clock`): its windows and expiries happen at other times than "
                + "the policy says. Apply without --policy-clock to end it."),
        warning(
            "PG460", "the way in closes soon, or is not known",
            "The SSH connection this is run over, or an address of --must-allow, is let in now and will be refused within "
                + "a day, when a window closes or a rule expires. Make sure that there is another way in by then. Or "
                + "SSH_CONNECTION is set and cannot be read: then nobody looked; name the way in with --must-allow."),
        warning(
            "PG471", "a generation waits to be confirmed",
            "The new generation judges for the seconds that are left; then the kernel returns by itself to the one before, "
                + "whatever happens to portgate. `portgate confirm` over a new SSH connection keeps it."),
        warning(
            "PG473", "a recorded generation was passed over at boot",
            "The generation that was in force last is damaged or was refused by the kernel, so the boot loaded the one before "
                + "it that is whole. Compare with `portgate plan` and apply the policy again."),
        warning(
            "PG472", "a generation fell back",
            "Its time was over, it was taken back, or the host was restarted, before anybody confirmed it: the generation "
                + "before it judges. The next command that changes the gate takes what it left out of the table."),
    ]

    private static func error(_ code: String, _ title: String, _ explanation: String) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: .error, explanation: explanation)
    }

    private static func warning(_ code: String, _ title: String, _ explanation: String) -> DiagnosticEntry {
        DiagnosticEntry(code: code, title: title, severity: .warning, explanation: explanation)
    }
}
