import Drift
import Policy

extension Verdict {
    /// How what the live rules do goes with what the policy says.
    public enum Agreement: String, Hashable, Sendable {
        /// Both let it in, or neither does.
        case agrees
        /// The policy says nothing of the port.
        case undeclared
        /// A session or a grant lets it in for the moment.
        case admitted
        /// The connection is let in, and judged by its first bytes afterwards.
        case later
        /// Something else than rules decides.
        case elsewhere
        /// One lets it in, the other does not.
        case disagrees
    }

    /// How the live rules go with the policy; nil when nobody looked.
    public var agreement: Agreement? {
        guard let live else { return nil }
        guard let isDeclared = explanation.isAllowed else { return .undeclared }
        switch (live.end, isDeclared) {
        case (.elsewhere, _): return .elsewhere
        case (.accepted, true), (.refused, false): return .agrees
        case (.refused, true): return .disagrees
        case (.accepted, false):
            if let other = live.withoutAccess, other != "accept" { return .admitted }
            let isLater = explanation.misses.contains { $0.mismatches == [.request] }
            return isLater && attempt.transport == .tcp ? .later : .disagrees
        }
    }

    /// The way through the live rules, for people.
    func liveText(_ style: TextStyle) -> String {
        guard let live, let agreement else { return "" }
        let verdict =
            live.end == .accepted ? style.good(live.verdict) : style.severity(.error, VisibleText.line(live.verdict))
        var text = "live: \(verdict): \(VisibleText.line(live.packet))\n"
        for step in live.steps {
            let comment = step.rule.comment.map { "  # \($0)" } ?? ""
            text += "  \(VisibleText.line("\(step.rule): \(step.action)\(comment)"))\n"
        }
        if live.steps.isEmpty { text += "  no live rule did anything with it\n" }
        text += "  taken to be usual: \(VisibleText.line(live.usual.joined(separator: "; ")))\n"
        for assumption in live.assumptions {
            let other = assumption.otherwise.map { ", otherwise: \($0)" } ?? ", which does not matter"
            let words =
                "not modelled, taken \(assumption.holds ? "to hold" : "not to hold"): \(assumption.words)\(other)"
            text += "  \(VisibleText.line(words))\n"
        }
        for part in live.unread { text += "  not read: \(VisibleText.line(part))\n" }
        text += Self.words(agreement, live, style, policy: word)
        return text
    }

    private static func words(_ agreement: Agreement, _ live: PacketPath, _ style: TextStyle, policy: String) -> String
    {
        switch agreement {
        case .agrees: return "live rules and policy agree\n"
        case .undeclared: return "the policy says nothing of this port\n"
        case .admitted:
            return "a session or a grant lets it in for the moment; without it: \(live.withoutAccess ?? "")\n"
        case .later: return "live rules and policy agree: what the connection says first is judged afterwards\n"
        case .elsewhere: return "something else than rules decides: \(VisibleText.line(live.verdict))\n"
        case .disagrees:
            return style.severity(.error, "live rules and policy disagree")
                + ": the policy says \(policy), the live rules \(VisibleText.line(live.verdict)); "
                + "'portgate drift' finds all such packets\n"
        }
    }

    /// The members about the live rules.
    func liveJSON(_ json: inout JSONWriter) {
        guard let live, let agreement else { return }
        json.member("live", live.verdict)
        json.member("agreement", agreement.rawValue)
        json.member("packet", live.packet)
        json.key("path")
        json.array(live.steps) { json, step in
            json.object { json in
                json.member("family", step.rule.familyName)
                json.member("table", step.rule.table)
                json.member("chain", step.rule.chain)
                json.key("handle")
                if let handle = step.rule.handle { json.number(Int64(clamping: handle)) } else { json.null() }
                json.member("action", step.action)
                json.key("rule")
                if let text = step.text { json.string(text) } else { json.null() }
                json.key("comment")
                if let comment = step.rule.comment { json.string(comment) } else { json.null() }
            }
        }
        json.key("usual")
        json.array(live.usual) { $0.string($1) }
        json.key("assumed")
        json.array(live.assumptions) { json, assumption in
            json.object { json in
                json.member("what", assumption.words)
                json.member("holds", assumption.holds)
                json.key("otherwise")
                if let other = assumption.otherwise { json.string(other) } else { json.null() }
            }
        }
        json.key("unread")
        json.array(live.unread) { $0.string($1) }
    }
}
