import Foundation
import Nftables
import Policy
import TestSupport
import Testing

@testable import Compiler

/// Which first bytes each request type admits: real clients and servers, and mutations of what they say judged a second time.
@Suite struct RequestMatcherTests {
    static let types = [
        "tls", "tls1.2+", "http", "http.get", "http.post", "http.delete", "http.get:/metrics", "http:/metrics",
        "http:/",
        "http.get:/a-path-of-more-than-sixteen-characters", "ssh", "postgresql", "postgresql.tls", "redis", "redis:get",
        "redis:get,set,mget", "redis:nosuchcommand", "dns",
    ]

    /// What each recorded client speaks, of ``types``; by the beginning of its name, the first that fits.
    static let spoken: [(String, Set<String>)] = [
        ("curl-get", ["http", "http.get", "http.get:/metrics", "http:/metrics", "http:/"]),
        ("curl-h2c-upgrade", ["http", "http.get", "http.get:/metrics", "http:/metrics", "http:/"]),
        ("python-http", ["http", "http.get", "http.get:/metrics", "http:/metrics", "http:/"]),
        ("curl-post", ["http", "http.post", "http:/metrics", "http:/"]),
        ("curl-form", ["http", "http.post", "http:/"]),
        ("curl-delete", ["http", "http.delete", "http:/metrics", "http:/"]),
        ("curl-root", ["http", "http.get", "http:/"]),
        ("curl-proxy", ["http", "http.get"]),
        ("curl-connect", ["http"]),
        ("curl-https", ["tls", "tls1.2+"]),
        // The preface of HTTP/2 is no request of HTTP/1.
        ("curl-h2", []),
        ("curl-", ["http", "http:/metrics", "http:/"]),
        ("openssl-tls1_2", ["tls", "tls1.2+"]), ("openssl-tls1_3", ["tls", "tls1.2+"]),
        ("openssl-tls1", ["tls"]),
        ("openssl", ["tls", "tls1.2+"]), ("python-tls", ["tls", "tls1.2+"]),
        ("ssh", ["ssh"]),
        ("psql-ssl", ["postgresql", "postgresql.tls"]), ("pg_isready", ["postgresql", "postgresql.tls"]),
        ("gssenc", ["postgresql", "postgresql.tls"]), ("psql-", ["postgresql"]),
        ("redis-get", ["redis", "redis:get", "redis:get,set,mget"]),
        ("redis-set", ["redis", "redis:get,set,mget"]), ("redis-mget", ["redis", "redis:get,set,mget"]),
        ("redis-unknown", ["redis", "redis:nosuchcommand"]), ("redis-", ["redis"]),
        ("dig-", ["dns"]),
    ]

    @Test("a real client is admitted as what it speaks and as nothing else")
    func realClients() throws {
        let clients = try RecordedPayload.all().filter(\.isClient)
        #expect(clients.count >= 45)
        for client in clients {
            let expected = try #require(Self.spoken.first { client.name.hasPrefix($0.0) }, "\(client.name)").1
            let admitted = try Self.types.filter { try matcher($0, client.transport).admits(client.bytes) }
            #expect(Set(admitted) == expected, "\(client.name)")
        }
    }

    @Test("a real server is what it serves")
    func realServers() throws {
        let servers = try RecordedPayload.all().filter { !$0.isClient }
        #expect(servers.count >= 40)
        for server in servers {
            guard let client = Self.spoken.first(where: { server.name.hasPrefix($0.0) })?.1 else { continue }
            for type in ["tls", "http", "ssh", "postgresql", "redis", "dns"] {
                // A server that does not know HTTP/2 answers with a page; that S stands for itself and for SSH is the
                // weakness of a protocol that answers with one letter.
                if server.name.hasPrefix("ssh"), type == "postgresql" { continue }
                let admits = RequestMatcher(serverSpeaks: try RequestType(parsing: type), over: server.transport)
                    .admits(server.bytes)
                #expect(admits == client.contains(type), "\(server.name) as \(type)")
            }
        }
    }

    @Test("what is admitted agrees with regular expressions, on mutations of real payloads", arguments: [1, 2, 3])
    func agreesWithRegularExpressions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let recorded = try RecordedPayload.all()
        var questions: [PayloadJudge.Question] = []
        var answers: [Bool] = []
        for payload in recorded {
            for _ in 0..<12 {
                let bytes = Self.mutated(payload.bytes, using: &random)
                for type in Self.types {
                    let parsed = try RequestType(parsing: type)
                    for transport in [TransportProtocol.tcp, .udp] {
                        questions.append(
                            .init(isClient: payload.isClient, type: type, transport: transport, bytes: bytes))
                        let matcher =
                            payload.isClient
                            ? RequestMatcher(clientSpeaks: [parsed], over: transport)
                            : RequestMatcher(serverSpeaks: parsed, over: transport)
                        answers.append(matcher.admits(bytes))
                    }
                }
            }
        }
        let judged = try PayloadJudge.answers(to: questions)
        try #require(judged.count == answers.count)
        for (question, (answer, judgement)) in zip(questions, zip(answers, judged)) where answer != judgement {
            Issue.record("seed \(seed): \(question): \(answer), Python says \(judgement)")
        }
        #expect(answers.count(where: \.self) > 500)
    }

    /// Cuts, flips bits, changes letters' case, drops and repeats bytes, mostly near the beginning.
    private static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 0...2, using: &random) where !result.isEmpty {
            let index = min(Int.random(in: 0..<24, using: &random), result.count - 1)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: result.removeLast(result.count - index)
            case 1: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: result[index] ^= 0x20
            case 3: result.remove(at: index)
            case 4: result.insert(result[index], at: index)
            default: result[index] = UInt8.random(in: 0...255, using: &random)
            }
        }
        return result
    }

    @Test("several types admit what any of them does, and `any` admits everything")
    func unions() throws {
        let both = RequestMatcher(clientSpeaks: [.ssh, .tls], over: .tcp)
        #expect(both.admits(Array("SSH-2.0-x".utf8)))
        #expect(!both.admits(Array("GET / HTTP/1.1".utf8)))
        #expect(RequestMatcher(clientSpeaks: [.ssh, .any], over: .tcp).alternatives == [[]])
        #expect(RequestMatcher(clientSpeaks: [.postgresql, .postgresqlTLS], over: .tcp).alternatives.count == 4)
    }

    @Test("where the kernel sees no payload of a type, nothing is admitted", arguments: TransportProtocol.allCases)
    func otherTransports(transport: TransportProtocol) throws {
        for text in Self.types {
            let type = try RequestType(parsing: text)
            #expect(
                RequestMatcher(clientSpeaks: [type], over: transport).alternatives.isEmpty
                    == !type.transports.contains(transport))
        }
        #expect(RequestMatcher(clientSpeaks: [.any], over: transport).alternatives == [[]])
    }

    @Test(
        "the shortest payload that can be judged",
        arguments: [
            ("http.get", 4), ("http", 4), ("http.get:/metrics", 12), ("ssh", 8), ("tls", 10), ("tls1.2+", 11),
            ("postgresql.tls", 8), ("postgresql", 6), ("redis", 6), ("redis:get", 13), ("dns", 10), ("any", 0),
        ])
    func minimumLength(type: String, length: Int) throws {
        let matcher = try matcher(type, .tcp)
        #expect(matcher.minimumLength == length)
        let probe = matcher.longEnough
        #expect((probe == nil) == (length == 0))
        guard let probe else { return }
        #expect(probe.holds(for: [UInt8](repeating: 7, count: length)))
        #expect(!probe.holds(for: [UInt8](repeating: 7, count: length - 1)))
    }

    @Test("a signature's parts are compared together, and one that is not declared admits nothing")
    func signatures() throws {
        let policy = try Gates.policy(
            """
            version: 1
            name: s
            signatures:
              rpc: [{ offset: 0, bytes: "52 50" }, { offset: 4, bytes: "10", mask: "f0" }]
              far: [{ offset: 250, bytes: "000102030405060708090a" }, { offset: 255, bytes: "05060708090a0b0c0d0e0f1011121314" }]

            """)
        let name = try #require(Name("rpc"))
        let rpc = RequestMatcher(clientSpeaks: [.signature(name)], over: .udp, signatures: policy.signatures)
        #expect(
            rpc.alternatives == [
                [PayloadMatch(offset: 0, mask: [0xff, 0xff, 0, 0, 0xf0], bytes: [0x52, 0x50, 0, 0, 0x10])]
            ])
        #expect(rpc.admits([0x52, 0x50, 9, 9, 0x1f]))
        #expect(!rpc.admits([0x52, 0x50, 9, 9, 0x2f]))
        #expect(!rpc.admits([0x52, 0x50, 9, 9]))
        let far = RequestMatcher(
            clientSpeaks: [.signature(try #require(Name("far")))], over: .tcp, signatures: policy.signatures)
        #expect(far.alternatives.first?.map(\.offset) == [250, 255])
        #expect(far.admits([UInt8](repeating: 0, count: 250) + (0...20).map { UInt8($0) }))
        #expect(RequestMatcher(clientSpeaks: [.signature(name)], over: .tcp).alternatives.isEmpty)
    }

    @Test("every comparison is one that nft takes, and no two of them would be joined", arguments: types)
    func comparisons(type: String) throws {
        for transport in [TransportProtocol.tcp, .udp] {
            for alternative in try matcher(type, transport).alternatives {
                #expect(!alternative.isEmpty)
                for (one, next) in zip(alternative, alternative.dropFirst()) {
                    #expect(one.end <= next.offset)
                    #expect(one.end < next.offset || one.bytes.count + next.bytes.count > PayloadMatch.greatestCount)
                }
            }
        }
        let longest = "http.baseline:/" + String(repeating: "x", count: 199)
        #expect(try matcher(longest, .tcp).alternatives.first?.last?.end == 209)
    }

    private func matcher(_ text: String, _ transport: TransportProtocol) throws -> RequestMatcher {
        RequestMatcher(clientSpeaks: [try RequestType(parsing: text)], over: transport)
    }
}
