extension Plan {
    /// The plan for people: what is added, changed and removed, and the sums last.
    public var text: String {
        var lines: [String] = []
        if clockOffset != 0 {
            lines.append("REHEARSAL: the policy's clock is \(Self.shift(clockOffset)); do not leave this in force")
            lines.append("")
        }
        if let clockMove { lines.append("~ windows and expiries: \(clockMove)") }
        var heading: String?
        for change in changes {
            if change.rule == nil { heading = change.port }
            lines += Self.lines(change, indent: change.rule != nil && heading == change.port ? "    " : "")
        }
        if !alterations.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines.append("changed by another hand since the last apply, and undone by this one:")
            lines += alterations.map { "  ! \($0)" }
        }
        if !renewals.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines.append("changes nobody's access:")
            lines += renewals.map { "  . \($0)" }
        }
        if !lines.isEmpty { lines.append("") }
        lines.append(summary)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The sums, in one line.
    public var summary: String {
        if isNothing { return "nothing to do: what is live is what is declared" }
        let counts = counts
        var text = "\(counts.add) to add, \(counts.change) to change, \(counts.remove) to remove"
        if !alterations.isEmpty { text += "; \(alterations.count) changed by another hand" }
        return text
    }

    /// Says by how much the clock is shifted.
    static func shift(_ offset: Int64) -> String {
        let seconds = offset.magnitude
        let span = "\(seconds / 86_400) d \(seconds / 3_600 % 24) h \(seconds / 60 % 60) min \(seconds % 60) s"
        return "\(span) \(offset > 0 ? "behind" : "ahead of") the host's"
    }

    private static func lines(_ change: Change, indent: String) -> [String] {
        let sign =
            switch change.action {
            case .add: "+"
            case .change: "~"
            case .remove: "-"
            }
        let subject = change.rule.map { "rule \(change.port)/\($0)" } ?? "port \(change.port)"
        var lines = ["\(indent)\(sign) \(subject)\(change.headline.isEmpty ? "" : ": \(change.headline)")"]
        for detail in change.details { lines.append("\(indent)    \(words(detail))") }
        return lines
    }

    private static func words(_ detail: Detail) -> String {
        switch detail {
        case .sources(let family, let added, let removed):
            let parts = [added.map { "+ \($0.words)" }, removed.map { "- \($0.words)" }].compactMap(\.self)
            return "sources \(family): \(parts.joined(separator: "  "))"
        case .said(let label, let from, let to): return "\(label): \(from) -> \(to)"
        case .note(let text): return text
        }
    }
}
