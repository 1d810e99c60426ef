import Policy

/// Deviations that somebody accepted, each with a reason and a last day: a YAML list of `{id | code, reason, until}`.
public struct DriftIgnores: Sendable {
    private enum Target: Hashable {
        case id(FindingID)
        case code(String)

        var words: String {
            switch self {
            case .id(let id): id.description
            case .code(let code): code
            }
        }

        func matches(_ entry: DriftReport.Entry) -> Bool {
            switch self {
            case .id(let id): entry.id == id
            case .code(let code): entry.finding.diagnostic.code == code
            }
        }
    }

    private struct Ignore {
        let target: Target
        let reason: String
        let until: CivilDate
        let span: SourceSpan
    }

    /// The largest file that is read, in bytes.
    public static let limit = 1 << 20

    private var ignores: [Ignore] = []
    private var problems: [Diagnostic] = []

    /// Passes nothing over.
    public init() {}

    /// Reads a file; `file` is its index among the sources of the report. An entry that is not whole is a finding, and passes
    /// nothing over.
    public init(reading bytes: [UInt8], file: UInt32) {
        let start = SourceSpan(file: file, line: 1, column: 1)
        var found: [Diagnostic] = []
        let limits = YAMLLimits(bytes: Self.limit, depth: 8, nodes: 100_000, anchors: 100)
        let root = YAMLReader.read(bytes, file: file, limits: limits, diagnostics: &found)
        problems = found.map { .malformedDriftIgnore($0.message, at: $0.span ?? start) }
        guard let root else {
            // A file of comments only passes nothing over.
            if found.allSatisfy({ $0.code == "PG030" }), Self.isEmpty(bytes) { problems = [] }
            return
        }
        guard case .sequence(let items) = root.content else {
            problems.append(.malformedDriftIgnore("a list of entries is wanted", at: root.span))
            return
        }
        for item in items { read(item) }
    }

    /// Whether there is nothing but comments and space.
    private static func isEmpty(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "\n")).allSatisfy { line in
            let text = line.drop { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
            return text.isEmpty || text.first == UInt8(ascii: "#")
        }
    }

    private mutating func read(_ item: YAMLNode) {
        guard case .mapping(let entries) = item.content else {
            return problems.append(.malformedDriftIgnore("an entry is a mapping", at: item.span))
        }
        var values: [String: (text: String, span: SourceSpan)] = [:]
        for entry in entries {
            guard case .scalar(let key) = entry.key.content else { continue }
            guard ["id", "code", "reason", "until"].contains(key.text) else {
                return problems.append(
                    .malformedDriftIgnore("'\(key.text.prefix(40))' is none of its keys", at: entry.key.span))
            }
            guard case .scalar(let value) = entry.value.content, !value.isNull else { continue }
            values[key.text] = (value.text, entry.value.span)
        }
        let target: Target
        switch (values["id"], values["code"]) {
        case (let id?, nil):
            guard let read = FindingID(id.text) else {
                return problems.append(
                    .malformedDriftIgnore("'\(id.text.prefix(40))' is no id of a finding", at: id.span))
            }
            target = .id(read)
        case (nil, let code?):
            guard let entry = DiagnosticCatalog.entry(for: code.text), entry.code == code.text else {
                return problems.append(
                    .malformedDriftIgnore("'\(code.text.prefix(40))' is no code of a finding", at: code.span))
            }
            target = .code(code.text)
        default:
            return problems.append(.malformedDriftIgnore("an entry names an id or a code, one of them", at: item.span))
        }
        guard let reason = values["reason"], reason.text.utf8.contains(where: { $0 > 0x20 }) else {
            return problems.append(.malformedDriftIgnore("no reason is given", at: item.span))
        }
        guard let until = values["until"] else {
            return problems.append(.malformedDriftIgnore("no end is stated", at: item.span))
        }
        do throws(CivilDateError) {
            let date = try CivilDate(parsing: until.text)
            ignores.append(Ignore(target: target, reason: reason.text, until: date, span: item.span))
        } catch {
            problems.append(.malformedDriftIgnore("until '\(until.text.prefix(40))' \(error)", at: until.span))
        }
    }

    /// Divides findings into those left and those passed over, and tells what is wrong with the entries themselves. An entry
    /// holds through its last day, UTC.
    func apply(
        to entries: [DriftReport.Entry], now: Instant
    ) -> (left: [DriftReport.Entry], ignored: [DriftReport.Ignored], own: [DriftFinding]) {
        var left: [DriftReport.Entry] = []
        var passed: [DriftReport.Ignored] = []
        var used: Set<Int> = []
        for entry in entries {
            let matching = ignores.indices.filter { ignores[$0].target.matches(entry) }
            used.formUnion(matching)
            if let index = matching.first(where: { !hasEnded(ignores[$0], now) }) {
                passed.append(
                    DriftReport.Ignored(entry: entry, reason: ignores[index].reason, until: ignores[index].until))
            } else {
                left.append(entry)
            }
        }
        var own = problems.map { DriftFinding($0, kind: .ignores, subject: $0.message) }
        for (index, ignore) in ignores.enumerated() {
            let words = ignore.target.words
            if hasEnded(ignore, now) {
                own.append(
                    DriftFinding(
                        .endedDriftIgnore(words, until: ignore.until, at: ignore.span), kind: .ignores, subject: words))
            } else if !used.contains(index) {
                own.append(DriftFinding(.uselessDriftIgnore(words, at: ignore.span), kind: .ignores, subject: words))
            }
        }
        return (left, passed, own)
    }

    private func hasEnded(_ ignore: Ignore, _ now: Instant) -> Bool {
        now >= ignore.until.startInUTC.advanced(byDays: 1)
    }
}

extension Diagnostic {
    /// PG345.
    static func endedDriftIgnore(_ target: String, until: CivilDate, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG345", severity: .warning,
            message: "\(target) was to be passed over until \(until) and is reported again", span: span)
    }

    /// PG346.
    static func uselessDriftIgnore(_ target: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG346", severity: .note, message: "nothing to pass over: \(target) is not found", span: span)
    }

    /// PG347.
    static func malformedDriftIgnore(_ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG347", severity: .error,
            message: "\(reason); write - { id: D-0a1b2c3d, reason: why, until: 2026-12-31 }", span: span)
    }
}
