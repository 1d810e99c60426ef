public import Drift
public import Policy

/// The answer of `portgate why`: what a policy decides on one connection, and why.
public struct Verdict: Hashable, Sendable {
    let explanation: Explanation
    private let staged: Explanation?
    let attempt: AccessAttempt
    private let sources: SourceMap
    private let isAllowed: Bool
    let live: PacketPath?

    /// Creates an answer, with the way through the live rules when somebody looked. Where no declaration covers the port, `undeclared:` of the policy decides.
    public init(_ outlook: Outlook, on attempt: AccessAttempt, by policy: Policy, live: PacketPath? = nil) {
        self.live = live
        let explanation = outlook.enforced
        self.explanation = explanation
        staged = outlook.staged
        self.attempt = attempt
        sources = policy.sources
        isAllowed = explanation.isAllowed ?? (policy.defaults.undeclared == .report)
    }

    var word: String { isAllowed ? "allow" : "deny" }

    /// The answer for people.
    public func text(_ style: TextStyle) -> [UInt8] {
        let number = "\(attempt.port)/\(attempt.transport.name)"
        let own = attempt.isOwn ? " (this host itself)" : ""
        let said = explanation.isAllowed == nil && isAllowed ? "not judged" : word
        let verdict = isAllowed ? style.good(said) : style.severity(.error, said)
        var text = "\(verdict): \(attempt.source)\(own) to \(number) at \(attempt.time.rfc3339)\n"
        text += "  \(VisibleText.line(explanation.summary))\n"
        if let span = explanation.span, explanation.rule == nil {
            text += "  declared at \(VisibleText.line(sources.place(of: span)))\n"
        }
        text += nearest(of: explanation)
        if let staged {
            let word = staged.isAllowed == true ? style.good("allow") : style.severity(.error, "deny")
            text += "observed, if it were enforced: \(word)\n  \(VisibleText.line(staged.summary))\n"
            text += nearest(of: staged)
        }
        text += liveText(style)
        return Array(text.utf8)
    }

    private func nearest(of explanation: Explanation) -> String {
        guard let miss = explanation.nearest else { return "" }
        let place = VisibleText.line(sources.place(of: miss.span))
        var text = "nearest rule: \(explanation.port.map { "\($0)/" } ?? "")\(miss.rule) (\(place))\n"
        for sentence in miss.sentences { text += "  \(VisibleText.line(sentence))\n" }
        return text
    }

    /// The answer as one JSON object.
    public var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            JSONReport.head(command: "why", complete: live?.unread.isEmpty ?? true, &json)
            json.member("verdict", word)
            json.member("declared", explanation.isAllowed != nil)
            json.key("port")
            value(explanation.port?.text, &json)
            json.key("rule")
            value(explanation.rule?.text, &json)
            json.member("reason", explanation.summary)
            if let span = explanation.span { JSONReport.place(span, in: sources, &json) }
            json.key("nearest")
            if let miss = explanation.nearest {
                json.object { json in
                    json.member("rule", miss.rule.text)
                    json.key("missing")
                    json.array(miss.mismatches) { $0.string($1.word) }
                    json.key("reasons")
                    json.array(miss.sentences) { $0.string($1) }
                    JSONReport.place(miss.span, in: sources, &json)
                }
            } else {
                json.null()
            }
            if let staged {
                json.key("observed")
                json.object { json in
                    json.member("verdict", staged.isAllowed == true ? "allow" : "deny")
                    json.key("rule")
                    value(staged.rule?.text, &json)
                    json.member("reason", staged.summary)
                }
            }
            liveJSON(&json)
            json.key("attempt")
            json.object { json in
                json.member("from", attempt.source.description)
                json.member("own", attempt.isOwn)
                json.member("port", attempt.port)
                json.member("protocol", attempt.transport.name)
                json.member("at", attempt.time.rfc3339)
                json.key("identities")
                json.array(attempt.identities.sorted()) { $0.string($1.text) }
            }
        }
        return json.finished()
    }

    private func value(_ text: String?, _ json: inout JSONWriter) {
        if let text {
            json.string(text)
        } else {
            json.null()
        }
    }
}

extension Mismatch {
    /// The dimension of a rule, as machine output names it.
    fileprivate var word: String {
        switch self {
        case .network: "network"
        case .identity: "identity"
        case .window: "window"
        case .request: "request"
        case .expired: "expired"
        }
    }
}
