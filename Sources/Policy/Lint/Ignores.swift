/// The comments that silence a finding in place: `# portgate:ignore PG104 until=2026-12-01 reason`, on the finding's line or on the
/// line above it (several comments may stand above one line).
struct Ignores {
    private struct Ignore {
        let code: String
        let until: CivilDate
        let span: SourceSpan
        /// The line whose findings it silences.
        let line: UInt32
    }

    private static let marker = Array("portgate:".utf8)

    private var ignores: [Ignore] = []
    private var problems: [Diagnostic] = []
    private let now: Instant

    /// Reads the comments of all files. A file in which the marker does not occur costs one search.
    init(in sources: SourceMap, now: Instant) {
        self.now = now
        for (index, file) in sources.files.enumerated() where file.bytes.contains(Self.marker) {
            read(CommentScanner.comments(in: file.bytes), in: file, UInt32(index))
        }
    }

    private mutating func read(_ comments: [CommentScanner.Comment], in file: SourceFile, _ index: UInt32) {
        // Comments alone on their lines speak of the first line below them that is not one.
        let alone = Set(comments.filter(\.isAlone).map(\.line))
        for comment in comments {
            let text = String(decoding: file.bytes[comment.bytes], as: UTF8.self)
            let span = SourceSpan(
                file: index, line: comment.line, column: comment.column, length: UInt32(text.unicodeScalars.count))
            var words = text.drop { $0 == "#" || $0 == " " || $0 == "\t" }.split { $0 == " " || $0 == "\t" }
            guard words.first == "portgate:ignore" else {
                // `portgate: see the runbook` is a comment like any other; `portgate:ingore` is a slip.
                if let word = words.first, word.hasPrefix("portgate:"), word != "portgate:" {
                    problems.append(.malformedIgnore("\(word.prefix(40)) means nothing", at: span))
                }
                continue
            }
            words.removeFirst()
            var line = comment.line
            if comment.isAlone { while alone.contains(line) { line += 1 } }
            read(words, at: span, for: line)
        }
    }

    private mutating func read(_ words: [Substring], at span: SourceSpan, for line: UInt32) {
        guard let code = words.first, code.hasPrefix("PG") else {
            return problems.append(.malformedIgnore("no code is named", at: span))
        }
        guard let entry = DiagnosticCatalog.entry(for: String(code)), entry.code == code else {
            return problems.append(.ignoreOfUnknownCode(String(code.prefix(40)), at: span))
        }
        guard entry.ignorable else { return problems.append(.ignoreOfError(entry.code, at: span)) }
        guard words.count >= 2, words[1].hasPrefix("until=") else {
            return problems.append(.malformedIgnore("no end is stated", at: span))
        }
        let date = words[1].dropFirst("until=".count)
        do throws(CivilDateError) {
            let until = try CivilDate(parsing: date)
            guard words.count >= 3 else { return problems.append(.malformedIgnore("no reason is given", at: span)) }
            ignores.append(Ignore(code: entry.code, until: until, span: span, line: line))
        } catch {
            problems.append(.malformedIgnore("until=\(date.prefix(40)) \(error)", at: span))
        }
    }

    /// Returns the findings that nothing silences, and those on the comments themselves.
    ///
    /// A comment is in force through its last day, UTC.
    func apply(to found: [Diagnostic]) -> [Diagnostic] {
        guard !ignores.isEmpty || !problems.isEmpty else { return found }
        struct Place: Hashable {
            let file: UInt32
            let line: UInt32
            let code: String
        }
        var silenced: [Place: [Int]] = [:]
        for (index, ignore) in ignores.enumerated() {
            silenced[Place(file: ignore.span.file, line: ignore.line, code: ignore.code), default: []].append(index)
        }
        var used: Set<Int> = []
        var left = found.filter { diagnostic in
            guard let span = diagnostic.span,
                let matching = silenced[Place(file: span.file, line: span.line, code: diagnostic.code)]
            else { return true }
            used.formUnion(matching)
            return !matching.contains { now < ignores[$0].until.startInUTC.advanced(byDays: 1) }
        }
        for (index, ignore) in ignores.enumerated() {
            if !used.contains(index) {
                left.append(.uselessIgnore(ignore.code, at: ignore.span))
            } else if now >= ignore.until.startInUTC.advanced(byDays: 1) {
                left.append(.endedIgnore(ignore.code, until: ignore.until, at: ignore.span))
            }
        }
        return left + problems
    }
}

extension [UInt8] {
    /// Tells whether other bytes occur in these.
    fileprivate func contains(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first) {
            if self[found...].starts(with: needle) { return true }
            start = found + 1
        }
        return false
    }
}
