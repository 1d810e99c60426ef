extension LintContext {
    /// The ports that Linux takes for outgoing connections unless told otherwise (net.ipv4.ip_local_port_range).
    private static let ephemeral: ClosedRange<UInt16> = 32_768...60_999

    /// What a port's declaration lacks, and what is worth knowing of it.
    func ports() -> [Diagnostic] {
        var found: [Diagnostic] = []
        var tcpOnly: [(port: Port, number: UInt16)] = []
        for port in policy.ports {
            if port.owner == nil, policy.owner == nil { found.append(.missing("owner", port)) }
            if port.description == nil { found.append(.missing("description", port)) }
            if let owner = port.owner, Self.isPlaceholder(owner) { found.append(.placeholderOwner(owner, port)) }
            if port.mode == .observe { found.append(.observed(port)) }
            for staged in port.staged { found.append(.observed(staged)) }
            for rule in port.rules where rule.mode == .observe { found.append(.observed(rule, port)) }
            if let range = port.ports.first(where: {
                $0.first <= Self.ephemeral.upperBound && $0.last >= Self.ephemeral.lowerBound
            }) {
                found.append(.ephemeral(range, port))
            }
            if port.protocolStated, port.protocols == [.tcp], let number = ungatedForUDP(port) {
                tcpOnly.append((port, number))
            }
        }
        if let finding = Diagnostic.tcpOnly(tcpOnly) { found.append(finding) }
        if policy.ports.isEmpty { found.append(.noPorts()) }
        if let owner = policy.owner, Self.isPlaceholder(owner),
            let port = policy.ports.first(where: { $0.owner == nil })
        {
            found.append(.placeholderOwner(owner, port))
        }
        return found
    }

    private static func isPlaceholder(_ owner: String) -> Bool {
        let words = owner.uppercased().split { !$0.isLetter }
        return words.contains("TODO") || words.contains("FIXME") || words.contains("TBD")
    }

    /// Returns the first number of a port that no declaration gates for UDP.
    private func ungatedForUDP(_ port: Port) -> UInt16? {
        for range in port.ports {
            for number in range.first...range.last where decider.port(number, .udp) == nil { return number }
        }
        return nil
    }

    /// SSH ports that nobody but the host itself can reach.
    func lockOuts() -> [Diagnostic] {
        policy.ports.filter { port in
            let isSSH =
                port.covers(22, .tcp) || (["ssh", "sshd"].contains(port.name.text) && port.protocols.contains(.tcp))
            return isSSH && port.mode == .enforce && !port.rules.contains(where: letsSomebodyIn)
        }.map { .lockedOut($0, reasons: $0.rules.map { rule in (rule, whyNobody(rule)) }) }
    }

    /// Tells whether another host can come in by a rule, now or before the horizon.
    private func letsSomebodyIn(_ rule: AccessRule) -> Bool { whyNobody(rule).isEmpty }

    /// Says what keeps every other host out; empty when nothing does.
    private func whyNobody(_ rule: AccessRule) -> String {
        if let expires = rule.expires, expires <= now { return "expired \(expires.asEndOfRule)" }
        if case .only(let names) = rule.windows, !names.contains(where: openingWindows.contains) {
            return "its windows do not open within \(Linter.horizonDays) days"
        }
        if let sources = sources(of: rule), sources.remoteIsEmpty { return "it means this host itself alone" }
        return ""
    }
}
