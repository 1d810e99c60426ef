import Testing

@testable import Handshake

@Suite("HTTP, SSH and PostgreSQL")
struct OtherProtocolTests {
    private func facts(_ client: String, _ server: String = "") -> HandshakeFacts {
        HandshakeReader.facts(client: Array(client.utf8), server: Array(server.utf8))
    }

    @Test(
        "a request line and its host are told, without query and password",
        arguments: [
            ("GET /metrics HTTP/1.1\r\nHost: db.example.test\r\n\r\n", "GET", "/metrics", "db.example.test"),
            ("GET /a?token=secret HTTP/1.1\r\nAccept: */*\r\nhOsT:\t a:81 \r\n\r\n", "GET", "/a", "a:81"),
            ("GET /a#b HTTP/1.1\nHost:a\n\n", "GET", "/a", "a"),
            ("GET http://u:secret@h.test:80/a?b HTTP/1.1\r\nHost: other\r\n\r\n", "GET", "/a", "h.test:80"),
            ("GET http://h.test HTTP/1.1\r\n\r\n", "GET", "/", "h.test"),
            ("CONNECT u:secret@h.test:443 HTTP/1.1\r\nHost: h.test\r\n\r\n", "CONNECT", "h.test:443", "h.test"),
            ("OPTIONS * HTTP/1.1\r\n\r\nHost: no\r\n", "OPTIONS", "*", nil),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI", "*", nil), ("GET /old\r\n", "GET", "/old", nil),
            ("BREW /pot HTTP/1.1\r\nHost: a\r\n", "BREW", "/pot", "a"),
            ("GET /a b\u{7} HTTP/1.1\r\n\r\n", "GET", "/a b\\x07", nil),
            ("POST /cut", "POST", "/cut", nil), ("GET / HTTP/1.1\r\nHost: u:secret@h\r\n\r\n", "GET", "/", "h"),
        ] as [(String, String, String, String?)])
    func requests(request: String, method: String, path: String, host: String?) {
        let facts = facts(request)
        #expect(facts.client == .http)
        #expect(facts.http?.method == method)
        #expect(facts.http?.path == path)
        #expect(facts.http?.host == host)
        #expect(!facts.json.contains("secret"))
    }

    @Test("paths and hosts are bounded, also in a line that does not end")
    func longRequests() {
        let path = "/" + String(repeating: "a", count: 20_000)
        for request in ["GET \(path) HTTP/1.1\r\n", "GET \(path)"] {
            #expect(facts(request).http?.path == "/" + String(repeating: "a", count: 511) + "…")
        }
        let host = facts("GET / HTTP/1.1\r\nHost: \(String(repeating: "h", count: 300))\r\n").http?.host
        #expect(host == String(repeating: "h", count: 255) + "…")
    }

    @Test(
        "the last status counts",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", 200), ("HTTP/1.0 404\r\n", 404), ("HTTP/1.1 101 Switching\r\n", 101),
            ("HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 503 No\r\n", 503),
            ("HTTP/1.1 20x OK\r\n", nil), ("HTTP/1.1\r\n", nil), ("HTTP/1.1 200", nil),
        ] as [(String, UInt16?)])
    func answers(answer: String, status: UInt16?) {
        #expect(facts("GET / HTTP/1.1\r\n\r\n", answer).http?.status == status)
    }

    @Test("both sides of SSH introduce themselves, the server behind other lines perhaps")
    func banners() {
        let facts = facts("SSH-2.0-OpenSSH_9.2p1 Debian\r\nmore", "Authorized\u{7} users only\r\nSSH-2.0-x\u{1b}[31m\n")
        #expect(facts.ssh?.client == "SSH-2.0-OpenSSH_9.2p1 Debian")
        #expect(facts.ssh?.server == #"SSH-2.0-x\x1b[31m"#)
        #expect(self.facts("SSH-2.0-cut").ssh?.client == "SSH-2.0-cut")
        #expect(self.facts("", "SSH-2.0-only\r\n").recognised == .ssh)
        let long = self.facts("SSH-2.0-" + String(repeating: "a", count: 400)).ssh?.client
        #expect(long == "SSH-2.0-" + String(repeating: "a", count: 247) + "…")
    }

    private func startup(_ pairs: [String], version: UInt32 = 0x30000) -> [UInt8] {
        var body: [UInt8] = pairs.flatMap { text -> [UInt8] in Array(text.utf8) + [0] }
        body.append(0)
        return number(UInt32(body.count + 8)) + number(version) + body
    }

    private func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
    private var sslRequest: [UInt8] { number(8) + number(80_877_103) }
    private var gssRequest: [UInt8] { number(8) + number(80_877_104) }

    @Test("a start of PostgreSQL tells user, database and application, and no password is read")
    func start() {
        let pairs = ["user", "jane\n", "database", "orders", "application_name", "müller", "options", "-c x"]
        let password = [0x70] + number(10) + Array("secret".utf8)
        let facts = HandshakeReader.facts(client: startup(pairs) + password)
        #expect(facts.postgresql?.user == #"jane\x0a"#)
        #expect(facts.json == #""postgresql":{"user":"jane\\x0a","database":"orders","application":"müller"}"#)
        #expect(facts.postgresql?.encryption == nil)
        let long = HandshakeReader.facts(client: startup(["user", String(repeating: "u", count: 200)]))
        #expect(long.postgresql?.user == String(repeating: "u", count: 128) + "…")
        #expect(HandshakeReader.facts(client: startup(["user"])).postgresql?.isMalformed == true)
        #expect(HandshakeReader.facts(client: startup(["user", "a"]).dropLast(3) + []).postgresql?.user == nil)
    }

    @Test("the wishes to encrypt and their answers are told")
    func encryption() {
        let hello = HelloBuilder.records(HelloBuilder().message)
        let serverHello = HelloBuilder.records(HelloBuilder.serverHello(version: 0x0303, suite: 0x1301, chosen: 0x0304))
        let inside = HandshakeReader.facts(
            client: gssRequest + sslRequest + hello, server: Array("NS".utf8) + serverHello)
        #expect(inside.postgresql?.encryption == .accepted)
        #expect(inside.tls?.version == .tls13)
        #expect(inside.tls?.ja4 != nil)
        #expect(inside.client == .postgresql)
        let refused = HandshakeReader.facts(client: sslRequest + startup(["user", "a"]), server: Array("N".utf8))
        #expect(refused.postgresql?.encryption == .refused)
        #expect(refused.postgresql?.user == "a")
        #expect(HandshakeReader.facts(client: sslRequest).postgresql?.encryption == .requested)
        let sealed = HandshakeReader.facts(client: gssRequest + [0, 0, 9, 9] + hello, server: Array("G".utf8))
        #expect(sealed.postgresql?.encryption == .accepted)
        #expect(sealed.postgresql?.isMalformed == false)
        let cancel = HandshakeReader.facts(client: number(16) + number(80_877_102) + number(1) + number(2)).postgresql
        #expect(cancel?.isCancel == true)
        #expect(HandshakeReader.facts(client: sslRequest + sslRequest + sslRequest).postgresql?.isMalformed == true)
    }

    @Test(
        "what cannot be read is recognised, and nothing else is",
        arguments: [
            ("*1\r\n$4\r\nPING\r\n", .redis), ("*12\r\n$4", .redis), ("*1\r\n", nil), ("*x\r\n$4", nil),
            ("PING\r\n", nil),
            ("*12345678\r\n$4", nil), ("EHLO mail.test\r\n", nil), ("EHLO mail HTTPS/1\r\n", nil), ("\u{0}", nil),
            ("GE", nil), ("\u{16}\u{3}\u{1}\u{0}\u{1}\u{2}", nil), ("SSH", nil), ("\u{3}\u{0}\u{0}\u{13}", nil),
        ] as [(String, RecognisedProtocol?)])
    func recognised(client: String, spoken: RecognisedProtocol?) {
        #expect(facts(client).client == spoken)
    }

    @Test("a query for a name is DNS over UDP and TCP, and its answer too")
    func dns() {
        let query = hexadecimal("1234 0100 0001 0000 0000 0000 0161 0474657374 00 0001 0001")
        let answer = hexadecimal("1234 8180 0001 0000 0000 0000 0161 0474657374 00 0001 0001")
        var reader = HandshakeReader(transport: .udp, declared: [.known(.dns)])
        reader.take(.server, sequence: 0, payload: answer)
        #expect(reader.facts.server == .dns)
        reader.take(.client, sequence: 77, payload: query)
        #expect(reader.isFinished)
        #expect(reader.facts.client == .dns)
        #expect(reader.facts.unexpected == nil)
        #expect(HandshakeReader.facts(client: [0, UInt8(query.count)] + query).client == .dns)
        var other = HandshakeReader(transport: .udp, declared: [.known(.dns)])
        other.take(.client, sequence: 0, payload: Array("GET / HTTP/1.1\r\n".utf8))
        #expect(other.facts.unexpected == .unrecognised)
    }
}
