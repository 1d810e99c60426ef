extension PolicyBuilder {
    /// Reads the policy's tests against the ports it declares.
    mutating func readTests(of ports: [Port]) -> [PolicyTest] {
        var byName: [String: Port] = [:]
        for port in ports where byName[port.name.text] == nil { byName[port.name.text] = port }
        let names = ports.map(\.name.text)
        if testNodes.count > Language.Bounds.tests, let last = testNodes.last {
            findings.add(.tooMany("the policy's tests", limit: Language.Bounds.tests, at: last.span))
            return []
        }
        return testNodes.compactMap { readTest($0, ports: byName, names: names) }
    }

    private mutating func readTest(_ node: YAMLNode, ports: [String: Port], names: [String]) -> PolicyTest? {
        let from = node["from"].flatMap { readAddress($0) }
        let at = node["at"].flatMap { readMoment($0) }
        let identityNode = node["identity"] ?? node["identities"]
        let identities = identityNode.map { readNames($0, of: self.identities) } ?? []
        let request = node["request"].flatMap { readSpokenRequest($0) }
        let expect = node["expect"]?.text.flatMap(PolicyTest.Expectation.init(rawValue:))
        if expect == .deny, let by = node["by"] { findings.add(.ruleOfDenial(at: by.span)) }
        let number = readNumber(node["number"], "number", least: 1, most: 65_535)
        guard let portNode = node["port"], let portText = portNode.text, !portText.isEmpty else { return nil }
        guard let port = ports[portText] else {
            if Name(portText) != nil { findings.add(.unknownName("port", portText, known: names, at: portNode.span)) }
            return nil
        }
        let transport = readTransport(node["protocol"], of: port)
        if let number, let numberNode = node["number"], !port.ports.contains(where: { $0.contains(UInt16(number)) }) {
            let declared = port.ports.map(\.text).joined(separator: ", ")
            findings.add(.testOutsidePort("port \(number)", port: port, allowed: declared, at: numberNode.span))
        }
        let by = readRuleName(node["by"], of: port)
        guard let nameNode = node["name"], let name = nameNode.text, let from, let expect, let transport else {
            return nil
        }
        guard let tried = number.map({ UInt16($0) }) ?? port.ports.first?.first else { return nil }
        return PolicyTest(
            name: name, span: nameNode.span, port: port.name, number: tried, transport: transport, from: from, at: at,
            identities: identities, request: request, expect: expect, by: by)
    }

    private mutating func readTransport(_ node: YAMLNode?, of port: Port) -> TransportProtocol? {
        guard let node else {
            return TransportProtocol.allCases.first { port.protocols.contains($0) }
        }
        guard let transport = node.text.flatMap(Self.transport) else { return nil }
        guard port.protocols.contains(transport) else {
            let declared = TransportProtocol.allCases.filter(port.protocols.contains).map(\.name).joined(
                separator: ", ")
            findings.add(.testOutsidePort("protocol \(transport.name)", port: port, allowed: declared, at: node.span))
            return nil
        }
        return transport
    }

    private mutating func readRuleName(_ node: YAMLNode?, of port: Port) -> Name? {
        guard let node, let text = node.text, let name = Name(text) else { return nil }
        guard port.rules.contains(where: { $0.name == name }) else {
            findings.add(
                .unknownName(
                    "rule of '\(port.name)'", text, known: port.rules.map(\.name.text), at: node.span,
                    port: port.name.text))
            return nil
        }
        return name
    }

    private mutating func readAddress(_ node: YAMLNode) -> IPAddress? {
        guard let text = node.text, !text.isEmpty else { return nil }
        if text == "loopback" { return .v4(IPv4Address(bits: 0x7f00_0001)) }
        do throws(AddressError) {
            return try IPAddress(parsing: text)
        } catch {
            findings.add(.badAddress(error, text, at: node.span, isQuoted: node.isQuoted))
            return nil
        }
    }

    private mutating func readMoment(_ node: YAMLNode) -> Instant? {
        guard let text = node.text, !text.isEmpty else { return nil }
        do throws(InstantError) {
            return try Instant(parsing: text)
        } catch {
            findings.add(.badMoment(text, error.description, at: node.span))
            return nil
        }
    }

    private mutating func readSpokenRequest(_ node: YAMLNode) -> RequestType? {
        guard let request = readRequest(node) else { return nil }
        if request == .any {
            findings.add(.unspokenRequest(at: node.span))
            return nil
        }
        return request
    }
}
