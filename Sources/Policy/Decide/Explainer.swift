/// Finds the words for a decision.
struct Explainer {
    let decider: Decider
    let attempt: AccessAttempt

    func explain(_ decision: Decision) -> Explanation {
        let number = "\(attempt.port)/\(attempt.transport.name)"
        switch decision {
        case .undeclared:
            return Explanation(
                isAllowed: nil, port: nil, rule: nil, span: nil,
                summary: "no declared port covers \(number); the gate does not judge it",
                misses: [])
        case .allowed(let portIndex, let ruleIndex):
            let port = decider.policy.ports[portIndex]
            let rule = port.rules[ruleIndex]
            let place = decider.policy.sources.place(of: rule.span)
            return Explanation(
                isAllowed: true, port: port.name, rule: rule.name, span: rule.span,
                summary: "allowed by \(port.name)/\(rule.name) (\(place))", misses: [])
        case .refused(let portIndex, let misses):
            let port = decider.policy.ports[portIndex]
            let ordered = misses.map { (miss: $0, distance: distance(of: port.rules[$0.rule], $0)) }
                .sorted { ($0.distance, $0.miss.rule) < ($1.distance, $1.miss.rule) }
            let reason =
                port.rules.isEmpty
                ? "\(port.name) lets nobody in"
                : port.rules.count == 1
                    ? "the one rule of \(port.name) does not match"
                    : "none of the \(port.rules.count) rules of \(port.name) matches"
            return Explanation(
                isAllowed: false, port: port.name, rule: nil, span: port.span, summary: "refused: \(reason)",
                misses: ordered.prefix(Explanation.mostMisses).map { words(for: port.rules[$0.miss.rule], $0.miss) })
        }
    }

    private func words(for rule: AccessRule, _ miss: NearMiss) -> Explanation.Miss {
        let sentences = miss.mismatches.map { mismatch in
            switch mismatch {
            case .network: networkSentence(rule)
            case .identity: identitySentence(rule)
            case .window: windowSentence(rule)
            case .request: requestSentence(rule)
            case .expired: expirySentence(rule)
            }
        }
        return Explanation.Miss(rule: rule.name, span: rule.span, mismatches: miss.mismatches, sentences: sentences)
    }

    // MARK: Nearness

    /// How far an attempt is from a rule: the count of mismatches, what is hardest to change among them, then the address bits.
    struct Distance: Comparable {
        var count: Int
        var weight: Int
        var bits: Int

        static func < (left: Distance, right: Distance) -> Bool {
            (left.count, left.weight, left.bits) < (right.count, right.weight, right.bits)
        }
    }

    private func distance(of rule: AccessRule, _ miss: NearMiss) -> Distance {
        let weight = miss.mismatches.reduce(0) { sum, mismatch in
            switch mismatch {
            // Time passes by itself; a source cannot become another.
            case .window: sum + 1
            case .expired: sum + 2
            case .request: sum + 3
            case .identity: sum + (isImpossibleForOthers(rule) ? 6 : 4)
            case .network: sum + 5
            }
        }
        let bits = miss.mismatches.contains(.network) ? bitsApart(rule) : 0
        return Distance(count: miss.mismatches.count, weight: weight, bits: bits)
    }

    /// Whether the rule means processes of this host alone, and the attempt is another host's.
    private func isImpossibleForOthers(_ rule: AccessRule) -> Bool {
        guard !attempt.isOwn, case .only(let names) = rule.identities else { return false }
        return names.allSatisfy { decider.policy.hasProcess($0) }
    }

    /// The bits at the end of an address in which the source differs from the nearest address of the rule; 129 in another family.
    private func bitsApart(_ rule: AccessRule) -> Int {
        guard case .only(let addresses) = rule.networks, !attempt.isOwn else { return 129 }
        switch attempt.source {
        case .v4(let address):
            return addresses.v4.nearest(to: address.bits).map { 32 - ($0 ^ address.bits).leadingZeroBitCount } ?? 129
        case .v6(let address):
            return addresses.v6.nearest(to: address.bits).map { 128 - ($0 ^ address.bits).leadingZeroBitCount } ?? 129
        }
    }

    // MARK: Sentences

    private func networkSentence(_ rule: AccessRule) -> String {
        guard case .only(let addresses) = rule.networks else { return "the rule states no source" }
        let blocks = addresses.summary(upTo: 3)
        let names = rule.networkNames.filter { $0 != "any" && $0 != "loopback" }
        let places = names.isEmpty ? blocks : "\(Self.list(names)) (\(blocks))"
        if attempt.isOwn {
            return
                "source \(attempt.source) is this host itself and not in \(places); name the network loopback to mean this host"
        }
        let sentence = "source \(attempt.source) is not in \(places)"
        switch attempt.source {
        case .v4 where addresses.v4.isEmpty && !addresses.v6.isEmpty: return sentence + ", which has no IPv4 address"
        case .v6 where addresses.v6.isEmpty && !addresses.v4.isEmpty: return sentence + ", which has no IPv6 address"
        default: return sentence
        }
    }

    private func identitySentence(_ rule: AccessRule) -> String {
        guard case .only(let names) = rule.identities else { return "the rule names no identity" }
        let needed = names.count == 1 ? "needs identity \(names[0])" : "needs identity \(Self.list(names.map(\.text)))"
        if isImpossibleForOthers(rule) {
            return needed + ", a process of this host; \(attempt.source) is another host"
        }
        if names.count == 1, case .addresses(let addresses) = decider.policy.identity(named: names[0])?.proof {
            return needed + " (\(addresses.summary(upTo: 3)))"
        }
        return needed
    }

    private func windowSentence(_ rule: AccessRule) -> String {
        guard case .only(let names) = rule.windows else { return "the rule names no window" }
        let sentences = names.compactMap { decider.window($0) }.map { window in
            let now = window.zone.civil(attempt.time)
            let exception =
                now.date.map { window.schedule.except.contains($0) } == true ? ", excepted" : ""
            let next =
                window.schedule.nextOpening(at: attempt.time, in: window.zone).map {
                    "opens next \(window.zone.civil($0).text)"
                } ?? "does not open within 400 days"
            return
                "window \(window.name) is closed at \(now.text)\(now.weekday.map { " (\($0.name)\(exception))" } ?? ""); \(next)"
        }
        return sentences.isEmpty ? "none of its windows is declared" : sentences.joined(separator: ", and ")
    }

    private func requestSentence(_ rule: AccessRule) -> String {
        guard case .only(let types) = rule.requests else { return "the rule restricts no request" }
        let wanted = types.map(\.description).joined(separator: ", ")
        guard let request = attempt.request else {
            return "the request is not known, and the rule admits only \(wanted)"
        }
        return types.count == 1 ? "request \(request) is not \(wanted)" : "request \(request) is not among \(wanted)"
    }

    private func expirySentence(_ rule: AccessRule) -> String {
        rule.expires.map { "expired \($0.asEndOfRule)" } ?? "the rule does not expire"
    }

    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension Instant {
    /// The end of a rule as its author wrote it: `on 2027-03-31` for the midnight after a date, `at …` for any other moment.
    var asEndOfRule: String {
        let day = seconds.floored(by: 86_400)
        guard day.remainder == 0, let days = Int(exactly: day.quotient), let date = CivilDate(daysSinceEpoch: days - 1)
        else {
            return "at \(self)"
        }
        return "on \(date)"
    }
}

extension TimeZoneRules {
    /// Returns what the zone's clock and calendar show at a moment. The text leaves out seconds of zero.
    func civil(_ moment: Instant) -> (text: String, date: CivilDate?, weekday: Weekday?) {
        let offset = self.offset(at: moment)
        var text = moment.rfc3339(offset: offset)
        if moment.seconds % 60 == 0, offset % 60 == 0, let zone = text.lastIndex(where: { "Z+-".contains($0) }),
            text[..<zone].hasSuffix(":00"), text[..<zone].utf8.count == 19
        {
            text.removeSubrange(text.index(zone, offsetBy: -3)..<zone)
        }
        let (local, overflow) = moment.seconds.addingReportingOverflow(Int64(offset))
        guard !overflow else { return (text, nil, nil) }
        let date = Int(exactly: local.floored(by: 86_400).quotient).flatMap { CivilDate(daysSinceEpoch: $0) }
        return (text, date, date?.weekday)
    }
}
