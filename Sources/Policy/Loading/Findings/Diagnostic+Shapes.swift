/// Findings on the form of a policy: keys, lists, kinds of values.
extension Diagnostic {
    static func unknownKey(_ key: String, in form: Form, at span: SourceSpan) -> Diagnostic {
        let nearest = Suggestions.nearest(to: key, among: form.keys.map(\.name))
        let hint = nearest.map { "did you mean '\($0)'?" } ?? "its keys are \(form.keyList)"
        return Diagnostic(
            code: "PG010", severity: .error, message: "\(form.title) has no key '\(key.quoted)'; \(hint)", span: span,
            fix: nearest.map { Fix(span: span, replacement: $0) })
    }

    static func wrongShape(
        _ subject: String, found: String, wanted: String, at span: SourceSpan, fix: Fix? = nil
    ) -> Diagnostic {
        Diagnostic(
            code: "PG011", severity: .error, message: "\(subject) is \(found); wanted \(wanted)", span: span, fix: fix)
    }

    static func missingKey(_ key: FormKey, of form: Form, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG012", severity: .error,
            message: "\(form.title) needs the key '\(key.name)': \(key.shape.wanted)", span: span)
    }

    static func empty(_ subject: String, wanted: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG013", severity: .error, message: "\(subject) is empty; wanted \(wanted), or leave the key out",
            span: span)
    }

    static func notAChoice(_ text: String, _ subject: String, of values: [String], at span: SourceSpan) -> Diagnostic {
        let nearest = values.count == 1 ? values[0] : Suggestions.nearest(to: text, among: values)
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        return Diagnostic(
            code: "PG014", severity: .error,
            message: "\(subject) is '\(text.quoted)'; wanted \(values.alternatives)\(hint)", span: span,
            fix: nearest.map { Fix(span: span, replacement: $0) })
    }

    static func unfitText(_ subject: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG015", severity: .error, message: "\(subject) \(reason)", span: span)
    }

    static func badName(_ text: String, _ subject: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG016", severity: .error, message: "\(subject) '\(text.quoted)' \(Name.objection(to: text))",
            span: span)
    }

    static func tooMany(_ subject: String, limit: Int, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG017", severity: .error, message: "\(subject) has more than \(limit) entries", span: span)
    }

    static func badKeyGroup(_ form: Form, _ group: KeyGroup, found: [String], at span: SourceSpan) -> Diagnostic {
        let keys = group.keys.alternatives
        let message =
            switch (group.count, found.isEmpty) {
            case (.exactlyOne, true): "\(form.title) says nothing; it needs one of \(keys)"
            case (.exactlyOne, false):
                "\(form.title) has \(found.joined(separator: " and ")); it can have only one of these"
            case (.atLeastOne, _): "\(form.title) says nothing; it needs \(keys)"
            case (.atMostOne, _): "\(form.title) has both \(found.joined(separator: " and ")); write one of them"
            }
        return Diagnostic(code: "PG018", severity: .error, message: message, span: span)
    }

    static func noSource(_ group: KeyGroup, at span: SourceSpan, rule: String?) -> Diagnostic {
        Diagnostic(
            code: "PG044", severity: .error,
            message:
                "the rule states no source: it has neither \(group.keys.joined(separator: " nor ")); \(group.hint)",
            span: span, rule: rule)
    }
}

extension [String] {
    /// The texts as alternatives in a sentence: `tcp, udp or sctp`.
    var alternatives: String {
        guard count > 1, let last else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " or " + last
    }
}

extension String {
    /// The text for a message: cut when long, control characters written as escapes.
    var quoted: String {
        var result = ""
        for (position, scalar) in unicodeScalars.enumerated() {
            guard position < 60 else { return result + "…" }
            switch scalar.value {
            case 0x09: result += "\\t"
            case 0x0a: result += "\\n"
            case 0x0d: result += "\\r"
            case 0..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Name {
    /// Says what keeps a text from being a name, in words that follow it.
    static func objection(to text: String) -> String {
        if text.isEmpty { return "is empty" }
        if text.utf8.count > longest { return "is longer than \(longest) characters" }
        let alphabet = "a name is made of letters a-z and A-Z, digits, '.', '_' and '-'"
        for (position, scalar) in text.unicodeScalars.enumerated() {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": continue
            case ".", "_", "-":
                if position == 0 { return "starts with '\(scalar)'; a name starts with a letter or digit" }
            case " ": return "holds a space; \(alphabet)"
            default: return "holds '\(String(Character(scalar)).quoted)'; \(alphabet)"
            }
        }
        return "is not a name; \(alphabet)"
    }
}
