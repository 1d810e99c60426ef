/// Why a text could not be read as a table.
public struct TableParseError: Error, Hashable, Sendable {
    /// The 1-based line.
    public var line: Int
    /// What was wrong there.
    public var message: String

    /// Creates an error.
    public init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

extension TableParseError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String { "line \(line): \(message)" }
}
