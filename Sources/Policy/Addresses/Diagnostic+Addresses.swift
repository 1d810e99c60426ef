extension Diagnostic {
    /// PG031 to PG034: a text that is no address or block, with the block that was meant as a fix when it is certain.
    ///
    /// `file` spans: the text as written, so that the fix replaces it.
    static func badAddress(_ error: AddressError, _ text: String, at span: SourceSpan, isQuoted: Bool = false)
        -> Diagnostic
    {
        let code =
            switch error {
            case .prefixTooLong, .prefixNotANumber, .missingAddress, .netmask, .unexpectedPrefix: "PG032"
            case .hostBits: "PG033"
            case .mapped: "PG034"
            default: "PG031"
            }
        let fix = error.correction.map { block in
            // IPv6 begins or ends with ':' often enough that YAML needs quotes around it.
            Fix(span: span, replacement: isQuoted ? "\"\(block)\"" : block.description)
        }
        return Diagnostic(code: code, severity: .error, message: error.message(for: text), span: span, fix: fix)
    }
}

extension Diagnostic {
    /// PG035: a list file that holds no address.
    static func listWithoutAddresses(at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG035", severity: .error, message: "the list holds no addresses; nobody would be meant by it",
            span: span)
    }

    /// PG009: a list of too many lines.
    static func tooManyLines(limit: Int, at span: SourceSpan) -> Diagnostic {
        Diagnostic(code: "PG009", severity: .error, message: "the list has more than \(limit) lines", span: span)
    }
}
