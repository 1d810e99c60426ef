/// Reads YAML into nodes with exact positions, and reports everything that is wrong with it.
///
/// The language is YAML 1.1 as libyaml reads it, less what a policy has no use for: one document, scalar keys, no tags. Scalars
/// are never retyped. Anchors, aliases and merge keys work.
public enum YAMLReader {
    /// Reads one document. Findings are appended in the order of the text.
    ///
    /// Returns nil when the text cannot be read as one document: the reason is among the findings. A node is returned beside
    /// findings that leave the document's shape known (a key given twice, a tag); these are errors all the same.
    public static func read(
        _ bytes: [UInt8], file: UInt32, limits: YAMLLimits = YAMLLimits(), diagnostics: inout [Diagnostic]
    ) -> YAMLNode? {
        guard bytes.count <= limits.bytes else {
            diagnostics.append(.tooLarge(limit: limits.bytes, at: SourceSpan(file: file, line: 1, column: 1)))
            return nil
        }
        return bytes.withUnsafeBufferPointer { input in
            let text = TextCheck.withoutByteOrderMark(input)
            let findings = TextCheck.check(text, file: file)
            guard findings.isEmpty else {
                diagnostics += findings
                return nil
            }
            return read(text, file: file, limits: limits, diagnostics: &diagnostics)
        }
    }

    private static func read(
        _ text: UnsafeBufferPointer<UInt8>, file: UInt32, limits: YAMLLimits, diagnostics: inout [Diagnostic]
    ) -> YAMLNode? {
        guard var parser = YAMLEventParser(input: text) else {
            diagnostics.append(.yamlOutOfMemory(at: SourceSpan(file: file, line: 1, column: 1)))
            return nil
        }
        var builder = YAMLTreeBuilder(input: text, file: file, limits: limits)
        var complete = false
        do {
            reading: while true {
                let event = try parser.next()
                if case .streamEnd = event { break reading }
                try builder.take(event)
            }
            complete = true
            diagnostics += builder.diagnostics
        } catch let problem as YAMLSyntaxProblem {
            diagnostics += builder.diagnostics
            diagnostics.append(
                YAMLSyntaxReport(
                    problem: problem, text: text, file: file, lastLongQuote: builder.lastLongQuote,
                    innermost: builder.innermostStart
                )
                .diagnostic)
        } catch {
            diagnostics += builder.diagnostics
        }
        guard complete, !builder.isBroken else { return nil }
        guard let root = builder.root, !root.isEmptyDocument else {
            diagnostics.append(.emptyDocument(at: SourceSpan(file: file, line: 1, column: 1)))
            return nil
        }
        return root
    }
}

extension YAMLNode {
    fileprivate var isEmptyDocument: Bool {
        if case .scalar(let scalar) = content { scalar.isPlain && scalar.text.isEmpty } else { false }
    }
}
