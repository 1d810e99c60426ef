/// A JSON value. Numbers are whole ones, which the gate's own files hold, or keep the digits that they were written with. Reading is
/// strict and bounded.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case number(Int64)
    /// Any other number, by its digits: `8.666504`.
    case decimal(String)
    /// Text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// An object in the order it is written; no key twice.
    case object([Member])

    /// One member of an object.
    public struct Member: Hashable, Sendable {
        /// The key.
        public let key: String
        /// The value.
        public let value: JSONValue

        /// Creates a member.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Creates an object from keys and values; members whose value is nil are left out.
    public static func members(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(pairs.compactMap { key, value in value.map { Member(key, $0) } })
    }

    /// Returns the member of an object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text, when it is text.
    public var text: String? { if case .string(let text) = self { text } else { nil } }
    /// The number, when it is one.
    public var integer: Int64? { if case .number(let number) = self { number } else { nil } }
    /// The elements, when it is a list.
    public var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The truth, when it is one.
    public var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }

    /// Returns the text of the value, indented by two spaces, with a line break at the end.
    public func rendered() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, indent: 0)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Returns the text of the value on one line, without white space around what it holds and without a line break.
    public func compact() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes, indent: nil)
        return bytes
    }

    /// Writes the value; on one line when there is no indentation.
    private func write(to bytes: inout [UInt8], indent: Int?) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
        case .number(let value): bytes += Array(String(value).utf8)
        case .decimal(let digits): bytes += Array(digits.utf8)
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            Self.write(elements, between: "[", and: "]", to: &bytes, indent: indent) { element, bytes, indent in
                element.write(to: &bytes, indent: indent)
            }
        case .object(let members):
            Self.write(members, between: "{", and: "}", to: &bytes, indent: indent) { member, bytes, indent in
                Self.write(member.key, to: &bytes)
                bytes += Array((indent == nil ? ":" : ": ").utf8)
                member.value.write(to: &bytes, indent: indent)
            }
        }
    }

    private static func write<Part>(
        _ parts: [Part], between open: Unicode.Scalar, and close: Unicode.Scalar, to bytes: inout [UInt8], indent: Int?,
        _ writePart: (Part, inout [UInt8], Int?) -> Void
    ) {
        func line(_ depth: Int?) {
            guard let depth else { return }
            bytes.append(UInt8(ascii: "\n"))
            bytes += [UInt8](repeating: UInt8(ascii: " "), count: depth * 2)
        }
        bytes.append(UInt8(ascii: open))
        let inner = indent.map { $0 + 1 }
        for (index, part) in parts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            line(inner)
            writePart(part, &bytes, inner)
        }
        if !parts.isEmpty { line(indent) }
        bytes.append(UInt8(ascii: close))
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
            case 0..<0x20, 0x7f:
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
