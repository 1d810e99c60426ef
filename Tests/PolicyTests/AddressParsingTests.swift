import Glibc
import Policy
import TestSupport
import Testing

@Suite struct AddressParsingTests {
    @Test(
        "IPv4 is four decimal parts",
        arguments: [
            ("0.0.0.0", 0), ("10.0.0.1", 0x0a00_0001), ("255.255.255.255", 0xffff_ffff), ("192.168.1.20", 0xc0a8_0114),
        ] as [(String, UInt32)])
    func v4(text: String, bits: UInt32) throws {
        #expect(try IPv4Address(parsing: text) == IPv4Address(bits: bits))
        #expect(IPv4Address(bits: bits).description == text)
    }

    @Test(
        "what is no IPv4 address says why",
        arguments: [
            ("", .empty), ("256.0.0.1", .octetTooLarge), ("1.2.3.999999999999999999999", .octetTooLarge),
            ("010.0.0.1", .leadingZero), ("10.0.0.00", .leadingZero), ("10", .octetCount(1)),
            ("10.0.1", .octetCount(3)),
            ("1.2.3.4.5", .octetCount(5)), ("1.2.3.", .notAnAddress), (".1.2.3", .notAnAddress),
            ("1..2.3", .notAnAddress),
            ("1.2.3.4 ", .notAnAddress), ("a.b.c.d", .notAnAddress), ("１.2.3.4", .notAnAddress),
            ("1.2.3.+4", .notAnAddress),
        ] as [(String, AddressError)])
    func badV4(text: String, reason: AddressError) {
        #expect(throws: reason) { try IPv4Address(parsing: text) }
    }

    @Test(
        "IPv6 is read in every form of RFC 4291 and written in the one of RFC 5952",
        arguments: [
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
            ("2001:0DB8::0001", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("FE80::aBcD", "fe80::abcd"),
            ("::ffff:192.0.2.128", "::ffff:192.0.2.128"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("0:0:0:0:0:0:0:0", "::"), ("1:0:0:0:0:0:0:0", "1::"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func v6(text: String, canonical: String) throws {
        #expect(try IPv6Address(parsing: text).description == canonical)
    }

    @Test(
        "what is no IPv6 address says why",
        arguments: [
            (":", .notAnAddress), (":1", .notAnAddress), ("1:", .groupCount), (":::", .misplacedCompression),
            ("1::2::3", .misplacedCompression), ("1:2:3:4:5:6:7:8:9", .groupCount), ("1:2:3:4:5:6:7", .groupCount),
            ("1:2:3:4:5:6:7:8::", .misplacedCompression), ("::1:2:3:4:5:6:7:8", .misplacedCompression),
            ("12345::", .groupTooLong), ("1:2:3:4:5:6:7:1.2.3.4", .groupCount), ("fe80::1%eth0", .zone),
            ("::g", .notAnAddress),
            ("::1.2.3", .octetCount(3)), ("::1.2.3.4:5", .notAnAddress), ("::256.1.1.1", .octetTooLarge),
            ("1:::2", .misplacedCompression), ("::1:", .groupCount), ("1.2.3.4::", .notAnAddress),
            (" ::1", .notAnAddress),
        ] as [(String, AddressError)])
    func badV6(text: String, reason: AddressError) {
        #expect(throws: reason) { try IPv6Address(parsing: text) }
    }

    @Test("IPv6 agrees with the C library on random text")
    func v6AgainstLibrary() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...9, using: &random) {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: text += "::"
                case 1: text += ":"
                case 2: text += "1.2.3.4"
                default: text += String(UInt16.random(in: 0...UInt16.max, using: &random), radix: 16) + ":"
                }
            }
            if Bool.random(using: &random), text.hasSuffix(":") { text.removeLast() }
            let ours = (try? IPv6Address(parsing: text))?.bits
            #expect(ours == LibraryAddress.v6(text), "seed \(seed): \(text)")
        }
    }

    @Test("an address of either family", arguments: [("10.0.0.1", "10.0.0.1"), ("FD00::1", "fd00::1")])
    func address(text: String, canonical: String) throws {
        #expect(try IPAddress(parsing: text).description == canonical)
    }

    @Test(
        "a single address takes no prefix and no IPv4 in IPv6 form",
        arguments: ["10.0.0.1/32", "::1/128", "10.0.0.0/8"])
    func addressWithPrefix(text: String) throws {
        #expect(throws: AddressError.unexpectedPrefix) { try IPAddress(parsing: text) }
        let block = try CIDR(parsing: "10.0.0.1")
        #expect(throws: AddressError.mapped(block)) { try IPAddress(parsing: "::ffff:10.0.0.1") }
    }
}

/// The C library's reading of addresses (`inet_pton(3)`).
private enum LibraryAddress {
    static func v6(_ text: String) -> UInt128? {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        return withUnsafeBytes(of: bytes) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
    }
}
