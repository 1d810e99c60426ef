extension DiagnosticCatalog {
    static let ledger: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG501", title: "no ledger", severity: .error,
            explanation: """
                The folder has no ledger, or there is nothing in it. A log that was removed as a whole looks the same as one that \
                never was: if there should be one, this is the gravest of all findings. `portgate keys init` begins a new one, \
                whose anchor differs from the old one's.
                """),
        DiagnosticEntry(
            code: "PG502", title: "a part of the ledger is missing", severity: .error,
            explanation: """
                A file of the ledger, or records that a signed checkpoint covers, are not there. The message names the leaves. \
                What lies before them is still proven. Look for a copy: the sinks, the witness and the backups have them.
                """),
        DiagnosticEntry(
            code: "PG503", title: "a file that no ledger has", severity: .error,
            explanation: """
                Something was put into the ledger's folder that portgate does not write there. It proves nothing about the records, \
                but somebody could write where only portgate should. Move it away and find out who it was.
                """),
        DiagnosticEntry(
            code: "PG504", title: "the ledger was altered", severity: .error,
            explanation: """
                Bytes are not those that were signed: a record was edited, exchanged, added or taken out, or a file is in no form \
                that portgate writes. The message names the first record that cannot be trusted; between two checkpoints it cannot \
                be told more closely. Everything before it is still proven.
                """),
        DiagnosticEntry(
            code: "PG505", title: "a signature does not verify", severity: .error,
            explanation: """
                A checkpoint, a manifest or a key is not signed by the key whose turn it is, beginning with the anchor that \
                `portgate keys init` printed. The ledger was written by somebody else, or a key was exchanged. Of a file of \
                `--cosigned`: the key of `--witness` has not signed it.
                """),
        DiagnosticEntry(
            code: "PG506", title: "the chain of checkpoints is broken", severity: .error,
            explanation: """
                Each checkpoint carries the hash of the one before it, and its number. Here one was taken out, exchanged, or put in.
                """),
        DiagnosticEntry(
            code: "PG507", title: "a time that cannot be", severity: .error,
            explanation: """
                A checkpoint is of a time in which its key did not sign, or earlier than the one before it without a record that \
                the clock went back. Whoever has an old key can sign with it, but not in its hour.
                """),
        DiagnosticEntry(
            code: "PG508", title: "the ledger was rolled back", severity: .error,
            explanation: """
                The ledger is shorter, or another one, than it was when it was last looked at, or when a witness signed it. Every \
                record in it may be genuine: what came after is missing. Compare with the sinks.
                """),
        DiagnosticEntry(
            code: "PG509", title: "the recorder was silent", severity: .error,
            explanation: """
                A running recorder says every minute that it is there. It was not heard of for longer than two minutes, and no record \
                says why: it was killed and not started again, it was stopped, or the end of the log was cut off. Start \
                `portgate record`; then the log itself tells from when to when nobody was recording. With `--witness-age`: the \
                witness has signed nothing for longer than that, or was shown nothing.
                """),
        DiagnosticEntry(
            code: "PG510", title: "the ledger was left unfinished", severity: .warning,
            explanation: """
                Something stands behind the last checkpoint: a crash interrupted a commit, which nobody was told had succeeded; or \
                the last checkpoints were cut off. The next writer sets it aside and records its hash. Until then the end of the \
                log is neither proven nor refuted, and `portgate verify` ends with 3.
                """),
        DiagnosticEntry(
            code: "PG520", title: "the ledger does not take a change", severity: .error,
            explanation: """
                Every change of the gate is recorded before it is made and again when it is done: who, what, by which policy. The                 ledger could not be written, so nothing was changed. The message says why; a full disk and a lock that is held                 are the usual reasons. In an emergency `--without-ledger` makes the change all the same: it is noted beside the                 ledger and brought into it by the next change that finds it usable.
                """),
    ]
}
