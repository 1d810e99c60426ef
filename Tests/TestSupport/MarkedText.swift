/// A text with the findings expected in it marked where they must start: `port: ⟦PG012⟧9000-8000`.
public struct MarkedText: Sendable {
    /// The text without marks.
    public let text: String
    /// "line:column code" for each mark, in the order of the text. Columns count Unicode scalars from 1.
    public let expected: [String]

    /// The UTF-8 bytes of the text.
    public var bytes: [UInt8] { Array(text.utf8) }

    /// Takes the marks out of a text.
    public init(_ marked: String) {
        var text = String.UnicodeScalarView()
        var expected: [String] = []
        var line = 1
        var column = 1
        var mark: String?
        for scalar in marked.unicodeScalars {
            if scalar == "⟦" {
                mark = ""
            } else if scalar == "⟧", let code = mark {
                expected.append("\(line):\(column) \(code)")
                mark = nil
            } else if mark != nil {
                mark?.unicodeScalars.append(scalar)
            } else {
                text.append(scalar)
                (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
            }
        }
        self.text = String(text)
        self.expected = expected
    }
}
