// What is wrong with an ignore comment: PG130 to PG134. None of these can be ignored.
extension Diagnostic {
    static func malformedIgnore(_ reason: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG130", severity: .error,
            message: "\(reason); write # portgate:ignore PG104 until=2026-12-01 and the reason", span: span)
    }

    static func ignoreOfUnknownCode(_ code: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG131", severity: .error, message: "no diagnostic has the code \(code)", span: span)
    }

    static func ignoreOfError(_ code: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG132", severity: .error, message: "\(code) cannot be ignored: only lint can (PG101 to PG129)",
            span: span)
    }

    static func endedIgnore(_ code: String, until: CivilDate, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG133", severity: .warning, message: "\(code) was ignored until \(until) and is reported again",
            span: span)
    }

    static func uselessIgnore(_ code: String, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG134", severity: .warning, message: "nothing to ignore: \(code) is not reported for this line",
            span: span)
    }
}
