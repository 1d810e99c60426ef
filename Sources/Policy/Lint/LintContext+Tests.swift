extension LintContext {
    /// Ports and rules without tests, and tests whose outcome changes by itself.
    func tests() -> [Diagnostic] {
        var found: [Diagnostic] = []
        var exercised: Set<RuleReference> = []
        var tested: Set<Name> = []
        let ports = Dictionary(policy.ports.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for test in policy.tests {
            tested.insert(test.port)
            if case .allowed(let port, let rule) = decider.decide(AccessAttempt(test, in: policy, now: now)) {
                exercised.insert(RuleReference(port: port, rule: rule))
            }
            if test.at == nil, let port = ports[test.port], let rule = port.rules.first(where: Self.dependsOnTime) {
                found.append(.testWithoutTime(test, port, rule))
            }
            if let at = test.at, at > horizon { found.append(.testBeyondHorizon(test, at: at)) }
        }
        for (index, port) in policy.ports.enumerated() {
            guard tested.contains(port.name) else {
                found.append(.untestedPort(port))
                continue
            }
            for (number, rule) in port.rules.enumerated()
            where rule.mode == .enforce && !exercised.contains(RuleReference(port: index, rule: number)) {
                found.append(.untestedRule(rule, port))
            }
        }
        return found
    }

    private static func dependsOnTime(_ rule: AccessRule) -> Bool {
        rule.windows != .unrestricted || rule.expires != nil
    }
}
