extension DiagnosticCatalog {
    /// PG380 to PG389: what two policies let in differently.
    static let difference: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG380", title: "a change that lets more in", severity: .warning,
            explanation: """
                The new policy lets in what the old one refuses, or more often, or judges a port no more: the finding \
                says who, where and when, and gives a connection as an example. With `--fail-on-widening` it is an \
                error. Whether it is meant is for the reviewer to say: `portgate why` on the example names the rule.
                """),
        DiagnosticEntry(
            code: "PG381", title: "a change that lets less in", severity: .note,
            explanation: """
                The new policy refuses what the old one lets in, or limits it. Whoever needs that access will lose it \
                with the next apply; established connections are judged again and cut.
                """),
        DiagnosticEntry(
            code: "PG382", title: "a setting that changes nobody's access", severity: .note,
            explanation: """
                The declarations differ in something beside their rules: how the refused are answered, what is \
                logged, who may be granted access. The finding says what the values were and are.
                """),
        DiagnosticEntry(
            code: "PG383", title: "a port that was not compared", severity: .error,
            explanation: """
                The rules of the port are too many and too different to be compared within the budget. Nothing is \
                known of what changed on it, and the look counts as not completed: never as no change.
                """),
    ]
}
