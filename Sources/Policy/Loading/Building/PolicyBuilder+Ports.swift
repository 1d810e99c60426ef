extension PolicyBuilder {
    /// Reads the declared ports, and checks that no two cover the same port of the same protocol.
    mutating func readPorts() -> [Port] {
        var result: [Port] = []
        var declared: [String: Int] = [:]
        for (node, fileMode) in portNodes {
            guard let nameNode = node["name"], let name = nameNode.text.flatMap({ Name($0) }) else {
                // What else is wrong with it is worth saying.
                _ = readRules(node["allow"], of: nil)
                continue
            }
            let ranges = node["port"].map { readRanges($0) } ?? []
            var port = Port(name: name, span: nameNode.span, ports: ranges, portsSpan: node["port"]?.span ?? node.span)
            readSettings(of: &port, node)
            if node["mode"] == nil, let fileMode, let mode = fileMode.text.flatMap(Mode.init(rawValue:)) {
                port.mode = mode
                port.modeSpan = fileMode.span
            }
            port.rules = readRules(node["allow"], of: port)
            guard let first = declared[name.text] else {
                declared[name.text] = result.count
                result.append(port)
                continue
            }
            if let both = staged(port, beside: result[first]) {
                result[first] = both
            } else {
                findings.add(.duplicate("port", name.text, at: nameNode.span, first: result[first].span))
                result.append(port)
            }
        }
        if result.count > Language.Bounds.ports, let last = result.last {
            findings.add(.tooMany("the policy's ports", limit: Language.Bounds.ports, at: last.span))
            return result
        }
        checkOverlaps(of: result)
        return result
    }

    /// Returns an enforced declaration with the observed one of the same port beside it; nil when the two are not that.
    private mutating func staged(_ port: Port, beside first: Port) -> Port? {
        guard port.mode != first.mode, port.staged.isEmpty, first.staged.isEmpty else { return nil }
        var (enforced, observed) = port.mode == .enforce ? (port, first) : (first, port)
        if enforced.ports != observed.ports || enforced.protocols != observed.protocols {
            findings.add(.stagedElsewhere(observed, enforced: enforced))
        }
        observed.staged = []
        enforced.staged = [observed]
        return enforced
    }

    private mutating func readSettings(of port: inout Port, _ node: YAMLNode) {
        if let value = node["protocol"] {
            port.protocols = Set(value.items.compactMap { $0.text.flatMap(Self.transport) })
            port.protocolStated = true
        }
        port.description = node["description"]?.text
        port.owner = node["owner"]?.text
        if let word = node["criticality"]?.text, let criticality = Criticality(rawValue: word) {
            port.criticality = criticality
        }
        if let word = node["otherwise"]?.text, let refusal = Port.Refusal(rawValue: word) { port.otherwise = refusal }
        if let value = node["log"] { port.log = readLog(value) }
        if let value = node["reach"] {
            port.reach = Set(value.items.compactMap { $0.text.flatMap(Port.Reach.init(rawValue:)) })
            port.reachSpan = value.span
        }
        if let value = node["mode"], let mode = value.text.flatMap(Mode.init(rawValue:)) {
            port.mode = mode
            port.modeSpan = value.span
        }
        if let value = node["serves"] {
            port.serves = readRequest(value)
            if let type = port.serves { checkSpoken(type, over: port, value) }
            port.servesSpan = value.span
        }
        if let value = node["grants"] { port.grants = readGrants(value, port: port.name.text) }
        if let value = node["audit"] {
            var settings = AuditSettings(breakGlass: .empty, span: value.span)
            if let sources = value["break-glass"] {
                settings.breakGlass = readSources(sources, port: port.name.text)?.addresses ?? .empty
            }
            if let within = value["within"], let text = within.text, !text.isEmpty {
                if let seconds = DurationText.seconds(parsing: text), AuditSettings.seconds.contains(Int64(seconds)) {
                    settings.withinSeconds = UInt32(seconds)
                } else {
                    let wanted = Formats.duration.wanted + " of 15s to 1h"
                    findings.add(.badDuration(text, wanted: wanted, at: within.span))
                }
            }
            port.audit = settings
        }
    }

    /// Returns the protocol that a policy may name.
    static func transport(_ word: String) -> TransportProtocol? {
        TransportProtocol.allCases.first { $0.name == word && Formats.transport.values.contains(word) }
    }

    private mutating func readRanges(_ node: YAMLNode) -> [PortRange] {
        var ranges: [PortRange] = []
        for item in node.items {
            guard let text = item.text, !text.isEmpty else { continue }
            do throws(PortRangeError) {
                ranges.append(try PortRange(parsing: text))
            } catch {
                switch error {
                case .notAPort(let part): findings.add(.badPort(text, part: part, at: item.span))
                case .backwards(let first, let last): findings.add(.backwardsPorts(first, last, at: item.span))
                }
            }
        }
        return PortRange.merged(ranges)
    }

    private mutating func readLog(_ node: YAMLNode) -> LogSettings {
        var log = LogSettings()
        if let word = node["allowed"]?.text, let allowed = LogSettings.Allowed(rawValue: word) { log.allowed = allowed }
        if let value = node["denied"], let text = value.text, !text.isEmpty {
            switch text {
            case "all": log.denied = .all
            case "none": log.denied = .none
            default:
                if let rate = Rate(parsing: text) {
                    log.denied = .perSource(rate)
                } else {
                    findings.add(.badRate(text, wanted: Formats.logDenied.wanted, at: value.span))
                }
            }
        }
        return log
    }

    private mutating func readGrants(_ node: YAMLNode, port: String) -> GrantSettings? {
        let to = node["to"].map { readNames($0, of: identities, port: port) } ?? []
        guard let value = node["longest"], let text = value.text, !text.isEmpty else { return nil }
        guard let longest = DurationText.seconds(parsing: text) else {
            findings.add(.badDuration(text, wanted: Formats.duration.wanted + " of at most 30 days", at: value.span))
            return nil
        }
        return GrantSettings(
            to: to, longestSeconds: longest, ticketRequired: node["ticket"]?.text != "optional", span: node.span)
    }

    private mutating func checkOverlaps(of ports: [Port]) {
        // One table of owners per protocol: each cell is filled once, so that a hostile file cannot make this slow.
        var owners: [TransportProtocol: [UInt16]] = [:]
        for (index, port) in ports.enumerated() {
            var other: (Int, UInt16, TransportProtocol)?
            for transport in TransportProtocol.allCases where port.protocols.contains(transport) {
                guard other == nil else { break }
                var table = owners.removeValue(forKey: transport) ?? Array(repeating: UInt16.max, count: 65_536)
                filling: for range in port.ports {
                    for number in range.first...range.last {
                        guard table[Int(number)] == UInt16.max else {
                            other = (Int(table[Int(number)]), number, transport)
                            break filling
                        }
                        table[Int(number)] = UInt16(index)
                    }
                }
                owners[transport] = table
            }
            if let (owner, number, transport) = other {
                findings.add(.overlappingPorts(number, transport, port: port, other: ports[owner]))
            }
        }
    }
}
