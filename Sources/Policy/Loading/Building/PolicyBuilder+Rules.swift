extension PolicyBuilder {
    /// Reads the rules of a port.
    mutating func readRules(_ node: YAMLNode?, of port: Port?) -> [AccessRule] {
        guard let node else { return [] }
        var result: [AccessRule] = []
        var declared: [String: SourceSpan] = [:]
        for item in node.items {
            guard let nameNode = item["name"], let name = nameNode.text.flatMap({ Name($0) }) else {
                var nameless = AccessRule(name: Self.placeholder, span: item.span)
                readRestrictions(of: &nameless, item, port: port)
                continue
            }
            if let first = declared[name.text] {
                findings.add(.duplicate("rule", name.text, at: nameNode.span, first: first))
            } else {
                declared[name.text] = nameNode.span
            }
            var rule = AccessRule(name: name, span: nameNode.span)
            readRestrictions(of: &rule, item, port: port)
            readTerms(of: &rule, item)
            if let port { checkReachable(rule, of: port) }
            result.append(rule)
        }
        return result
    }

    /// The name of a rule that has none; it never reaches a policy.
    private static let placeholder: Name = {
        guard let name = Name("unnamed") else { preconditionFailure("'unnamed' is a name") }
        return name
    }()

    /// Reads the dimensions of a rule. One that is written and could not be read becomes an empty restriction, never none.
    private mutating func readRestrictions(of rule: inout AccessRule, _ node: YAMLNode, port: Port?) {
        let place = (port: port?.name.text, rule: rule.name.text)
        if let value = node["cidrs"] {
            let sources = readSources(value, port: place.port, rule: place.rule)
            rule.networks = .only(sources?.addresses ?? .empty)
            rule.networkNames = sources?.names ?? []
            rule.networksSpan = value.span
        }
        if let value = node["identities"] {
            rule.identities = .only(readNames(value, of: identities, port: place.port, rule: place.rule))
            rule.identitiesSpan = value.span
        }
        if let value = node["windows"] {
            rule.windows = .only(readNames(value, of: windows, port: place.port, rule: place.rule))
            rule.windowsSpan = value.span
        }
        if let value = node["requests"] {
            var types: [RequestType] = []
            for item in value.items {
                guard let type = readRequest(item) else { continue }
                if let port { checkSpoken(type, over: port, item) }
                if !types.contains(type) { types.append(type) }
            }
            rule.requests = types.contains(.any) ? .unrestricted : .only(types)
            rule.requestsSpan = value.span
        }
    }

    private mutating func readTerms(of rule: inout AccessRule, _ node: YAMLNode) {
        if let value = node["expires"] {
            rule.expires = readExpiry(value)
            rule.expiresSpan = value.span
        }
        rule.reason = node["reason"]?.text
        if let value = node["rate"], let text = value.text, !text.isEmpty {
            rule.rate = Rate(parsing: text)
            rule.rateSpan = value.span
            if rule.rate == nil { findings.add(.badRate(text, wanted: Formats.rate.wanted, at: value.span)) }
        }
        if let value = node["mode"], let mode = value.text.flatMap(Mode.init(rawValue:)) {
            rule.mode = mode
            rule.modeSpan = value.span
        }
    }

    /// Reads the first moment at which a rule no longer allows: the midnight after a date, or a moment itself.
    private mutating func readExpiry(_ node: YAMLNode) -> Instant? {
        guard let text = node.text, !text.isEmpty else { return nil }
        if text.utf8.count > 10 {
            do throws(InstantError) {
                return try Instant(parsing: text)
            } catch {
                findings.add(.badMoment(text, error.description, at: node.span))
                return nil
            }
        }
        do throws(CivilDateError) {
            let date = try CivilDate(parsing: text)
            return Instant(seconds: (Int64(date.daysSinceEpoch) + 1) * 86_400)
        } catch {
            findings.add(.badDate(text, error.description, at: node.span))
            return nil
        }
    }

    // MARK: - Whether a rule can match at all

    /// Where identities can be seen: source addresses, remote and own.
    private func whereabouts(of names: [Name]) -> [AddressSet] {
        var places: [AddressSet] = []
        var seen: Set<Name> = []
        var waiting = names
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, let proof = proofs[name.text] else { continue }
            switch proof {
            case .addresses(let addresses): places.append(addresses)
            case .process: places.append(.ownHost)
            case .wireguard(_, let addresses): places.append(AddressSet(v4: addresses.v4, v6: addresses.v6))
            case .ipsec, .link: places.append(.any)
            case .session: places.append(.any.union(.ownHost))
            case .members(let members): waiting += members
            }
        }
        return places
    }

    /// Reports a rule whose identities are never where its networks are.
    private mutating func checkReachable(_ rule: AccessRule, of port: Port) {
        guard case .only(let networks) = rule.networks, case .only(let names) = rule.identities else { return }
        guard !networks.isEmpty, !names.isEmpty, names.allSatisfy({ proofs[$0.text] != nil }) else { return }
        guard findings.leftOut == 0 else { return }
        let places = whereabouts(of: names)
        guard !places.contains(where: { $0.overlaps(networks) }) else { return }
        var notes = [Diagnostic.Note("cidrs means \(networks.summary(upTo: 4))", span: rule.networksSpan)]
        for name in names.prefix(4) {
            guard let identity = identities[name.text] else { continue }
            let sets = whereabouts(of: [name])
            let place = sets.dropFirst().reduce(sets.first ?? .empty) { $0.union($1) }
            let what: String
            if case .process? = proofs[name.text] {
                what =
                    "'\(name)' is a process of this host; its connections come from loopback, never from another host"
            } else {
                what = "'\(name)' is seen from \(place.summary(upTo: 4))"
            }
            notes.append(Diagnostic.Note(what, span: identity.span))
        }
        findings.add(
            .unmatchableRule(rule, port: port.name.text, at: rule.identitiesSpan ?? rule.span, notes: notes))
    }
}
