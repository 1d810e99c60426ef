/// A setting of a port, or of the whole gate, that differs.
public struct SettingChange: Hashable, Sendable {
    /// The key of the policy language, as `otherwise` or `grants`.
    public let key: String
    /// What was, in the language's words.
    public let old: String
    /// What is.
    public let new: String
    /// Whether it lets more or less through by itself; nil when it does neither.
    public let direction: AccessChange.Direction?
    /// What it means: lower case, no full stop; nil where the values say it.
    public let meaning: String?
    /// Where the new value stands, or else the port.
    public let span: SourceSpan?
}

/// Compares what ports say beside their rules.
struct SettingComparison {
    let old: Port
    let new: Port
    let oldTerms: TermBuilder
    let newTerms: TermBuilder

    var changes: [SettingChange] {
        [mode, reach, refusal, log, serves, audit].compactMap { $0 } + grants
    }

    private func change(
        _ key: String, _ old: String, _ new: String, _ direction: AccessChange.Direction? = nil,
        _ meaning: String? = nil,
        at span: SourceSpan? = nil
    ) -> SettingChange? {
        guard old != new else { return nil }
        return SettingChange(
            key: key, old: old, new: new, direction: direction, meaning: meaning, span: span ?? self.new.span)
    }

    private var mode: SettingChange? {
        new.mode == .observe
            ? change("mode", old.mode.rawValue, "observe", .widened, "nobody is refused any more", at: new.modeSpan)
            : change(
                "mode", old.mode.rawValue, "enforce", .narrowed, "whoever no rule lets in is refused from now on",
                at: new.modeSpan)
    }

    private var reach: SettingChange? {
        func text(_ reach: Set<Port.Reach>) -> String {
            Port.Reach.allCases.filter(reach.contains).map(\.rawValue).joined(separator: ", ")
        }
        let lost = old.reach.subtracting(new.reach)
        let gained = new.reach.subtracting(old.reach)
        // A path that is no longer judged is open; where one goes and one comes, what is opened counts.
        return change(
            "reach", text(old.reach), text(new.reach), lost.isEmpty ? .narrowed : .widened,
            lost.isEmpty
                ? "connections to \(text(gained)) are judged from now on"
                : "connections to \(text(lost)) are not judged any more", at: new.reachSpan)
    }

    private var refusal: SettingChange? { change("otherwise", old.otherwise.rawValue, new.otherwise.rawValue) }

    private var log: SettingChange? {
        func text(_ log: LogSettings) -> String {
            let denied =
                switch log.denied {
                case .perSource(let rate): "\(rate.words) per source"
                case .all: "all"
                case .none: "none"
                }
            return "allowed \(log.allowed.rawValue), denied \(denied)"
        }
        return change("log", text(old.log), text(new.log))
    }

    private var serves: SettingChange? {
        change(
            "serves", old.serves?.description ?? "anything", new.serves?.description ?? "anything", at: new.servesSpan)
    }

    private var audit: SettingChange? {
        func text(_ audit: AuditSettings?) -> String {
            guard let audit else { return "not required" }
            let within = audit.withinSeconds == AuditSettings.standardSeconds ? "" : " within \(audit.withinSeconds) s"
            let exception = audit.breakGlass.isEmpty ? "" : ", save from \(audit.breakGlass.summary(upTo: 3))"
            return "required\(within)\(exception)"
        }
        return change("audit", text(old.audit), text(new.audit), at: new.audit?.span)
    }

    private var grants: [SettingChange] {
        switch (old.grants, new.grants) {
        case (nil, nil): return []
        case (let old?, nil):
            return [
                change(
                    "grants", oldTerms.people(old.to).joined(separator: ", "), "nobody", .narrowed,
                    "nobody can be let in by a grant any more")
            ].compactMap { $0 }
        case (nil, let new?):
            return [
                change(
                    "grants", "nobody", newTerms.people(new.to).joined(separator: ", "), .widened,
                    "they can be let in by a grant of up to \(new.longestSeconds.asDuration)", at: new.span)
            ].compactMap { $0 }
        case (let old?, let new?):
            let (before, after) = (oldTerms.proofs(old.to), newTerms.proofs(new.to))
            var found: [SettingChange?] = []
            if before != after {
                let gained = after.isSubset(of: before) ? AccessChange.Direction.narrowed : .widened
                let (people, others) = (oldTerms.people(old.to), newTerms.people(new.to))
                found.append(
                    change(
                        "grants.to", people.joined(separator: ", "),
                        others.joined(separator: ", ") + (people == others ? ", told otherwise" : ""), gained,
                        gained == .widened
                            ? "more people can be let in by a grant" : "fewer people can be let in by a grant",
                        at: new.span))
            }
            found.append(
                change(
                    "grants.longest", old.longestSeconds.asDuration, new.longestSeconds.asDuration,
                    new.longestSeconds > old.longestSeconds ? .widened : .narrowed, at: new.span))
            found.append(
                change(
                    "grants.ticket", old.ticketRequired ? "required" : "optional",
                    new.ticketRequired ? "required" : "optional", new.ticketRequired ? .narrowed : .widened,
                    at: new.span))
            return found.compactMap { $0 }
        }
    }
}

extension Rate {
    /// The rate in the language's words: `20/second`.
    public var words: String { "\(count)/\(per.rawValue)" }
}

extension Int {
    /// A number of seconds as the language writes durations.
    fileprivate var asDuration: String {
        for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60)] where self >= seconds && self % seconds == 0 {
            return "\(self / seconds)\(unit)"
        }
        return "\(self)s"
    }
}
