/// Text made of bytes from the network: valid UTF-8 without control characters, and never longer than its limit.
///
/// Bytes that are not UTF-8, control characters, and characters that are invisible or turn the direction of writing become
/// `\xNN` for each of their bytes, and so does the backslash: different bytes never make the same text, unless it is cut.
struct EscapedText {
    /// How bytes are written that are not shown as they are.
    enum Style {
        /// `\xNN`, and the backslash too.
        case plain
        /// `\NN`, as RFC 4514 has it, and a backslash before the characters that mean something in a name.
        case distinguishedName
    }

    /// Stands at the end of what was cut.
    private static let ellipsis: [UInt8] = Array("…".utf8)
    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    private let limit: Int
    private var bytes: [UInt8] = []
    private(set) var isCut = false

    /// Creates an empty text. At most `limit` bytes are shown, and three more for the ellipsis of a text that was cut.
    init(limit: Int) { self.limit = limit }

    /// Returns bytes as text.
    static func text(_ bytes: ArraySlice<UInt8>, limit: Int) -> String {
        var text = EscapedText(limit: limit)
        text.append(bytes, as: .plain)
        return text.string
    }

    /// The text.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends ASCII text of our own as it is.
    mutating func append(_ text: StaticString) {
        guard !isCut else { return }
        guard bytes.count + text.utf8CodeUnitCount <= limit else { return cut() }
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes in hexadecimal.
    mutating func appendHexadecimal(_ values: some Collection<UInt8>) {
        for value in values {
            guard !isCut else { return }
            guard bytes.count + 2 <= limit else { return cut() }
            bytes.append(Self.digits[Int(value >> 4)])
            bytes.append(Self.digits[Int(value & 15)])
        }
    }

    /// Appends a number in decimal.
    mutating func appendDecimal(_ number: some UnsignedInteger) {
        guard !isCut else { return }
        let text = String(number).utf8
        guard bytes.count + text.count <= limit else { return cut() }
        bytes.append(contentsOf: text)
    }

    /// Appends bytes from the network.
    mutating func append(_ source: ArraySlice<UInt8>, as style: Style) {
        var place = source.startIndex
        while place < source.endIndex, !isCut {
            // Most text is letters and digits, which come as one.
            let run = source[place...].prefix(max(limit - bytes.count, 0)).prefix(while: Self.isOrdinary)
            if !run.isEmpty {
                bytes.append(contentsOf: run)
                place = run.endIndex
                continue
            }
            let length = UTF8Character.plainLength(at: place, in: source)
            let character = source[place..<(place + max(length, 1))]
            if length == 0 || (style == .plain && character.first == UInt8(ascii: "\\")) {
                appendEscape(character[place], style)
            } else {
                let isMarked =
                    style == .distinguishedName
                    && Self.isMarked(
                        character[place], isFirst: place == source.startIndex, isLast: place + 1 == source.endIndex)
                guard bytes.count + length + (isMarked ? 1 : 0) <= limit else { return cut() }
                if isMarked { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(contentsOf: character)
            }
            place += max(length, 1)
        }
    }

    private mutating func appendEscape(_ byte: UInt8, _ style: Style) {
        guard bytes.count + (style == .plain ? 4 : 3) <= limit else { return cut() }
        bytes.append(UInt8(ascii: "\\"))
        if style == .plain { bytes.append(UInt8(ascii: "x")) }
        bytes.append(Self.digits[Int(byte >> 4)])
        bytes.append(Self.digits[Int(byte & 15)])
    }

    private mutating func cut() {
        isCut = true
        bytes.append(contentsOf: Self.ellipsis)
    }

    /// Whether a byte is a character that is never escaped.
    private static func isOrdinary(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7a, 0x41...0x5a, 0x30...0x39, 0x2d...0x2f, 0x3a, 0x5f: true
        default: false
        }
    }

    /// Whether a character of a value stands behind a backslash (RFC 4514, section 2.4).
    private static func isMarked(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "\\"):
            true
        case UInt8(ascii: " "): isFirst || isLast
        case UInt8(ascii: "#"): isFirst
        default: false
        }
    }
}
