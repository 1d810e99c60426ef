/// Reads a JSON value strictly: one value, no key twice, at most 16 deep, valid UTF-8.
public struct JSONReader {
    /// Why bytes are not such a value.
    public struct Malformed: Error, Hashable {
        /// What is wrong.
        public let reason: String
        /// The byte at which it shows, from 0.
        public let offset: Int
    }

    private static let deepest = 16
    private let bytes: [UInt8]
    private var place = 0

    /// Reads the value that the bytes hold.
    public static func value(of bytes: [UInt8]) throws(Malformed) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.place == bytes.count else { throw reader.malformed("more follows the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func malformed(_ reason: String) -> Malformed { Malformed(reason: reason, offset: place) }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        let wanted = Array(word.description.utf8)
        guard end <= bytes.count, bytes[place..<end].elementsEqual(wanted) else { return false }
        place = end
        return true
    }

    private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
        guard depth < Self.deepest else { throw malformed("nested too deeply") }
        skipSpace()
        guard let first = next else { throw malformed("ends too early") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
        case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
        case UInt8(ascii: "n") where take(word: "null"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw malformed("no value")
        }
    }

    private mutating func number() throws(Malformed) -> JSONValue {
        let start = place
        _ = take(UInt8(ascii: "-"))
        try digits()
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            place += 1
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        guard isWhole else { return .decimal(text) }
        guard let value = Int64(text) else { throw malformed("number out of range") }
        return .number(value)
    }

    private mutating func digits() throws(Malformed) {
        let start = place
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        guard place > start else { throw malformed("no digit where a number goes on") }
    }

    private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
        place += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw malformed("no comma in a list") }
        }
    }

    private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
        place += 1
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed("no key") }
            let key = try string()
            guard keys.insert(key).inserted else { throw malformed("a key is given twice") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed("no colon after a key") }
            members.append(JSONValue.Member(key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw malformed("no comma in an object") }
        }
    }

    private mutating func string() throws(Malformed) -> String {
        place += 1
        var text: [UInt8] = []
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw malformed("not UTF-8") }
                return string
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                throw malformed("a control character in text")
            default:
                text.append(byte)
            }
        }
        throw malformed("text without an end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        guard let byte = next else { throw malformed("ends too early") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "u"):
            guard place + 4 <= bytes.count,
                let code = UInt32(String(decoding: bytes[place..<(place + 4)], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(code)
            else { throw malformed("not a character") }
            place += 4
            text += Array(String(Character(scalar)).utf8)
        default: throw malformed("unknown escape")
        }
    }
}
