/// Writes JSON by appending bytes: no tree, no formatter. The caller keeps keys and values in turn.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// Creates an empty writer.
    public init() {}

    /// Writes an object whose members `content` writes.
    public mutating func object(_ content: (inout JSONWriter) -> Void) { nest("{", "}", content) }

    /// Writes an array whose elements `content` writes.
    public mutating func array(_ content: (inout JSONWriter) -> Void) { nest("[", "]", content) }

    /// Writes an array with one element for each of `values`.
    public mutating func array<Value>(_ values: some Sequence<Value>, _ each: (inout JSONWriter, Value) -> Void) {
        array { json in
            for value in values { each(&json, value) }
        }
    }

    /// Writes a member's key; its value must follow.
    public mutating func key(_ name: StaticString) {
        separate()
        quote(name.description.utf8)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a text.
    public mutating func string(_ text: String) {
        separate()
        quote(text.utf8)
        needsComma = true
    }

    /// Writes bytes as a text; what is not UTF-8 becomes U+FFFD.
    public mutating func string(repairing text: some Collection<UInt8>) {
        string(String(decoding: text, as: UTF8.self))
    }

    /// Writes a number.
    public mutating func number(_ value: some BinaryInteger) { raw("\(value)") }

    /// Writes `true` or `false`.
    public mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }

    /// Writes `null`.
    public mutating func null() { raw("null") }

    /// Writes a key and a text.
    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    /// Writes a key and a text, or nothing without one.
    public mutating func member(_ name: StaticString, ifAny text: String?) {
        if let text { member(name, text) }
    }

    /// Writes a key and a number.
    public mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        key(name)
        number(value)
    }

    /// Writes a key and `true` or `false`.
    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        boolean(value)
    }

    /// Returns what has been written, with a line break at its end.
    public func finished() -> [UInt8] { bytes + [UInt8(ascii: "\n")] }

    private mutating func nest(_ open: String, _ close: String, _ content: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(contentsOf: open.utf8)
        needsComma = false
        content(&self)
        bytes.append(contentsOf: close.utf8)
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func quote(_ text: some Sequence<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x00...0x1f, 0x7f:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(Self.digit(byte >> 4))
                bytes.append(Self.digit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
