/// Findings on the files of a policy.
extension Diagnostic {
    static func findingsLeftOut(_ count: Int) -> Diagnostic {
        Diagnostic(
            code: "PG020", severity: .error, message: "\(count) more findings are not shown; settle these first",
            span: nil)
    }

    static func unreadableFile(_ path: String, _ failure: SourceReader.Failure, at span: SourceSpan?) -> Diagnostic {
        Diagnostic(code: "PG021", severity: .error, message: "'\(path)' \(failure.sentence)", span: span)
    }

    static func emptyFolder(_ path: String, at span: SourceSpan?) -> Diagnostic {
        Diagnostic(
            code: "PG022", severity: .error, message: "folder '\(path)' holds no policy file (*.yaml or *.yml)",
            span: span)
    }

    static func includesTooDeep(limit: Int, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG023", severity: .error, message: "includes are nested more than \(limit) deep", span: span)
    }

    static func tooManyFiles(limit: Int, at span: SourceSpan?) -> Diagnostic {
        Diagnostic(
            code: "PG024", severity: .error, message: "the policy has more than \(limit) files", span: span)
    }

    static func tooManyBytes(limit: Int, at span: SourceSpan?) -> Diagnostic {
        Diagnostic(
            code: "PG025", severity: .error, message: "the policy's files hold more than \(limit) bytes", span: span)
    }

    static func nothingToRead() -> Diagnostic {
        Diagnostic(code: "PG026", severity: .error, message: "no policy file is named", span: nil)
    }

    static func unnamedPolicy(at span: SourceSpan?) -> Diagnostic {
        Diagnostic(
            code: "PG027", severity: .error, message: "the policy has no name; add 'name: NAME' to one of its files",
            span: span)
    }

    static func tooMuchExpanded(limit: Int, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "PG029", severity: .error,
            message: "the policy's rules expand to more than \(limit) address intervals", span: span)
    }
}

extension SourceReader.Failure {
    /// The failure in words that follow a path.
    var sentence: String {
        switch self {
        case .notFound: "does not exist"
        case .notPermitted: "may not be read by this user"
        case .notAFile: "is not a file"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .other(let reason): "cannot be read: \(reason)"
        }
    }
}
