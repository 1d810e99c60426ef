extension DiagnosticCatalog {
    /// PG040 to PG049: names, declared twice or never.
    static let names: [DiagnosticEntry] = [
        DiagnosticEntry(
            code: "PG040", title: "a name declared twice", severity: .error,
            explanation: """
                The same section declares the name a second time, perhaps in another file; both places are shown. \
                Neither wins: rename one, or merge them.
                """),
        DiagnosticEntry(
            code: "PG041", title: "a setting given twice", severity: .error,
            explanation: """
                Two files give the same setting different values; both places are shown. A setting may be repeated \
                with the same value.
                """),
        DiagnosticEntry(
            code: "PG042", title: "a reserved name", severity: .error,
            explanation: """
                The name means something already: the networks any and loopback and the request types are built in, \
                and a network named like an address would be taken for one.
                """),
        DiagnosticEntry(
            code: "PG043", title: "an unknown name", severity: .error,
            explanation: """
                The network, identity, window, port or rule is not declared in any file of the policy. An unknown \
                name never means everybody or nobody; it is an error. When a declared name is near, it is suggested.
                """),
        DiagnosticEntry(
            code: "PG044", title: "a rule without a source", severity: .error,
            explanation: """
                The rule has neither cidrs nor identities, so it would let in everybody. If that is meant, say it: \
                cidrs: [any].
                """),
        DiagnosticEntry(
            code: "PG045", title: "an identity that is a member of itself", severity: .error,
            explanation: """
                Following members leads back to where it began, so the identity says nothing. Break the circle.
                """),
        DiagnosticEntry(
            code: "PG046", title: "an unknown time zone", severity: .error,
            explanation: """
                The name is not in the time zone database of this host (package tzdata). Zones are written as \
                Area/City, with that case, or UTC. Abbreviations such as CEST are not zones.
                """),
        DiagnosticEntry(
            code: "PG047", title: "an unknown request type", severity: .error,
            explanation: """
                The text is neither a built-in request type (any, tls, tls1.2+, http, http.METHOD, \
                http.METHOD:/PREFIX, ssh, postgresql, postgresql.tls, redis, redis:COMMANDS, dns) nor a declared \
                signature.
                """),
        DiagnosticEntry(
            code: "PG048", title: "a time zone that cannot be used", severity: .error,
            explanation: """
                The zone is installed and its file is damaged, or the name depends on how a host is set up, so that \
                the policy would mean something else on every host.
                """),
        DiagnosticEntry(
            code: "PG049", title: "a staged declaration of another port", severity: .error,
            explanation: """
                A port may be declared twice when one of the declarations has mode: observe: that one is judged beside the \
                enforced one. Both must be of the same numbers and protocols; else some of the traffic would be judged by \
                one of them alone. Write the same port and protocol in both.
                """),
    ]
}
