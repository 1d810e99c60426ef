/// Tells in plain words why a text is not YAML, at the place where its author made the mistake.
struct YAMLSyntaxReport {
    let problem: YAMLSyntaxProblem
    let text: UnsafeBufferPointer<UInt8>
    let file: UInt32
    let lastLongQuote: SourceSpan?
    /// Where the innermost list or mapping that is not finished begins.
    let innermost: YAMLMark?

    /// The finding.
    var diagnostic: Diagnostic {
        let place = span(problem.place)
        let begun = span(problem.contextPlace)
        if problem.isOutOfMemory { return .yamlOutOfMemory(at: place) }
        let found = scalar(at: problem.place)
        switch (problem.context, problem.problem) {
        case ("while scanning a quoted scalar", "found unexpected end of stream"),
            ("while scanning a quoted scalar", "found unexpected document indicator"):
            return .unterminatedQuote(scalar(at: problem.contextPlace) == "'" ? "'" : "\"", at: begun)
        case (_, "found a tab character that violates indentation"),
            (_, "found a tab character where an indentation space is expected"),
            (_, "found character that cannot start any token") where found == "\t":
            return .tabIndentation(at: place, linesMore: tabbedLines(after: problem.place.line))
        case (_, "found character that cannot start any token"):
            return syntax("a value cannot begin with '\(found.map { String($0) } ?? "?")'; put it in quotes", place)
        case ("while scanning a simple key", _):
            return syntax("expected ':' after this key", begun)
        case ("while scanning an anchor", _):
            return syntax("'&' begins an anchor, and a name must follow; put a text with '&' in quotes", begun)
        case ("while scanning an alias", _):
            return syntax("'*' begins an alias, and a name must follow; put a text with '*' in quotes", begun)
        case ("while parsing a flow sequence", _):
            return unclosed("list", open: "[", close: "]", found: found, at: place, begun: begun)
        case ("while parsing a flow mapping", _):
            return unclosed("mapping", open: "{", close: "}", found: found, at: place, begun: begun)
        case ("while parsing a flow node", _):
            if found == nil, let unclosed = unclosedBracket { return unclosed }
            return syntax(words(found), place)
        default:
            return syntax(words(found), place, begunNote(begun))
        }
    }

    private func words(_ found: Unicode.Scalar?) -> String {
        let seen = found.map { $0 == "\n" || $0 == "\r" ? "the end of the line" : "'\($0)'" } ?? "the end of the file"
        switch problem.problem {
        case "mapping values are not allowed in this context":
            return "a second ':' on this line; put the value in quotes, or start a new line"
        case "mapping keys are not allowed in this context":
            return "'?' cannot begin a key here; put the text in quotes"
        case "block sequence entries are not allowed in this context":
            return "a list item '-' cannot stand here; begin the list on a line of its own"
        case "did not find expected key":
            return
                "expected a key of the mapping here, found \(seen); is the indentation the same as of the keys above?"
        case "did not find expected '-' indicator":
            return "expected a list item '-' here, found \(seen); is the indentation the same as of the items above?"
        case "did not find expected node content":
            return "expected a value here, found \(seen)"
        case "did not find expected <document start>" where found == nil:
            return "nothing stands behind the '%' line"
        case "did not find expected <document start>":
            return "expected the end of the file here, found \(seen); what stands above is a whole document"
        case "found unknown escape character":
            return "unknown escape in a text in double quotes; write '\\\\' for a backslash, or use single quotes"
        case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
            return "this escape does not name a character; write \\uXXXX with four hexadecimal digits"
        case "found an indentation indicator equal to 0":
            return "the indentation of a text block cannot be 0"
        case "did not find expected comment or line break":
            return "expected the end of the line after '|' or '>', found \(seen)"
        case "found undefined tag handle":
            return "a tag ('!') has no meaning here; remove it, or put the text in quotes"
        case "found unexpected end of stream":
            return "the file ends too early"
        default:
            return "not YAML: \(problem.problem)"
        }
    }

    private func syntax(_ message: String, _ place: SourceSpan, _ notes: [Diagnostic.Note] = []) -> Diagnostic {
        var notes = notes
        if let quote = lastLongQuote, quote.end.line + 1 >= place.line {
            let lines = quote.endLine - quote.line + 1
            notes.append(
                Diagnostic.Note(
                    "the quoted text that begins here runs over \(lines) lines; is a closing quote missing?",
                    span: SourceSpan(file: file, line: quote.line, column: quote.column)))
        }
        return .yamlSyntax(message, at: place, notes: notes)
    }

    private func begunNote(_ begun: SourceSpan) -> [Diagnostic.Note] {
        switch problem.context {
        case "while parsing a block mapping": [Diagnostic.Note("the mapping begins here", span: begun)]
        case "while parsing a block collection": [Diagnostic.Note("the list begins here", span: begun)]
        default: []
        }
    }

    /// The finding for a bracket that the end of the file leaves open.
    private var unclosedBracket: Diagnostic? {
        guard let innermost else { return nil }
        switch scalar(at: innermost) {
        case "[": return syntax("this '[' is never closed; expected ']'", span(innermost))
        case "{": return syntax("this '{' is never closed; expected '}'", span(innermost))
        default: return nil
        }
    }

    private func unclosed(
        _ what: String, open: Character, close: Character, found: Unicode.Scalar?, at place: SourceSpan,
        begun: SourceSpan
    ) -> Diagnostic {
        guard let found else { return syntax("this '\(open)' is never closed; expected '\(close)'", begun) }
        let seen = found == "\n" || found == "\r" ? "the end of the line" : "'\(found)'"
        return syntax(
            "expected ',' or '\(close)' here, found \(seen)", place,
            [Diagnostic.Note("the \(what) begins here", span: begun)])
    }

    /// Returns the span of a place; libyaml's end of the file, a line past the last, becomes the end of what is written.
    private func span(_ mark: YAMLMark) -> SourceSpan {
        guard let start = offset(ofLine: mark.line), start < text.count else {
            var places = PlaceFinder(text)
            let end = text.lastIndex { $0 > UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
            let place = places.mark(at: end)
            return SourceSpan(file: file, line: place.line, column: place.column)
        }
        return SourceSpan(file: file, line: mark.line, column: mark.column)
    }

    /// Returns the scalar at a place, or nil at the end of the text.
    private func scalar(at mark: YAMLMark) -> Unicode.Scalar? {
        guard let start = offset(ofLine: mark.line) else { return nil }
        var column: UInt32 = 1
        var scalars = String(decoding: text[start..<lineEnd(from: start)], as: UTF8.self).unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if column == mark.column { return scalar }
            column += 1
        }
        return lineEnd(from: start) < text.count ? "\n" : nil
    }

    private func offset(ofLine line: UInt32) -> Int? {
        var offset = 0
        for _ in 1..<max(line, 1) {
            let end = lineEnd(from: offset)
            guard end < text.count else { return nil }
            offset = end + 1
        }
        return offset
    }

    private func lineEnd(from offset: Int) -> Int {
        text[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
    }

    /// Counts the lines past `line` that begin with a tab.
    private func tabbedLines(after line: UInt32) -> Int {
        guard var start = offset(ofLine: line) else { return 0 }
        var count = 0
        while true {
            start = lineEnd(from: start) + 1
            guard start < text.count else { return count }
            if text[start] == UInt8(ascii: "\t") { count += 1 }
        }
    }
}
