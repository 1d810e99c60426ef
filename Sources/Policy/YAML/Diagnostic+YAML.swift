extension Diagnostic {
    private static func error(
        _ code: String, _ message: String, at span: SourceSpan, notes: [Note] = [], fix: Fix? = nil
    ) -> Diagnostic {
        Diagnostic(code: code, severity: .error, message: message, span: span, notes: notes, fix: fix)
    }

    /// PG001: not YAML.
    static func yamlSyntax(_ message: String, at span: SourceSpan, notes: [Note] = []) -> Diagnostic {
        error("PG001", message, at: span, notes: notes)
    }

    /// PG002: bytes that are not UTF-8.
    static func brokenUTF8(_ byte: UInt8, count: Int, at span: SourceSpan) -> Diagnostic {
        let hex = (byte < 16 ? "0" : "") + String(byte, radix: 16)
        let what = count == 1 ? "the byte 0x\(hex) is" : "\(count) bytes from 0x\(hex) on are"
        return error("PG002", "\(what) not UTF-8; save the file as UTF-8", at: span)
    }

    /// PG002: another encoding.
    static func otherEncoding(_ name: String, at span: SourceSpan) -> Diagnostic {
        error("PG002", "the file is \(name); save it as UTF-8", at: span)
    }

    /// PG003: NUL bytes.
    static func nulBytes(_ count: Int, at span: SourceSpan) -> Diagnostic {
        error(
            "PG003", "\(count == 1 ? "a NUL byte" : "\(count) NUL bytes") in the text; remove what is not text",
            at: span)
    }

    /// PG003: a control character.
    static func controlCharacter(_ value: UInt32, at span: SourceSpan) -> Diagnostic {
        let what = value == 0xfeff ? "a byte order mark inside the text" : "the control character \(scalarName(value))"
        return error("PG003", "\(what) has no place here; remove it", at: span)
    }

    /// PG003: a character that reorders what is shown.
    static func reorderingCharacter(_ value: UInt32, at span: SourceSpan) -> Diagnostic {
        error(
            "PG003",
            "\(scalarName(value)) changes the order in which the text is shown, so that it reads other than it is;"
                + " remove it", at: span)
    }

    /// PG003: a line break that editors do not show.
    static func hiddenLineBreak(_ name: String, at span: SourceSpan) -> Diagnostic {
        let what = name == "U+000D" ? "a carriage return without a line feed" : "the line break \(name)"
        return error("PG003", "\(what) is not shown as a line break everywhere; use a line feed", at: span)
    }

    private static func scalarName(_ value: UInt32) -> String {
        let hex = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }

    /// PG004: a tab where indentation stands.
    static func tabIndentation(at span: SourceSpan, linesMore: Int) -> Diagnostic {
        let notes =
            linesMore > 0
            ? [Note("\(linesMore) more \(linesMore == 1 ? "line begins" : "lines begin") with a tab")] : []
        return error("PG004", "a tab in the indentation; YAML takes only spaces there", at: span, notes: notes)
    }

    /// PG005: a quote that is never closed.
    static func unterminatedQuote(_ quote: Character, at span: SourceSpan) -> Diagnostic {
        error("PG005", "the text that begins with this \(quote) is never closed", at: span)
    }

    /// PG006: a key given twice in one mapping.
    static func duplicateKey(_ key: String, at span: SourceSpan, first: SourceSpan) -> Diagnostic {
        error(
            "PG006", "the key '\(ExcerptText.shortened(key))' is given twice", at: span,
            notes: [Note("it is first given here", span: first)])
    }

    /// PG006: two merge keys in one mapping.
    static func secondMergeKey(at span: SourceSpan, first: SourceSpan) -> Diagnostic {
        error(
            "PG006", "the merge key '<<' is given twice; merge several mappings with '<<: [*a, *b]'", at: span,
            notes: [Note("it is first given here", span: first)])
    }

    /// PG007: a tag.
    static func tag(at span: SourceSpan) -> Diagnostic {
        error(
            "PG007", "a tag ('!') has no meaning here: every value is read as the text you write; remove it", at: span)
    }

    /// PG007: a second document.
    static func secondDocument(at span: SourceSpan) -> Diagnostic {
        error("PG007", "a second document begins here; a file holds one", at: span)
    }

    /// PG007: a list or mapping as a key.
    static func nonScalarKey(at span: SourceSpan) -> Diagnostic {
        error("PG007", "a list or mapping cannot be a key; put it in quotes when it is meant as text", at: span)
    }

    /// PG008: an alias of nothing.
    static func undefinedAlias(_ name: String, at span: SourceSpan, known: [String]) -> Diagnostic {
        let suggestion =
            known.isEmpty
            ? ""
            : "; anchors so far: \(known.sorted().prefix(5).map { "&" + ExcerptText.shortened($0) }.joined(separator: ", "))"
        return error(
            "PG008", "no anchor '&\(ExcerptText.shortened(name))' stands before this alias\(suggestion)", at: span)
    }

    /// PG008: an alias inside its own anchor.
    static func recursiveAlias(_ name: String, at span: SourceSpan, anchor: SourceSpan) -> Diagnostic {
        error(
            "PG008", "the alias '*\(ExcerptText.shortened(name))' stands inside its own anchor", at: span,
            notes: [Note("the anchor is set here", span: anchor)])
    }

    /// PG008: a merge of something that is no mapping.
    static func mergeOfNonMapping(at span: SourceSpan) -> Diagnostic {
        error("PG008", "'<<' merges mappings, and this is none", at: span)
    }

    /// PG009: too many bytes.
    static func tooLarge(limit: Int, at span: SourceSpan) -> Diagnostic {
        error("PG009", "the file is larger than \(limit) bytes", at: span)
    }

    /// PG009: nested too deep.
    static func tooDeep(limit: Int, at span: SourceSpan) -> Diagnostic {
        error("PG009", "nested deeper than \(limit) levels", at: span)
    }

    /// PG009: too many values.
    static func tooManyNodes(limit: Int, byAlias: Bool, at span: SourceSpan) -> Diagnostic {
        error(
            "PG009",
            byAlias
                ? "with this alias expanded the file has more than \(limit) values"
                : "the file has more than \(limit) values",
            at: span)
    }

    /// PG009: too many anchors.
    static func tooManyAnchors(limit: Int, at span: SourceSpan) -> Diagnostic {
        error("PG009", "the file has more than \(limit) anchors ('&')", at: span)
    }

    /// PG009: no memory for the reader.
    static func yamlOutOfMemory(at span: SourceSpan) -> Diagnostic {
        error("PG009", "no memory left to read the file", at: span)
    }

    /// PG030: nothing in it.
    static func emptyDocument(at span: SourceSpan) -> Diagnostic {
        error("PG030", "the file says nothing; a policy begins with 'version: 1'", at: span)
    }
}
