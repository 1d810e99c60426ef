/// Names of X.500 as text (RFC 4514): the last part first, `CN=Jane Doe,O=Example`.
///
/// Attributes have the names that OpenSSL shows too; one without a name has its dotted number and its value in hexadecimal.
/// Control characters and the like are escaped as `\NN`.
enum DistinguishedName {
    /// The most bytes of a name that are shown.
    static let mostBytes = 1_024
    /// More parts than any name has.
    private static let mostParts = 64

    /// Returns the text of a name, whose parts these bytes are; nil when they are no name.
    static func text(_ name: ByteReader) -> String? {
        var list = DERReader(name)
        var parts: [ByteReader] = []
        while !list.isAtEnd {
            guard parts.count < mostParts, let part = list.next(DERReader.Tag.set), !part.isAtEnd else { return nil }
            parts.append(part)
        }
        var text = EscapedText(limit: mostBytes)
        for (index, part) in parts.reversed().enumerated() {
            if index > 0 { text.append(",") }
            guard append(part: part, to: &text) else { return nil }
        }
        return text.string
    }

    private static func append(part: ByteReader, to text: inout EscapedText) -> Bool {
        var values = DERReader(part)
        var isFirst = true
        while !values.isAtEnd {
            guard let pair = values.next(DERReader.Tag.sequence) else { return false }
            var fields = DERReader(pair)
            guard let type = fields.next(DERReader.Tag.objectIdentifier), let value = fields.next(), fields.isAtEnd
            else { return false }
            if !isFirst { text.append("+") }
            isFirst = false
            let name = shortName(type.rest)
            if let name { text.append(name) } else if !append(identifier: type.rest, to: &text) { return false }
            text.append("=")
            if name != nil, let characters = characters(value) {
                text.append(characters, as: .distinguishedName)
            } else {
                text.append("#")
                text.appendHexadecimal(value.encoded)
            }
        }
        return true
    }

    /// Returns the text of a value as UTF-8, as far as its bytes are what its type says; nil for other types.
    private static func characters(_ value: DERReader.Element) -> ArraySlice<UInt8>? {
        switch value.tag {
        // UTF8String, NumericString, PrintableString, IA5String, VisibleString
        case 12, 18, 19, 22, 26: value.contents.rest
        // TeletexString, which everybody takes for Latin-1
        case 20: recoded(value.contents, width: 1)
        // BMPString
        case 30: recoded(value.contents, width: 2)
        // UniversalString
        case 28: recoded(value.contents, width: 4)
        default: nil
        }
    }

    /// Returns characters of one, two or four bytes as UTF-8; nil when some are none.
    private static func recoded(_ contents: ByteReader, width: Int) -> ArraySlice<UInt8>? {
        guard contents.count % width == 0 else { return nil }
        var bytes: [UInt8] = []
        var value: UInt32 = 0
        for (index, byte) in contents.rest.enumerated() {
            value = value << 8 | UInt32(byte)
            guard index % width == width - 1 else { continue }
            guard let scalar = Unicode.Scalar(value) else { return nil }
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            value = 0
            // The rest would not be shown anyway.
            if bytes.count > mostBytes { break }
        }
        return bytes[...]
    }

    private static func append(identifier: ArraySlice<UInt8>, to text: inout EscapedText) -> Bool {
        var number: UInt64 = 0
        var isFirst = true
        var isInside = false
        for byte in identifier {
            guard number < 1 << 56, isInside || byte != 0x80 else { return false }
            number = number << 7 | UInt64(byte & 0x7f)
            isInside = byte & 0x80 != 0
            if isInside { continue }
            if isFirst {
                let root = min(number / 40, 2)
                text.appendDecimal(root)
                number -= root * 40
                isFirst = false
            }
            text.append(".")
            text.appendDecimal(number)
            number = 0
        }
        return !isFirst && !isInside
    }

    private static func shortName(_ identifier: ArraySlice<UInt8>) -> StaticString? {
        if identifier.count == 3, identifier.starts(with: [0x55, 0x04]) {
            switch identifier[identifier.endIndex - 1] {
            case 3: return "CN"
            case 4: return "SN"
            case 5: return "serialNumber"
            case 6: return "C"
            case 7: return "L"
            case 8: return "ST"
            case 9: return "street"
            case 10: return "O"
            case 11: return "OU"
            case 12: return "title"
            case 42: return "GN"
            case 43: return "initials"
            case 44: return "generationQualifier"
            case 46: return "dnQualifier"
            case 65: return "pseudonym"
            default: return nil
            }
        }
        if identifier.elementsEqual([0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19]) { return "DC" }
        if identifier.elementsEqual([0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01]) { return "UID" }
        if identifier.elementsEqual([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01]) { return "emailAddress" }
        return nil
    }
}
