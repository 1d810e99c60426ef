extension DiagnosticCatalog {
    static let compiling: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG201", title: "accepted by the language, not yet enforced", severity: .error,
            explanation: """
                The key is part of the language and its value is valid, but this version cannot make the kernel enforce \
                it. Compiling a policy without it would let through what the author meant to refuse, so nothing is \
                rendered. Take the key out, or say the same with networks, process identities, windows and expiry dates.
                """),
        DiagnosticEntry(
            code: "PG202", title: "no such account on this host", severity: .error,
            explanation: """
                A process identity names a user or group that the host does not have. Rules hold numbers only, because \
                a name that cannot be resolved would make the kernel refuse the whole ruleset and leave every port \
                open. Create the account first, or write its number.
                """),
        DiagnosticEntry(
            code: "PG203", title: "a rule that matches nobody", severity: .error,
            explanation: """
                The rule's networks and identities have no source in common: no packet could ever match it. A rule must \
                match a network and an identity where it states both. Rendering an empty restriction as no restriction \
                is how other tools open ports, so this is an error. Widen one of them, or remove the rule.
                """),
        DiagnosticEntry(
            code: "PG204", title: "a window that does not open before the horizon", severity: .error,
            explanation: """
                Windows are rendered as the instants at which they are open, up to the horizon (400 days unless \
                told otherwise). This window has none of them: its exceptions or hours leave no opening. Correct the \
                window or take it out of the rule.
                """),
        DiagnosticEntry(
            code: "PG205", title: "a rule that no longer allows anybody", severity: .note,
            explanation: """
                The rule's expiry has passed, or comes before the first opening of its windows. It is rendered so that \
                it never matches. Remove it, or extend it.
                """),
        DiagnosticEntry(
            code: "PG206", title: "a key that nothing acts on yet", severity: .warning,
            explanation: """
                The key does not change who may reach a port, so the gate can be rendered without it; but nothing in this \
                version acts on it. `undeclared: report` is for the drift audit. Keep the key if you want it to hold later, and do not rely on it now.
                """),
        DiagnosticEntry(
            code: "PG249", title: "the rendering does not say what the policy says", severity: .error,
            explanation: """
                After rendering, the text is read back and compared with what was meant. They differ, which is a defect \
                of portgate itself: nothing is given out, and nothing should be loaded. Please report it with the \
                policy.
                """),
        DiagnosticEntry(
            code: "PG253", title: "the rendering lets in other packets than the policy", severity: .error,
            explanation: """
                Every time a policy is compiled for `compile`, `plan` or `apply`, all packets that the rendered table lets in \
                are compared with all that the policy allows. They are not the same, which is a defect of portgate itself; \
                the message shows a packet. Nothing is given out and nothing is loaded. Please report it with the policy. \
                `--no-proof` goes on without the proof: only when you have read the rendered rules yourself.
                """),
        DiagnosticEntry(
            code: "PG254", title: "not decided what the rendering lets in", severity: .error,
            explanation: """
                The comparison of the rendered table with the policy came to no end: the policy needs more memory for it \
                than is given to it, or the two evaluators of portgate disagree about a packet, which is a defect. Nothing \
                is loaded that was not proved. `--no-proof` goes on without the proof; the record of the generation and \
                `portgate status` say so.
                """),
    ]
}

extension Diagnostic {
    /// The rendered table and the policy do not let in the same packets; shown by one.
    public static func renderingDiffers(_ packet: String, of port: Port) -> Diagnostic {
        Diagnostic(
            code: "PG253", severity: .error,
            message: "the rendering lets in other packets than the policy: \(packet); this is a defect of portgate",
            span: port.span, port: port.name.text)
    }

    /// It was not decided whether the rendered table and the policy let in the same packets.
    public static func renderingUndecided(_ reason: String) -> Diagnostic {
        Diagnostic(
            code: "PG254", severity: .error,
            message: "it was not decided whether the rendering lets in what the policy allows: \(reason)", span: nil)
    }
}
