import Policy

extension SourceMap {
    /// Returns `path:line:column` for a span.
    func position(of span: SourceSpan) -> String { "\(path(of: span)):\(span.line):\(span.column)" }
}
