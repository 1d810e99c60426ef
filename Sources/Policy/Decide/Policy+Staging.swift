/// What of a policy is only observed, and what it would be if it were enforced.
extension Policy {
    /// Tells whether something of a port is only observed: itself, one of its rules, or a declaration beside it.
    public func isStaged(_ port: Port) -> Bool {
        port.mode == .observe || !port.staged.isEmpty || port.rules.contains { $0.mode == .observe }
    }

    /// Returns the policy in which what is only observed of some ports is enforced: the port itself, its rules, and the
    /// declaration beside it in the place of the enforced one. Nil means every port. Its digest is one of its own, as its
    /// files do not say this.
    public func promoting(_ names: Set<Name>? = nil) -> Policy {
        var policy = self
        var promoted: [String] = []
        for (index, port) in ports.enumerated() where names?.contains(port.name) ?? true && isStaged(port) {
            var port = port.staged.first ?? port
            port.mode = .enforce
            for rule in port.rules.indices { port.rules[rule].mode = .enforce }
            policy.ports[index] = port
            promoted.append(port.name.text)
        }
        guard !promoted.isEmpty else { return self }
        policy.digest = Digest.hex(of: Array("promoted \(promoted.joined(separator: " "))\n\(digest)\n".utf8))
        return policy
    }

    /// Says what becomes of an attempt, and what would become of it if all that is observed were enforced.
    public func outlook(_ attempt: AccessAttempt) -> Outlook {
        let decider = Decider(self)
        let decision = decider.decide(attempt)
        let explanation = decider.explain(decision, attempt)
        guard let index = decider.port(attempt.port, attempt.transport), isStaged(ports[index]) else {
            return Outlook(enforced: explanation, staged: nil)
        }
        let port = ports[index]
        let promoted = Decider(promoting([port.name]))
        let staged = promoted.explain(promoted.decide(attempt), attempt)
        guard port.mode == .observe else { return Outlook(enforced: explanation, staged: staged) }
        let passes = Explanation(
            isAllowed: true, port: port.name, rule: nil, span: port.span,
            summary: "\(port.name) is only observed: it refuses nobody", misses: [])
        return Outlook(enforced: passes, staged: staged)
    }
}

/// What becomes of an attempt, and what is only observed of it.
public struct Outlook: Hashable, Sendable {
    /// What the gate does.
    public let enforced: Explanation
    /// What it would do if all that is observed of the port were enforced; nil when nothing of it is observed.
    public let staged: Explanation?
}
