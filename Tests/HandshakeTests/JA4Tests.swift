import Testing

@testable import Handshake

@Suite("JA4")
struct JA4Tests {
    @Test("recorded hellos have the fingerprints that FoxIO published", arguments: Recording.lines(of: "ja4.tsv"))
    func recorded(fields: [String]) {
        let facts = HandshakeReader.facts(client: hexadecimal(fields[1]))
        #expect(facts.tls?.ja4 == fields[2], "\(fields[0])")
    }

    /// The raw form that FoxIO publishes beside a fingerprint names everything that goes into it.
    @Test(
        "hellos made of published raw forms have the fingerprints beside them",
        arguments: Recording.lines(of: "ja4-raw.tsv"))
    func raw(fields: [String]) {
        let parts = fields[0].split(separator: "_").map(String.init)
        let numbers = parts.dropFirst().map { $0.split(separator: ",").compactMap { UInt16($0, radix: 16) } }
        var hello = HelloBuilder(cipherSuites: [0x4a4a] + numbers[0].reversed())
        let signatures: [UInt16] = numbers.count > 2 ? [0x3a3a] + numbers[2] : []
        hello.add(0x8a8a, [0])
        if parts[0].contains("d") { hello.addName(Array("example.test".utf8)) }
        if !parts[0].hasSuffix("00") { hello.addProtocols([Array("h2".utf8), Array("http/1.1".utf8)]) }
        for type in numbers[1].reversed() {
            switch type {
            case 0x0d: hello.addSignatureAlgorithms(signatures)
            case 0x2b: hello.addVersions([0x7a7a, 0x0303, 0x0304])
            // The signatures of delegated_credentials are no part of it.
            case 0x22: hello.addSignatureAlgorithms([0x0403, 0x0503], type: type)
            default: hello.add(type)
            }
        }
        hello.add(0xbaba)
        let facts = HandshakeReader.facts(client: HelloBuilder.records(hello.message))
        #expect(facts.tls?.ja4 == fields[1])
    }

    @Test(
        "the protocol's ends are its own, or those of its hexadecimal form",
        arguments: [
            ([0xab], "ab"), ([0xab, 0xcd], "ad"), ([0x30, 0xab], "3b"), ([0x30, 0x31, 0xab, 0xcd], "3d"),
            ([0x30, 0xab, 0xcd, 0x31], "01"), ([], "00"), (Array("h2".utf8), "h2"), (Array("http/1.1".utf8), "h1"),
            (Array("x".utf8), "xx"), ([0x2f, 0x61], "21"), ([0x0a, 0x0a], "0a"),
        ] as [([UInt8], String)])
    func protocolEnds(name: [UInt8], ends: String) {
        let (first, last) = JA4.ends(of: name[...])
        #expect(String(decoding: [first, last], as: UTF8.self) == ends)
        var hello = HelloBuilder()
        hello.addProtocols([name])
        #expect(hello.ja4.dropFirst(8).prefix(2) == ends)
    }

    @Test("lists that are empty have zeros for a digest")
    func emptyLists() {
        #expect(HelloBuilder(cipherSuites: [], extensions: []).ja4 == "t12i000000_000000000000_000000000000")
        #expect(HelloBuilder(cipherSuites: [0x0a0a], extensions: nil).ja4 == "t12i000000_000000000000_000000000000")
        var named = HelloBuilder(cipherSuites: [0x2a2a], extensions: [(0x1a1a, [])])
        named.addName(Array("a".utf8))
        named.addProtocols([])
        #expect(named.ja4 == "t12d000200_000000000000_000000000000")
    }

    @Test("counts stop at 99")
    func counts() {
        let many = (0..<120).map { UInt16(0x0100 + $0) }
        let hello = HelloBuilder(cipherSuites: many, extensions: many.map { ($0, []) })
        #expect(hello.ja4.hasPrefix("t12i999900_"))
        let few = HelloBuilder(cipherSuites: Array(many.prefix(7)), extensions: many.prefix(99).map { ($0, []) })
        #expect(few.ja4.hasPrefix("t12i079900_"))
    }

    @Test(
        "the version is the highest that is offered, and not that of the record",
        arguments: [
            (0x0303, [0x0304, 0x0303], "13"), (0x0303, [0x0303], "12"), (0x0303, [0xfafa, 0x0302], "11"),
            (0x0301, nil, "10"), (0x0300, nil, "s3"), (0x0002, nil, "s2"), (0x0303, [], "00"), (0x0305, nil, "00"),
            (0xfefd, nil, "d2"),
        ] as [(UInt16, [UInt16]?, String)])
    func versions(legacy: UInt16, supported: [UInt16]?, shown: String) {
        var hello = HelloBuilder(legacyVersion: legacy)
        if let supported { hello.addVersions(supported) }
        #expect(hello.ja4.dropFirst().prefix(2) == shown)
    }

    @Test("the letter of the transport is a parameter")
    func transport() throws {
        let hello = try #require(ClientHello(ByteReader(Array(HelloBuilder().message.dropFirst(4)))))
        #expect(JA4.fingerprint(hello, over: .quic).first == "q")
        #expect(JA4.fingerprint(hello, over: .datagrams).first == "d")
    }

    @Test("all sixteen values of RFC 8701 are known, and no others")
    func grease() {
        let values = (UInt16(0)...0xffff).filter(Grease.contains)
        let expected: [UInt16] = (0..<16).map { (number: UInt16) -> UInt16 in number * 0x1010 + 0x0a0a }
        #expect(values == expected)
    }
}

extension HelloBuilder {
    /// The fingerprint of the hello.
    fileprivate var ja4: String {
        HandshakeReader.facts(client: Self.records(message)).tls?.ja4 ?? "no hello"
    }
}
