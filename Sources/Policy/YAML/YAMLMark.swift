/// A place in a document: line and column from 1, columns in Unicode scalars.
struct YAMLMark: Hashable, Sendable, Comparable {
    let line: UInt32
    let column: UInt32

    static func < (left: YAMLMark, right: YAMLMark) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

extension SourceSpan {
    /// Creates the span between two places of one file.
    init(file: UInt32, _ start: YAMLMark, _ end: YAMLMark) {
        self.init(file: file, line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
    }

    var start: YAMLMark { YAMLMark(line: line, column: column) }
    var end: YAMLMark { YAMLMark(line: endLine, column: endColumn) }
}
