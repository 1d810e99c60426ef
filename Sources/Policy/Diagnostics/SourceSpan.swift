/// A stretch of text in one of the files a policy was read from.
///
/// Lines and columns count from 1; columns count Unicode scalars, as editors do. The end is exclusive. A span is 20 bytes,
/// for a policy of 100,000 CIDRs keeps one for each.
public struct SourceSpan: Hashable, Sendable {
    /// Index into ``SourceMap/files``.
    public let file: UInt32
    /// The line of the first scalar, from 1.
    public let line: UInt32
    /// The column of the first scalar, from 1.
    public let column: UInt32
    /// The line of the scalar past the last.
    public let endLine: UInt32
    /// The column of the scalar past the last.
    public let endColumn: UInt32

    /// Creates a span; an end before the start is moved to the start.
    public init(file: UInt32, line: UInt32, column: UInt32, endLine: UInt32, endColumn: UInt32) {
        self.file = file
        self.line = line
        self.column = column
        if (endLine, endColumn) < (line, column) {
            (self.endLine, self.endColumn) = (line, column)
        } else {
            (self.endLine, self.endColumn) = (endLine, endColumn)
        }
    }

    /// Creates the span of `length` scalars from a place on one line.
    public init(file: UInt32, line: UInt32, column: UInt32, length: UInt32 = 1) {
        self.init(file: file, line: line, column: column, endLine: line, endColumn: column &+ length)
    }
}

/// One file that a policy was read from, with its text for excerpts.
public struct SourceFile: Hashable, Sendable {
    /// The path as the user gave it or as the including file's folder makes it; `<stdin>` for standard input.
    public let path: String
    /// The bytes as read, not necessarily UTF-8.
    public let bytes: [UInt8]

    /// Creates a source file from what was read.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Returns the bytes of line `line` (from 1) without its line break, or nil past the end.
    public func line(_ line: UInt32) -> ArraySlice<UInt8>? {
        guard line >= 1 else { return nil }
        var current: UInt32 = 1
        var start = bytes.startIndex
        while current < line {
            guard let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = newline + 1
            current += 1
        }
        guard start < bytes.endIndex || line == 1 else { return nil }
        var end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return bytes[start..<end]
    }
}

/// The files behind a policy's spans, in the order they were read.
public struct SourceMap: Hashable, Sendable {
    /// The files; ``SourceSpan/file`` indexes them.
    public private(set) var files: [SourceFile] = []

    /// Creates an empty map.
    public init() {}

    /// Adds a file and returns its index.
    public mutating func add(_ file: SourceFile) -> UInt32 {
        files.append(file)
        return UInt32(files.count - 1)
    }

    /// Returns the path behind a span, or `?` for a span of another map.
    public func path(of span: SourceSpan) -> String {
        Int(span.file) < files.count ? files[Int(span.file)].path : "?"
    }

    /// Returns `path:line` for a span, as provenance comments carry it.
    public func place(of span: SourceSpan) -> String { "\(path(of: span)):\(span.line)" }
}
