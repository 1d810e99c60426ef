/// A look at ruleset text before nft reads it: only commands on `table inet portgate`, in the plain form in which portgate
/// writes its own batches, get through.
///
/// It reads bytes, not nft's grammar. Text is printable ASCII with tabs and line ends; strings in quotes end on their line.
/// Outside strings there are no comments, variables, escapes, globs or further commands after a semicolon, and nowhere the
/// words `include`, `define`, `redefine` or `undefine`. Every line outside braces begins with one of ``commands``; what
/// stands in braces belongs to that command, and so to the table. JSON begins with a brace and is refused by its first byte.
enum InputGate {
    /// How a command may begin. Each names the table, or an object of it.
    static let commands = [
        "table inet portgate {", "add table inet portgate\n", "delete table inet portgate\n",
        "add element inet portgate pg_", "delete element inet portgate pg_armed {", "flush chain inet portgate ",
        "flush set inet portgate ",
        "flush map inet portgate ", "delete chain inet portgate ", "delete set inet portgate ",
        "delete map inet portgate ", "delete counter inet portgate ",
    ].map { Array($0.utf8) }

    private static let refusedWords: Set<[UInt8]> = Set(
        ["include", "define", "redefine", "undefine"].map { Array($0.utf8) })

    /// Returns why the text is refused, or nil when nft may see it.
    static func refusal(of text: [UInt8]) -> String? {
        var depth = 0
        var line = 1
        var position = 0
        var startsCommand = true
        while position < text.count {
            let byte = text[position]
            if startsCommand, byte != UInt8(ascii: "\n") {
                let rest = text[position...]
                guard commands.contains(where: { rest.starts(with: $0) }) else {
                    return "line \(line) is no command on table inet portgate"
                }
                startsCommand = false
            }
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                startsCommand = depth == 0
            case UInt8(ascii: "\""):
                guard let end = endOfString(in: text, after: position) else { return "line \(line) has an open quote" }
                position = end
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth < 0 { return "line \(line) closes a brace that is not open" }
            case UInt8(ascii: ";") where depth == 0: return "line \(line) has a second command"
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                // A word as nft's scanner takes it, whole; after a digit or a sign a new word begins.
                let end = text[position...].firstIndex { !isWordByte($0) } ?? text.endIndex
                if refusedWords.contains(Array(text[position..<end])) { return "line \(line) includes or defines" }
                position = end
                continue
            default:
                guard isPlain(byte) else { return "line \(line) has the byte \(byte)" }
            }
            position += 1
        }
        return depth == 0 ? nil : "a brace is left open"
    }

    /// Whether a byte may stand outside strings.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\t"), UInt8(ascii: " "), UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "@"),
            UInt8(ascii: ";"), UInt8(ascii: "|"):
            true
        default: isWordByte(byte)
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// Returns where the string that opens at a quote closes: on the same line, after printable ASCII only.
    private static func endOfString(in text: [UInt8], after quote: Int) -> Int? {
        var position = quote + 1
        while position < text.count, (0x20...0x7e).contains(text[position]) {
            if text[position] == UInt8(ascii: "\"") { return position }
            position += 1
        }
        return nil
    }
}
