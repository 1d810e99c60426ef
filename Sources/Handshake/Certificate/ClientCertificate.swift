/// Whom a certificate is for (RFC 5280): its subject and the names of its subjectAltName. Nothing is verified.
struct ClientCertificate {
    /// The most names that are kept.
    static let mostNames = 16
    /// The most bytes of a name that are shown.
    static let mostNameBytes = 255

    private static let alternativeNameExtension: [UInt8] = [0x55, 0x1d, 0x11]

    /// The subject as text of RFC 4514; empty where the names are everything.
    let subject: String
    private(set) var alternativeNames: [String] = []

    /// Reads a certificate in the distinguished encoding; nil when it is not made as RFC 5280 says.
    init?(_ bytes: ByteReader) {
        var outer = DERReader(bytes)
        guard let certificate = outer.next(DERReader.Tag.sequence), outer.isAtEnd else { return nil }
        var parts = DERReader(certificate)
        guard let signed = parts.next(DERReader.Tag.sequence) else { return nil }
        var fields = DERReader(signed)
        _ = fields.nextIfAny(0xa0)
        guard fields.next(DERReader.Tag.integer) != nil,  // serial number
            fields.next(DERReader.Tag.sequence) != nil,  // signature algorithm
            fields.next(DERReader.Tag.sequence) != nil,  // issuer
            fields.next(DERReader.Tag.sequence) != nil,  // validity
            let name = fields.next(DERReader.Tag.sequence),
            let text = DistinguishedName.text(name),
            fields.next(DERReader.Tag.sequence) != nil  // public key
        else { return nil }
        subject = text
        _ = fields.nextIfAny(0x81)
        _ = fields.nextIfAny(0x82)
        if let wrapped = fields.nextIfAny(0xa3) {
            guard let names = Self.alternativeNames(extensions: wrapped) else { return nil }
            alternativeNames = names
        }
        guard fields.isAtEnd else { return nil }
    }

    private static func alternativeNames(extensions wrapped: ByteReader) -> [String]? {
        var outer = DERReader(wrapped)
        guard let contents = outer.next(DERReader.Tag.sequence), outer.isAtEnd else { return nil }
        var list = DERReader(contents)
        while !list.isAtEnd {
            guard let one = list.next(DERReader.Tag.sequence) else { return nil }
            var fields = DERReader(one)
            guard let identifier = fields.next(DERReader.Tag.objectIdentifier) else { return nil }
            _ = fields.nextIfAny(DERReader.Tag.boolean)
            guard let value = fields.next(DERReader.Tag.octetString), fields.isAtEnd else { return nil }
            if identifier.rest.elementsEqual(alternativeNameExtension) { return names(value) }
        }
        return []
    }

    private static func names(_ value: ByteReader) -> [String]? {
        var outer = DERReader(value)
        guard let contents = outer.next(DERReader.Tag.sequence), outer.isAtEnd else { return nil }
        var list = DERReader(contents)
        var names: [String] = []
        while !list.isAtEnd {
            guard let element = list.next() else { return nil }
            guard names.count < mostNames, let name = text(element) else { continue }
            names.append(name)
        }
        return names
    }

    /// Returns a name with its kind; nil for kinds that are not told of.
    private static func text(_ name: DERReader.Element) -> String? {
        switch name.tag {
        case 0x81: "email:" + EscapedText.text(name.contents.rest, limit: mostNameBytes)
        case 0x82: "DNS:" + EscapedText.text(name.contents.rest, limit: mostNameBytes)
        case 0x86: "URI:" + EscapedText.text(name.contents.rest, limit: mostNameBytes)
        case 0x87: AddressText.text(name.contents).map { "IP:" + $0 }
        default: nil
        }
    }
}
