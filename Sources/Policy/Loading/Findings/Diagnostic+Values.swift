/// Findings on values that a parser of their own reads.
extension Diagnostic {
    static func badPort(_ text: String, part: String, at span: SourceSpan) -> Diagnostic {
        let reason = WholeNumber.objection(to: part, least: 1, most: 65_535)
        let subject = part == text ? "port '\(text.quoted)'" : "'\(part.quoted)' in port '\(text.quoted)'"
        return Diagnostic(code: "PG050", severity: .error, message: "\(subject) \(reason)", span: span)
    }

    static func backwardsPorts(_ first: UInt16, _ last: UInt16, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG051", severity: .error, message: "port range \(first)-\(last) runs backwards", span: span,
            fix: Fix(span: span, replacement: "\(last)-\(first)"))
    }

    static func badNumber(
        _ subject: String, _ text: String, least: UInt64, most: UInt64, at span: SourceSpan
    ) -> Diagnostic {
        let reason = WholeNumber.objection(to: text, least: least, most: most)
        return Diagnostic(
            code: "PG054", severity: .error, message: "\(subject) '\(text.quoted)' \(reason)", span: span)
    }

    static func badDays(_ text: String, _ reason: String, nearest: String?, at span: SourceSpan) -> Diagnostic {
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        return Diagnostic(
            code: "PG056", severity: .error, message: "'\(text.quoted)' \(reason)\(hint)", span: span,
            fix: nearest.map { Fix(span: span, replacement: $0) })
    }

    static func badHours(_ text: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG057", severity: .error, message: "'\(text.quoted)' \(reason)", span: span)
    }

    static func badDate(_ text: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG058", severity: .error, message: "'\(text.quoted)' \(reason)", span: span)
    }

    static func badMoment(_ text: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG059", severity: .error, message: "'\(text.quoted)' \(reason)", span: span)
    }

    static func badRate(_ text: String, wanted: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG060", severity: .error,
            message:
                "'\(text.quoted)' is not \(wanted), with a whole number from 1 to \(Rate.most) per second, minute, hour or day",
            span: span)
    }

    static func badDuration(_ text: String, wanted: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG061", severity: .error, message: "'\(text.quoted)' is not \(wanted)", span: span)
    }

    static func badMarkMask(_ text: String, _ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG062", severity: .error, message: "mark-mask '\(text.quoted)' \(reason)", span: span)
    }

    static func badOctets(_ subject: String, _ text: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG063", severity: .error,
            message: "\(subject) '\(text.quoted)' is not \(Formats.octets.wanted)", span: span)
    }

    static func maskLength(_ mask: Int, _ bytes: Int, at span: SourceSpan, bytesSpan: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG064", severity: .error,
            message: "mask has \(mask) byte\(mask == 1 ? "" : "s") and bytes has \(bytes); they must be equally long",
            span: span, notes: [Note("bytes stands here", span: bytesSpan)])
    }

    static func unmaskedBits(at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG065", severity: .error,
            message: "bytes has bits that mask leaves out, so the part would never match", span: span)
    }

    static func contradictorySignature(_ name: Name, byte: Int, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG067", severity: .error,
            message: "signature \(name) wants two different things of byte \(byte), so it would never match", span: span
        )
    }

    static func emptySignature(_ name: Name, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG068", severity: .error,
            message: "signature \(name) masks every bit away, so anything would match; say 'any' if that is meant",
            span: span)
    }

    static func badHostWord(_ subject: String, _ text: String, wanted: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG066", severity: .error, message: "\(subject) '\(text.quoted)' is not \(wanted)", span: span)
    }
}
