import Testing

@testable import Handshake

@Suite("Client certificates")
struct ClientCertificateTests {
    private func element(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
        let bytes = contents.flatMap(\.self)
        switch bytes.count {
        case 0..<0x80: return [tag, UInt8(bytes.count)] + bytes
        case 0..<0x100: return [tag, 0x81, UInt8(bytes.count)] + bytes
        default: return [tag, 0x82, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
        }
    }

    private func attribute(_ type: [UInt8], _ value: [UInt8], tag: UInt8 = 12) -> [UInt8] {
        element(0x30, element(0x06, type), element(tag, value))
    }

    private func part(_ number: UInt8, _ text: String) -> [UInt8] {
        element(0x31, attribute([0x55, 4, number], Array(text.utf8)))
    }

    private func name(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap(\.self)) }

    private func certificate(subject: [UInt8], names: [UInt8]? = nil) -> [UInt8] {
        var fields = element(0xa0, element(2, [2])) + element(2, [1]) + element(0x30) + element(0x30) + element(0x30)
        fields += subject + element(0x30)
        if let names {
            let other = element(0x30, element(6, [0x55, 0x1d, 0x0f]), element(1, [0xff]), element(4, [3, 2, 1, 6]))
            let own = element(0x30, element(6, [0x55, 0x1d, 0x11]), element(4, names))
            fields += element(0xa3, element(0x30, other, own))
        }
        return element(0x30, element(0x30, fields), element(0x30), element(3, [0]))
    }

    private func read(_ bytes: [UInt8]) -> ClientCertificate? { ClientCertificate(ByteReader(bytes)) }

    @Test(
        "a subject is text of RFC 4514",
        arguments: [
            ("Jane", "CN=Jane"), (" a ", #"CN=\ a\ "#), ("#1", ##"CN=\#1"##), ("a#", "CN=a#"), (" ", #"CN=\ "#),
            (#"a,b+c"d\e<f>g;h=i"#, #"CN=a\,b\+c\"d\\e\<f\>g\;h=i"#), ("a\u{0}b\n", #"CN=a\00b\0a"#), ("Zoë", "CN=Zoë"),
            ("\u{202e}x", #"CN=\e2\80\aex"#), ("", "CN="),
        ])
    func subjects(value: String, text: String) {
        #expect(read(certificate(subject: name(part(3, value))))?.subject == text)
    }

    @Test("the parts stand in reverse, and attributes without a name are told in numbers")
    func parts() {
        let several = element(
            0x31, attribute([0x55, 4, 3], Array("a".utf8)), attribute([0x55, 4, 5], Array("7".utf8)))
        let unknown = element(0x31, attribute([0x2a, 0x03, 0x8f, 0x65], [1, 2]))
        let domain = element(
            0x31, attribute([0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 0x19], Array("test".utf8), tag: 22))
        let subject = name(domain, part(10, "Example"), several, unknown)
        #expect(
            read(certificate(subject: subject))?.subject == "1.2.3.2021=#0c020102,CN=a+serialNumber=7,O=Example,DC=test"
        )
        #expect(read(certificate(subject: name()))?.subject == "")
    }

    @Test("texts of older types become UTF-8")
    func types() {
        let texts: [(UInt8, [UInt8], String)] = [
            (19, Array("a".utf8), "CN=a"), (20, [0x5a, 0xeb], "CN=Zë"), (30, [0, 0x5a, 0, 0xeb], "CN=Zë"),
            (28, [0, 1, 0xf6, 0], "CN=😀"), (30, [0xd8, 0], "CN=#1e02d800"), (30, [0], "CN=#1e0100"),
            (3, [0], "CN=#030100"),
            (12, [0xff, 0x61], #"CN=\ffa"#),
        ]
        for (tag, bytes, text) in texts {
            let subject = name(element(0x31, attribute([0x55, 4, 3], bytes, tag: tag)))
            #expect(read(certificate(subject: subject))?.subject == text)
        }
    }

    @Test("other names are told with their kind")
    func alternativeNames() {
        let names = element(
            0x30, element(0x82, Array("a.test".utf8)), element(0x81, Array("j@a.test".utf8)),
            element(0xa0, element(6, [0x2a])), element(0x86, Array("spiffe://a/b\n".utf8)),
            element(0x87, [192, 0, 2, 1]),
            element(0x87, [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]), element(0x87, [1, 2, 3]),
            element(0x87, [UInt8](repeating: 0, count: 16)),
            element(0x87, [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4]))
        #expect(
            read(certificate(subject: name(), names: names))?.alternativeNames == [
                "DNS:a.test", "email:j@a.test", #"URI:spiffe://a/b\x0a"#, "IP:192.0.2.1", "IP:2001:db8::1", "IP:::",
                "IP:1:0:2::3:0:4",
            ])
        let many = element(0x30, (0..<40).flatMap { element(0x82, Array("\($0).test".utf8)) })
        #expect(read(certificate(subject: name(), names: many))?.alternativeNames.count == 16)
        let long = element(0x30, element(0x82, [UInt8](repeating: 0x61, count: 400)))
        #expect(read(certificate(subject: name(), names: long))?.alternativeNames.first?.count == 4 + 255 + 1)
    }

    @Test("a subject is bounded")
    func bounds() {
        let parts = (0..<30).flatMap { _ in part(11, String(repeating: "a", count: 100)) }
        let text = read(certificate(subject: element(0x30, parts)))?.subject
        #expect(text?.utf8.count == 1_024 + 3)
        let tooMany = (0..<65).flatMap { _ in part(11, "a") }
        #expect(read(certificate(subject: element(0x30, tooMany))) == nil)
    }

    @Test(
        "what is no distinguished encoding is refused",
        arguments: [
            [0x30, 0x80, 0, 0], [0x30, 0x81, 0x05, 0, 0, 0, 0, 0], [0x30, 0x82, 0, 0x85], [0x30, 0x84, 0, 0, 0, 1, 0],
            [0x30],
            [0x30, 0x83, 0xff, 0xff, 0xff], [0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0x1f, 0x81, 0x01, 0], [0x30, 1],
            [],
        ] as [[UInt8]])
    func badEncodings(bytes: [UInt8]) {
        var reader = DERReader(ByteReader(bytes))
        #expect(reader.next() == nil)
    }

    @Test("identifiers that are none are refused")
    func badIdentifiers() {
        for identifier in [[], [0x80, 1], [0x2a, 0x80, 1], [0x2a, 0x81], [UInt8](repeating: 0xff, count: 20) + [1]]
            as [[UInt8]]
        {
            #expect(read(certificate(subject: name(element(0x31, attribute(identifier, [1]))))) == nil)
        }
    }

    @Test("no prefix and no changed byte of a certificate makes the reader fail")
    func hostile() throws {
        let names = element(0x30, element(0x82, Array("a.test".utf8)), element(0x87, [192, 0, 2, 1]))
        let whole = certificate(subject: name(part(3, "a"), part(10, "b")), names: names)
        #expect(read(whole) != nil)
        for count in 0..<whole.count { #expect(read(Array(whole.prefix(count))) == nil) }
        #expect(read(whole + [0]) == nil)
        for place in whole.indices {
            for value in UInt8.min...UInt8.max {
                var changed = whole
                changed[place] = value
                guard let certificate = read(changed) else { continue }
                let texts = [certificate.subject] + certificate.alternativeNames
                guard texts.allSatisfy({ !$0.utf8.contains { $0 < 0x20 || $0 == 0x7f } }) else {
                    Issue.record("byte \(place) as \(value)")
                    return
                }
            }
        }
    }

    @Test("only the client's certificate up to TLS 1.2 is told, and none is no failure")
    func inHandshake() {
        let hello = HelloBuilder.records(HelloBuilder().message)
        let server = HelloBuilder.records(HelloBuilder.serverHello(version: 0x0303, suite: 0xc02f))
        let newer = HelloBuilder.records(HelloBuilder.serverHello(version: 0x0303, suite: 0x1301, chosen: 0x0304))
        let der = certificate(subject: name(part(3, "jane")))
        func message(_ certificates: [[UInt8]]) -> [UInt8] {
            let chain: [UInt8] = certificates.flatMap { [0] + HelloBuilder.vector16($0) }
            return HelloBuilder.records(HelloBuilder.message(11, [0] + HelloBuilder.vector16(chain)))
        }
        let shown = HandshakeReader.facts(client: hello + message([der, der]), server: server).tls
        #expect(shown?.clientSubject == "CN=jane")
        #expect(HandshakeReader.facts(client: hello, server: server + message([der])).tls?.clientSubject == nil)
        #expect(HandshakeReader.facts(client: hello + message([der]), server: newer).tls?.clientSubject == nil)
        let change: [UInt8] = [20, 3, 3, 0, 1, 1]
        #expect(
            HandshakeReader.facts(client: hello + change + message([der]), server: server).tls?.clientSubject == nil)
        let none = HandshakeReader.facts(client: hello + message([]), server: server).tls
        #expect(none?.clientSubject == nil)
        #expect(none?.isMalformed == false)
        #expect(HandshakeReader.facts(client: hello + message([[1, 2, 3]]), server: server).tls?.isMalformed == true)
    }
}
