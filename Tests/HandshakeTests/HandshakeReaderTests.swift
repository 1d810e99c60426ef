import Testing

@testable import Handshake

@Suite("Handshake reader")
struct HandshakeReaderTests {
    private let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    private let banner = Array("SSH-2.0-x\r\n".utf8)
    private let noise = Array("\u{1}\u{2}\u{3}".utf8)

    @Test("bytes are a surprise where the port declares others")
    func surprises() {
        let cases: [([UInt8], [DeclaredRequest], Surprise?)] = [
            (request, [], nil), (request, [.any], nil), (request, [.known(.http)], nil),
            (request, [.known(.tls), .known(.http)], nil), (request, [.known(.tls)], .undeclared),
            (request, [.signature], .undeclared), (noise, [], nil), (noise, [.any], nil), (noise, [.signature], nil),
            (noise, [.known(.tls)], .unrecognised), ([], [.known(.tls)], nil), ([0x16], [.known(.tls)], .unrecognised),
        ]
        for (bytes, declared, surprise) in cases {
            #expect(HandshakeReader.facts(client: bytes, declared: declared).unexpected == surprise)
        }
    }

    @Test("what is still open is no surprise, until no more comes")
    func openGuess() {
        var reader = HandshakeReader(declared: [.known(.tls)])
        reader.take(.client, sequence: 1, payload: [0x16, 3])
        #expect(reader.facts.unexpected == nil)
        #expect(!reader.isFinished)
        reader.end()
        #expect(reader.facts.unexpected == .unrecognised)
    }

    @Test("each side is told by what it says itself")
    func bothSides() {
        let facts = HandshakeReader.facts(client: request, server: [21, 3, 1, 0, 2, 2, 70])
        #expect(facts.client == .http)
        #expect(facts.server == .tls)
        #expect(facts.tls?.alert?.name == "protocol_version")
        let plain = HandshakeReader.facts(
            client: HelloBuilder.records(HelloBuilder().message), server: Array("HTTP/1.1 400 Bad Request\r\n".utf8))
        #expect(plain.tls?.ja4 != nil)
        #expect(plain.http?.status == 400)
    }

    @Test("a connection whose start was not seen is read anew when an earlier segment comes")
    func guessedStart() {
        var reader = HandshakeReader()
        reader.take(.client, sequence: 104, payload: Array(request.dropFirst(4)))
        #expect(reader.facts.client == nil)
        reader.take(.client, sequence: 100, payload: Array(request.prefix(4)))
        #expect(reader.facts.http?.host == "a")
        var acknowledged = HandshakeReader()
        acknowledged.take(.server, sequence: 7, payload: [])
        acknowledged.take(.server, sequence: 7, payload: banner)
        #expect(acknowledged.facts.ssh?.server == "SSH-2.0-x")
    }

    @Test("segments that contradict each other are noted")
    func conflicts() {
        var reader = HandshakeReader()
        reader.begin(.client, synchronize: 0)
        reader.take(.client, sequence: 1, payload: Array("GET /pub".utf8))
        reader.take(.client, sequence: 5, payload: Array("/adm HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(reader.facts.hasConflict)
        #expect(reader.facts.http?.path == "/pub")
    }

    @Test("no more is kept than the bound says, and nothing behind the end", arguments: [1, 50, 700, 1_460])
    func memory(size: Int) {
        // On both sides a message that never ends, in many records.
        let more = (0..<80).flatMap { _ in HelloBuilder.records([UInt8](repeating: 0, count: 200)) }
        func side(_ type: UInt8) -> [UInt8] {
            HelloBuilder.records([type, 0, 0x3f, 0xf0] + [UInt8](repeating: 0, count: 200)) + more
        }
        let sides: [(Direction, [UInt8])] = [(Direction.client, side(1)), (Direction.server, side(2))]
        var reader = HandshakeReader()
        var most = 0
        for start in stride(from: 0, to: 16_350, by: size) {
            for (direction, bytes) in sides {
                let segment = Array(bytes[start..<min(start + size, 16_350)])
                reader.take(direction, sequence: UInt32(start), payload: segment)
            }
            most = max(most, reader.heldBytes)
        }
        #expect(!reader.isFinished)
        #expect(most > 60_000)
        #expect(most <= 4 * (StreamHead.usualLimit + 32))
        reader.end()
        #expect(reader.heldBytes == 0)
        #expect(MemoryLayout<HandshakeReader>.size < 1_024)
    }

    @Test("random bytes of every kind are read to their end")
    func noiseIsRead() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix(seed: seed)
        let starts: [[UInt8]] = [
            [], [22, 3, 1, 0, 40, 1, 0, 0, 36], request, banner, [0, 0, 0, 40, 0, 3, 0, 0],
            [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f],
            [42, 49, 13, 10], [21, 3, 3, 0, 2],
        ]
        for round in 0..<2_000 {
            var reader = HandshakeReader(declared: [.known(.ssh)])
            for _ in 0..<4 {
                let bytes =
                    starts[round % starts.count]
                    + (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                let place = UInt32.random(in: 0...40, using: &generator)
                reader.take(Bool.random(using: &generator) ? .client : .server, sequence: place, payload: bytes)
            }
            reader.end()
            #expect(reader.facts.isPlainText, "seed \(seed)")
        }
    }

    @Test("all facts have their members in JSON, with commas between them alone")
    func json() {
        var facts = HandshakeFacts()
        var bytes: [UInt8] = []
        let nothing = facts.appendMembers(to: &bytes)
        #expect(!nothing && bytes.isEmpty)
        facts.tls = TLSFacts()
        facts.http = HTTPFacts(method: "GET", path: "/\"\\", version: nil, host: nil, status: 200)
        facts.ssh = SSHFacts(client: nil, server: "SSH-2.0-x")
        facts.postgresql = PostgreSQLFacts()
        #expect(
            facts.json
                == #""tls":{},"http":{"method":"GET","path":"/\"\\","status":200},"ssh":{"server":"SSH-2.0-x"},"postgresql":{}"#
        )
        facts.tls?.version = .tls12
        facts.tls?.cipherSuite = CipherSuite(0xc02f)
        facts.tls?.protocols = ["h2", "http/1.1"]
        facts.tls?.offeredVersions = [.tls12]
        facts.tls?.serverAlert = TLSAlert(sender: .server, level: .fatal, number: 48)
        facts.tls?.clientSubject = "CN=a"
        facts.tls?.clientAlternativeNames = ["DNS:a"]
        #expect(
            facts.json.hasPrefix(
                #""tls":{"version":"TLSv1.2","alpn":["h2","http/1.1"],"versions":["TLSv1.2"],"#
                    + #""cipher":"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256","#
                    + #""alert":{"from":"server","level":"fatal","description":"unknown_ca"},"#
                    + #""client_subject":"CN=a","client_san":["DNS:a"]},"http""#))
    }
}
