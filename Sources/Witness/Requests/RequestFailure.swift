/// Why the body of a request is none: where, and what would be right.
public struct RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1; nil when it is about the whole.
    public let line: Int?
    /// What is wrong.
    public let reason: String

    init(line: Int? = nil, _ reason: String) {
        self.line = line
        self.reason = reason
    }

    /// One sentence.
    public var description: String { (line.map { "line \($0): " } ?? "") + reason }
}
