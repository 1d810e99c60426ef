extension DiagnosticCatalog {
    static let trial: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG250", title: "the kernel and the policy disagree", severity: .error,
            explanation: """
                `portgate test --kernel` sent the packet of a test through the compiled rules in a network namespace of its \
                own, and the kernel did not do what the policy decides. This is a defect of portgate or of the kernel, not of \
                the policy. Do not apply the policy; report it with the packet shown.
                """),
        DiagnosticEntry(
            code: "PG251", title: "a test that the kernel was not asked about", severity: .warning,
            explanation: """
                No packet of the test can be made in a network namespace: its source is one that the kernel discards by \
                itself, or its identity is not one that a packet shows. The policy's decision was compared with the \
                expectation, but not with the kernel's, so `portgate test --kernel` did not look at everything.
                """),
        DiagnosticEntry(
            code: "PG252", title: "the kernel could not be asked", severity: .warning,
            explanation: """
                `portgate test --kernel` makes network namespaces and a TUN device. It needs root, or CAP_NET_ADMIN and \
                CAP_SYS_ADMIN, which `unshare --map-root-user --net portgate test --kernel` gives to anybody where user \
                namespaces are allowed. The message says what was missing. Nothing was decided.
                """),
    ]
}

extension Diagnostic {
    /// The kernel does not do with a test's packet what the policy decides.
    public static func kernelDisagrees(
        _ test: PolicyTest, packet: String, model: String, kernel: String, in policy: Policy
    ) -> Diagnostic {
        Diagnostic(
            code: "PG250", severity: .error,
            message: "the kernel \(kernel) \(packet), and the policy does not", span: test.span,
            notes: [Note("the policy: \(model)")], port: test.port.text)
    }

    /// No packet of a test can be made.
    public static func kernelNotAsked(_ test: PolicyTest, packet: String, reason: String) -> Diagnostic {
        Diagnostic(
            code: "PG251", severity: .warning, message: "the kernel was not asked about \(packet): \(reason)",
            span: test.span, port: test.port.text)
    }

    /// The trial could not be held.
    public static func kernelNotAvailable(_ reason: String) -> Diagnostic {
        Diagnostic(code: "PG252", severity: .warning, message: "the kernel could not be asked: \(reason)", span: nil)
    }
}
