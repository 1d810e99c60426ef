/// A JSON value whose members keep their order.
indirect enum JSONText {
    case text(String)
    case number(Int)
    case bool(Bool)
    case list([JSONText])
    case object([(String, JSONText)])

    /// Returns the value as text, with two spaces of indentation per level.
    func rendered(indentation: String = "") -> String {
        let inner = indentation + "  "
        switch self {
        case .text(let text): return Self.quote(text)
        case .number(let number): return String(number)
        case .bool(let value): return value ? "true" : "false"
        case .list(let items):
            let parts = items.map { $0.rendered(indentation: inner) }
            let line = "[" + parts.joined(separator: ", ") + "]"
            if items.allSatisfy(\.isScalar), line.utf8.count < 100 { return line }
            return "[\n" + parts.map { inner + $0 }.joined(separator: ",\n") + "\n" + indentation + "]"
        case .object(let members):
            let parts = members.map { inner + Self.quote($0.0) + ": " + $0.1.rendered(indentation: inner) }
            return "{\n" + parts.joined(separator: ",\n") + "\n" + indentation + "}"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .text, .number, .bool: true
        case .list, .object: false
        }
    }

    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case let scalar where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
