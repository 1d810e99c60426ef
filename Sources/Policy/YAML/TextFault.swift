/// What may not stand in a text.
enum TextFault: Hashable {
    /// A zero byte.
    case nul
    /// A control character or a byte order mark in the middle.
    case control(UInt32)
    /// A character that changes the order in which text is shown: what a reviewer sees is not what is read.
    case reordering(UInt32)
    /// A line break that editors do not show, or a carriage return alone.
    case lineBreak(String)
    /// A byte that is not part of UTF-8.
    case brokenUTF8(UInt8)

    /// Whether the two are one finding when they follow each other: any bytes that are not UTF-8 are.
    func continues(_ previous: TextFault) -> Bool {
        if case (.brokenUTF8, .brokenUTF8) = (self, previous) { true } else { self == previous }
    }

    /// Returns the finding for a run of `count` bytes.
    func diagnostic(runOf count: Int, at span: SourceSpan) -> Diagnostic {
        switch self {
        case .nul: .nulBytes(count, at: span)
        case .control(let value): .controlCharacter(value, at: span)
        case .reordering(let value): .reorderingCharacter(value, at: span)
        case .lineBreak(let name): .hiddenLineBreak(name, at: span)
        case .brokenUTF8(let byte): .brokenUTF8(byte, count: count, at: span)
        }
    }
}
