/// A record as a row of a table, quoted as RFC 4180 says. No cell is a formula to a spreadsheet.
struct CSVRow {
    private let fields: Fields

    /// Creates a row.
    init(_ record: ExportedRecord) { fields = Fields(record) }

    /// The first line: the names of the columns.
    static var header: [UInt8] { Array(Fields.names.joined(separator: ",").utf8) + [13, 10] }

    /// Appends the row with its end.
    func append(to output: inout [UInt8]) {
        for (place, text) in fields.texts.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            Self.append(text, to: &output)
        }
        output += [13, 10]
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        var bytes: [UInt8] = []
        switch text.utf8.first {
        // Spreadsheets compute what begins so; with an apostrophe before it they show it.
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0d:
            bytes.append(UInt8(ascii: "'"))
        default: break
        }
        var isQuoted = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""):
                bytes += [byte, byte]
                isQuoted = true
            case UInt8(ascii: ","), 0x0a, 0x0d:
                bytes.append(byte)
                isQuoted = true
            default:
                if ControlCharacter.isHidden(byte), byte != 0x09 {
                    ControlCharacter.append(byte, to: &bytes)
                } else {
                    bytes.append(byte)
                }
            }
        }
        output += isQuoted ? [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")] : bytes
    }
}
