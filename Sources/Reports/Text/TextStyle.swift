import Policy

/// Escape sequences for a terminal, or none.
public struct TextStyle: Hashable, Sendable {
    private let usesColour: Bool

    /// Plain text, for files and pipes.
    public static let plain = TextStyle(usesColour: false)
    /// Text with colour, for terminals.
    public static let coloured = TextStyle(usesColour: true)

    func bold(_ text: String) -> String { paint("1", text) }
    func frame(_ text: String) -> String { paint("34", text) }
    func good(_ text: String) -> String { paint("32", text) }

    func severity(_ severity: Severity, _ text: String) -> String {
        switch severity {
        case .error: paint("1;31", text)
        case .warning: paint("1;33", text)
        case .note: paint("1;36", text)
        }
    }

    private func paint(_ code: String, _ text: String) -> String {
        usesColour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
