extension DiagnosticCatalog {
    static let testing: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG210", title: "a policy without tests", severity: .warning,
            explanation: """
                The policy has no `tests:`, so `portgate test` proved nothing about it. A policy without tests is not a pass: \
                with `--strict` the command fails. Write for each rule one connection that it allows, and one beside it that \
                must be refused: another network, another hour, another identity.
                """),
        DiagnosticEntry(
            code: "PG211", title: "a rule that no test exercises", severity: .error,
            explanation: """
                None of the tests describes a connection that this rule allows, so a mistake in it would go unseen. It is \
                reported with `portgate test --fail-on-untested`. Add a test with `expect: allow` and `by:` this rule.
                """),
    ]
}

extension Diagnostic {
    /// A policy that carries no tests.
    public static func policyWithoutTests(_ policy: Policy) -> Diagnostic {
        Diagnostic(
            code: "PG210", severity: .warning,
            message: "policy '\(policy.name)' has no tests; nothing was proved of it",
            span: nil)
    }

    /// A rule that allowed none of the tests' connections.
    public static func untestedRule(_ reference: RuleReference, in policy: Policy) -> Diagnostic {
        let port = policy.ports[reference.port]
        let rule = port.rules[reference.rule]
        return Diagnostic(
            code: "PG211", severity: .error,
            message: "no test is allowed by rule '\(rule.name)' of port '\(port.name)'", span: rule.span,
            port: port.name.text, rule: rule.name.text)
    }
}
