public import Policy

/// The difference of two policies, ready to be shown.
public struct DifferenceReport: Sendable {
    /// The name of the command, for machine output.
    static let command = "diff"

    let difference: PolicyDifference
    /// What was compared, as it was named.
    let old: String
    let new: String
    let oldSources: SourceMap
    let newSources: SourceMap
    let failsOnWidening: Bool

    /// Creates a report; the sources are those that the places of each side point into.
    public init(
        _ difference: PolicyDifference, old: String, new: String, oldSources: SourceMap, newSources: SourceMap,
        failsOnWidening: Bool
    ) {
        self.difference = difference
        self.old = old
        self.new = new
        self.oldSources = oldSources
        self.newSources = newSources
        self.failsOnWidening = failsOnWidening
    }

    /// Whether everything was compared.
    public var isComplete: Bool { difference.undecided.isEmpty }

    /// The sentence that says that the policies mean the same.
    static let unchanged = "no change in what is allowed"

    /// The line of totals.
    var totals: String {
        var text = difference.isUnchanged ? Self.unchanged : ""
        if !difference.isUnchanged {
            let ports = difference.ports.count { $0.count(.widened) + $0.count(.narrowed) > 0 }
            text = "\(difference.widened) widened, \(difference.narrowed) narrowed on \(Wording.count(ports, "port"))"
        }
        let others = difference.ports.flatMap(\.settings).count { $0.direction == nil }
        if others > 0 { text += "; \(Wording.count(others, "setting")) changed" }
        let staged = difference.ports.reduce(0) { $0 + $1.staged.count }
        if staged > 0 { text += "; \(Wording.count(staged, "change")) if what is observed were enforced" }
        if !isComplete { text += "; \(Wording.count(difference.undecided.count, "port")) not compared" }
        return text
    }

    /// Where a change comes from: its rules and their places, at most three.
    func places(of change: AccessChange) -> String? {
        let sources = change.direction == .widened ? newSources : oldSources
        guard !change.causes.isEmpty else { return nil }
        let shown = change.causes.prefix(3).map { "\($0.rule) (\(sources.place(of: $0.span)))" }
        let more = change.causes.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// The place of a port, in the new policy unless it is declared by the old one alone.
    func place(of port: PortDifference) -> String {
        (port.standing == .undeclared ? oldSources : newSources).place(of: port.span)
    }

    /// The changes as findings, for code scanning and CI.
    public var report: Report {
        var findings: [Diagnostic] = []
        for port in difference.ports {
            let span = port.standing == .undeclared ? nil : port.span
            for change in port.changes {
                let words = ChangeWords(change: change)
                var notes: [Diagnostic.Note] = []
                if let standing = port.standingWords { notes.append(Diagnostic.Note(standing)) }
                if let places = places(of: change) { notes.append(Diagnostic.Note("by rule \(places)")) }
                if let example = words.example { notes.append(Diagnostic.Note("example: \(example)")) }
                switch change.direction {
                case .widened:
                    findings.append(
                        .widened(
                            words.sentence, fails: failsOnWidening, at: change.causes.first?.span ?? span, notes: notes,
                            port: port.name, rule: change.causes.first?.rule))
                case .narrowed:
                    findings.append(
                        .narrowed(
                            words.sentence, at: span, notes: notes, port: port.name, rule: change.causes.first?.rule))
                }
            }
            for setting in port.settings { findings.append(finding(setting, port: port.name)) }
        }
        findings += difference.settings.map { finding($0, port: nil) }
        findings += difference.undecided.map { .notCompared($0) }
        // What old rules would have allowed on a port that is gone has no place in the new policy.
        let subject = ReportSubject(path: new, findings: findings, sources: newSources)
        return Report(command: Self.command, complete: isComplete, subjects: [subject])
    }

    private func finding(_ setting: SettingChange, port: Name?) -> Diagnostic {
        switch setting.direction {
        case .widened:
            .widened(setting.words, fails: failsOnWidening, at: setting.span, notes: [], port: port, rule: nil)
        case .narrowed: .narrowed(setting.words, at: setting.span, notes: [], port: port, rule: nil)
        case nil: .settingChanged(setting.words, at: setting.span, port: port)
        }
    }
}
