import Testing

@testable import Handshake

@Suite("TLS")
struct TLSTests {
    private var hello: HelloBuilder {
        var hello = HelloBuilder(cipherSuites: [0x1301, 0xc02f])
        hello.addName(Array("db.example.test".utf8))
        hello.addVersions([0x0a0a, 0x0304, 0x0303])
        return hello
    }

    private let change: [UInt8] = [20, 3, 3, 0, 1, 1]
    private let data: [UInt8] = [23, 3, 3, 0, 4, 1, 2, 3, 4]

    private func alert(_ level: UInt8, _ number: UInt8) -> [UInt8] { [21, 3, 3, 0, 2, level, number] }

    private func serverHello(_ version: UInt16) -> [UInt8] {
        HelloBuilder.records(
            HelloBuilder.serverHello(version: 0x0303, suite: 0x1302, chosen: version == 0x0304 ? version : nil))
    }

    @Test("a hello is put together from records of any size")
    func fragments() {
        let whole = HandshakeReader.facts(client: HelloBuilder.records(hello.message))
        #expect(whole.tls?.serverName?.text == "db.example.test")
        #expect(whole.tls?.offeredVersions.map(\.description) == ["TLSv1.3", "TLSv1.2"])
        #expect(whole.tls?.legacyVersion == .tls12)
        for most in 1...hello.message.count {
            #expect(HandshakeReader.facts(client: HelloBuilder.records(hello.message, most: most)) == whole)
        }
    }

    @Test("messages that share records, and ones that nobody asked for, are told apart")
    func messages() {
        let chain = HelloBuilder.message(11, [UInt8](repeating: 7, count: 700))
        let flight = HelloBuilder.message(0, []) + chain + HelloBuilder.serverHello(version: 0x0303, suite: 0xc02f)
        for most in [1, 5, 400, 16_384] {
            let facts = HandshakeReader.facts(
                client: HelloBuilder.records(hello.message),
                server: HelloBuilder.records(
                    HelloBuilder.serverHello(version: 0x0303, suite: 0xc030) + flight, most: most))
            #expect(facts.tls?.version == .tls12)
            #expect(facts.tls?.cipherSuite?.description == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
            #expect(facts.tls?.isMalformed == false)
        }
    }

    @Test(
        "names are told whether they are host names, and never with control characters",
        arguments: [
            ("db.example.test", "db.example.test", true), ("db.example.test.", "db.example.test.", true),
            ("a_b-c.d1", "a_b-c.d1", true), ("xn--mller-kva.test", "xn--mller-kva.test", true),
            ("10.0.0.1", "10.0.0.1", false), ("10.0.0.1.", "10.0.0.1.", false), ("", "", false), (".", ".", false),
            ("a..b", "a..b", false), ("müller.test", "müller.test", false), ("a\nb", "a\\x0ab", false),
            ("a\u{0}b", "a\\x00b", false), ("a\\b", "a\\x5cb", false), ("a b\"c", "a b\"c", false),
            ("\u{202e}tset", "\\xe2\\x80\\xaetset", false),
            (String(repeating: "a", count: 64) + ".test", String(repeating: "a", count: 64) + ".test", false),
            (String(repeating: "a.", count: 150) + "b", String(repeating: "a.", count: 127) + "a…", false),
        ])
    func names(name: String, text: String, isHostName: Bool) {
        var hello = HelloBuilder()
        hello.addName(Array(name.utf8))
        let shown = HandshakeReader.facts(client: HelloBuilder.records(hello.message)).tls?.serverName
        #expect(shown?.text == text)
        #expect(shown?.isHostName == isHostName)
    }

    @Test("bytes that are no UTF-8 are shown by their numbers")
    func oddBytes() {
        var hello = HelloBuilder()
        hello.addName([0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf0, 0x9f, 0x98, 0x80])
        hello.addProtocols([[0x0a, 0x0a], Array("h2".utf8), []])
        let facts = HandshakeReader.facts(client: HelloBuilder.records(hello.message))
        #expect(facts.tls?.serverName?.text == #"a\xff\xc3(\xed\xa0\x80\xc0\xaf😀"#)
        #expect(facts.tls?.protocols == [#"\x0a\x0a"#, "h2", ""])
        #expect(facts.isPlainText)
        #expect(facts.json.contains(#""sni":"a\\xff\\xc3("#))
    }

    @Test("lists that are longer than anybody reads are cut")
    func longLists() {
        var hello = HelloBuilder()
        hello.addProtocols((0..<100).map { _ in [UInt8](repeating: 0x61, count: 80) })
        hello.addVersions((0..<100).map { UInt16($0) })
        let tls = HandshakeReader.facts(client: HelloBuilder.records(hello.message)).tls
        #expect(tls?.protocols.count == 16)
        #expect(tls?.protocols.first == String(repeating: "a", count: 64) + "…")
        #expect(tls?.offeredVersions.count == 16)
    }

    @Test("a hello whose lengths do not fit is malformed, and one whose extension does not fit is read without it")
    func malformedHellos() {
        for count in 4..<hello.message.count {
            // The header tells the shorter length, so that the message is whole.
            let body = Array(hello.message[4..<count])
            let tls = HandshakeReader.facts(client: HelloBuilder.records(HelloBuilder.message(1, body))).tls
            let endsBeforeExtensions = body.count == 2 + 32 + 1 + 2 + 4 + 2
            #expect((tls?.isMalformed == true) == !endsBeforeExtensions)
            #expect((tls?.ja4 == nil) == !endsBeforeExtensions)
        }
        var odd = HelloBuilder()
        odd.add(0x0000, [0, 200, 0, 0, 1])
        odd.add(0x0010, [0, 3, 9, 9])
        odd.add(0x002b, [3, 3, 4, 3])
        odd.add(0x000d, [0, 3, 1, 1, 1])
        let tls = HandshakeReader.facts(client: HelloBuilder.records(odd.message)).tls
        #expect(tls?.isMalformed == false)
        #expect(tls?.serverName == nil)
        #expect(tls?.ja4?.hasPrefix("t00d010400_") == true)
    }

    @Test("the server's choice is told, and a request for another hello is none")
    func serverHellos() {
        let retry = hexadecimal("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
        let again = HelloBuilder.records(
            HelloBuilder.serverHello(version: 0x0303, suite: 0x1301, chosen: 0x0304, random: retry))
        let client = HelloBuilder.records(hello.message)
        let asked = HandshakeReader.facts(client: client, server: again + change).tls
        #expect(asked?.isHelloRetried == true)
        #expect(asked?.version == nil)
        let answered = HandshakeReader.facts(
            client: client + change + client, server: again + change + serverHello(0x0304)
        ).tls
        #expect(answered?.version == .tls13)
        #expect(answered?.cipherSuite?.description == "TLS_AES_256_GCM_SHA384")
        #expect(CipherSuite(0xabcd).description == "0xABCD")
        #expect(CipherSuite(0x0035).description == "TLS_RSA_WITH_AES_256_CBC_SHA")
        #expect(TLSVersion(0x7f1c).description == "0x7F1C")
    }

    @Test("an alert in plain text is told with its sender, level and name")
    func alerts() {
        let client = HelloBuilder.records(hello.message)
        #expect(HandshakeReader.facts(client: client, server: alert(2, 40)).tls?.alert?.name == "handshake_failure")
        #expect(HandshakeReader.facts(client: client, server: alert(2, 200)).tls?.alert?.name == "200")
        #expect(HandshakeReader.facts(client: client, server: alert(9, 0)).tls?.alert?.level == .other(9))
        // A name that is not known is a warning; the failure behind it counts more.
        let twice = HandshakeReader.facts(client: client, server: alert(1, 112) + alert(2, 70)).tls?.alert
        #expect(twice == TLSAlert(sender: .server, level: .fatal, number: 70))
        let warned = HandshakeReader.facts(client: client, server: alert(1, 112) + serverHello(0x0303)).tls
        #expect(warned?.alert?.level == .warning)
        #expect(warned?.version == .tls12)
    }

    @Test("an alert that cannot be plain text is not believed")
    func encryptedAlerts() {
        let client = HelloBuilder.records(hello.message)
        let long: [UInt8] = [21, 3, 3, 0, 26] + [UInt8](repeating: 2, count: 26)
        #expect(HandshakeReader.facts(client: client, server: serverHello(0x0303) + long).tls?.alert == nil)
        #expect(HandshakeReader.facts(client: client, server: serverHello(0x0304) + alert(2, 40)).tls?.alert == nil)
        #expect(
            HandshakeReader.facts(client: client, server: serverHello(0x0303) + change + alert(2, 40)).tls?.alert == nil
        )
        #expect(
            HandshakeReader.facts(client: client + change + alert(2, 40), server: serverHello(0x0303)).tls?.alert == nil
        )
        #expect(
            HandshakeReader.facts(client: client + data + alert(2, 40), server: serverHello(0x0304)).tls?.alert == nil)
        // A client that cannot read the ServerHello of TLS 1.3 has no keys to encrypt with.
        #expect(
            HandshakeReader.facts(client: client + alert(2, 47), server: serverHello(0x0304)).tls?.alert?.number == 47)
        let retried = client + change + client + alert(2, 47)
        #expect(HandshakeReader.facts(client: retried, server: serverHello(0x0304)).tls?.alert?.number == 47)
    }

    @Test("bytes that are no TLS any more are noted")
    func malformedRecords() {
        let client = HelloBuilder.records(hello.message)
        for wrong in [
            [22, 2, 0, 0, 1, 1], [99, 3, 3, 0, 1, 1], [22, 3, 3, 0xff, 0xff], [22, 3, 3, 0, 0], [20, 3, 3, 0, 1, 7],
        ] as [[UInt8]] {
            #expect(HandshakeReader.facts(client: client + wrong).tls?.isMalformed == true)
        }
        // A message that is longer than anything that is kept.
        let long = HelloBuilder.records([1, 0xff, 0xff, 0xff] + [UInt8](repeating: 0, count: 100))
        #expect(HandshakeReader.facts(client: long).tls?.isMalformed == true)
    }

    @Test("no more packets are wanted when nothing more can be read")
    func finish() {
        for (client, server) in [
            (HelloBuilder.records(hello.message) + change, serverHello(0x0304)),
            (HelloBuilder.records(hello.message) + change, serverHello(0x0303) + change),
            (HelloBuilder.records(hello.message) + data, serverHello(0x0304)),
            (HelloBuilder.records(hello.message), alert(2, 40)),
        ] {
            var reader = HandshakeReader()
            reader.feed([
                Recording.Piece(direction: .client, bytes: client), Recording.Piece(direction: .server, bytes: server),
            ])
            #expect(reader.isFinished)
            let facts = reader.facts
            reader.take(.client, sequence: 1_000, payload: Array("GET / HTTP/1.1\r\n".utf8))
            #expect(reader.facts == facts)
        }
    }
}
