import Policy

/// The ports of which what is only observed is to be enforced (`--promote`).
struct Promotion: Hashable, Sendable {
    /// As given.
    private let texts: [String]

    /// Adds a name, or `all`, to what was given before.
    init(_ earlier: Promotion?, adding text: String) { texts = (earlier?.texts ?? []) + [text] }

    /// Returns the policy with these ports enforced, and says what to write into its files.
    func applied(to policy: Policy, _ console: Console) throws -> Policy {
        let isAll = texts.contains("all") && !policy.ports.contains { $0.name.text == "all" }
        var chosen: [Port] = []
        if isAll {
            chosen = policy.ports.filter { policy.isStaged($0) }
            guard !chosen.isEmpty else { throw CommandFailure(.usage, "nothing of the policy is only observed") }
        } else {
            for text in texts {
                guard let port = policy.ports.first(where: { $0.name.text == text }) else {
                    let nearest = NearestName.to(text, among: policy.ports.map(\.name.text))
                    throw CommandFailure(
                        .usage, "the policy has no port '\(text)'", help: nearest.map { "did you mean '\($0)'?" })
                }
                guard policy.isStaged(port) else {
                    throw CommandFailure(.usage, "nothing of port '\(text)' is only observed")
                }
                chosen.append(port)
            }
        }
        for port in chosen { Self.advise(port, in: policy, console) }
        return policy.promoting(Set(chosen.map(\.name)))
    }

    private static func advise(_ port: Port, in policy: Policy, _ console: Console) {
        func place(_ span: SourceSpan) -> String { policy.sources.place(of: span) }
        if let staged = port.staged.first {
            console.say(
                "promoted: port \(port.name); to keep it, take its declaration at \(place(port.span)) away and write "
                    + "'mode: enforce' at \(place(staged.modeSpan ?? staged.span))")
        }
        if port.mode == .observe {
            console.say(
                "promoted: port \(port.name); to keep it, write 'mode: enforce' at \(place(port.modeSpan ?? port.span))"
            )
        }
        for rule in (port.staged.first ?? port).rules where rule.mode == .observe {
            console.say(
                "promoted: rule \(port.name)/\(rule.name); to keep it, write 'mode: enforce' at "
                    + place(rule.modeSpan ?? rule.span))
        }
    }
}
