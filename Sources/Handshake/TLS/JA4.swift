/// The JA4 fingerprint of a TLS client, after FoxIO's specification of JA4 (BSD 3-Clause): what a client offers, so that the
/// same program has the same fingerprint wherever it connects to. None of the other fingerprints of that family is made here.
///
///     t13d1516h2_8daaf6152771_e5627efa2ab1
///
/// Transport, version, whether a name was asked for, the counts of cipher suites and extensions, the first protocol; a digest
/// of the sorted suites; a digest of the sorted extensions and of the signature algorithms in their order.
enum JA4 {
    /// What carries the hello: the first letter.
    enum Transport: UInt8 {
        case tcp = 0x74
        case quic = 0x71
        case datagrams = 0x64
    }

    /// The extensions that are counted but not hashed: a program sends them or not, depending on where it connects to.
    private static let unhashed: Set<UInt16> = [0x0000, 0x0010]

    /// Returns the fingerprint of a hello, 36 characters.
    static func fingerprint(_ hello: ClientHello, over transport: Transport) -> String {
        var text: [UInt8] = [transport.rawValue]
        text.reserveCapacity(36)
        text.append(contentsOf: version(hello).utf8)
        text.append(UInt8(ascii: hello.extensions.contains(0x0000) ? "d" : "i"))
        appendCount(hello.cipherSuites.count, to: &text)
        appendCount(hello.extensions.count, to: &text)
        let (first, last) = ends(of: hello.protocols.first ?? [])
        text.append(first)
        text.append(last)

        text.append(UInt8(ascii: "_"))
        appendDigest(of: list(hello.cipherSuites.sorted()), to: &text)

        text.append(UInt8(ascii: "_"))
        var extensions = list(hello.extensions.filter { !unhashed.contains($0) }.sorted())
        if !extensions.isEmpty, !hello.signatureAlgorithms.isEmpty {
            extensions.append(UInt8(ascii: "_"))
            extensions.append(contentsOf: list(hello.signatureAlgorithms))
        }
        appendDigest(of: extensions, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func version(_ hello: ClientHello) -> String {
        let version = hello.supportedVersions.map { $0.max() ?? TLSVersion(0) } ?? hello.legacyVersion
        switch version.number {
        case 0x0304: return "13"
        case 0x0303: return "12"
        case 0x0302: return "11"
        case 0x0301: return "10"
        case 0x0300: return "s3"
        case 0x0002: return "s2"
        case 0xfeff: return "d1"
        case 0xfefd: return "d2"
        case 0xfefc: return "d3"
        default: return "00"
        }
    }

    private static func appendCount(_ count: Int, to text: inout [UInt8]) {
        let shown = UInt8(min(count, 99))
        text.append(UInt8(ascii: "0") + shown / 10)
        text.append(UInt8(ascii: "0") + shown % 10)
    }

    /// The first and last character of a protocol's name; of its hexadecimal form when one of the two is no letter or digit.
    static func ends(of name: ArraySlice<UInt8>) -> (UInt8, UInt8) {
        guard let first = name.first, let last = name.last else { return (UInt8(ascii: "0"), UInt8(ascii: "0")) }
        if isAlphanumeric(first), isAlphanumeric(last) { return (first, last) }
        var digits: [UInt8] = []
        Hexadecimal.append(first, to: &digits)
        Hexadecimal.append(last, to: &digits)
        return (digits[0], digits[3])
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }

    private static func list(_ numbers: [UInt16]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(numbers.count * 5)
        for number in numbers {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            Hexadecimal.append(number, to: &text)
        }
        return text
    }

    /// Appends the first twelve digits of the digest, or as many zeros for no text.
    private static func appendDigest(of list: [UInt8], to text: inout [UInt8]) {
        guard !list.isEmpty else {
            text.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 12))
            return
        }
        for byte in SHA256.digest(list).prefix(6) { Hexadecimal.append(byte, to: &text) }
    }
}
