import Policy
import Testing

@testable import Gate

/// What may be granted.
@Suite("GrantLimits")
struct GrantLimitsTests {
    static let policy: Policy = {
        let span = SourceSpan(file: 0, line: 1, column: 1)
        func identity(_ name: String, _ proof: IdentityProof) -> Identity {
            Identity(name: GateSample.name(name), span: span, proof: proof)
        }
        func name(_ text: String) -> Name { GateSample.name(text) }
        var port = GateSample.port("db", 5432)
        port.grants = GrantSettings(to: [name("dba")], longestSeconds: 7_200, ticketRequired: true, span: span)
        var web = GateSample.port("web", 443)
        web.grants = GrantSettings(to: [name("alice")], longestSeconds: 60, ticketRequired: false, span: span)
        var policy = GateSample.policy([port, web, GateSample.port("ssh", 22)])
        policy.identities = [
            identity("alice", .session(user: "alice")), identity("bob", .session(user: "bob")),
            identity("dba", .members([name("leads"), name("carol")])), identity("leads", .members([name("alice")])),
            identity("carol", .session(user: "carol")),
        ]
        return policy
    }()

    static func request(
        _ identity: String = "alice", _ port: String = "db", seconds: Int = 1_800, ticket: String? = "INC-7",
        from source: String = "10.0.0.5"
    ) throws -> Grant.Request {
        Grant.Request(
            identity: GateSample.name(identity), port: GateSample.name(port), source: try CIDR(parsing: source),
            seconds: seconds, reason: "because", ticket: ticket)
    }

    @Test("those whom the port names, and their members at any depth, are let in")
    func admitted() throws {
        let limits = GrantLimits(Self.policy)
        for identity in ["dba", "leads", "alice", "carol"] { try limits.check(Self.request(identity)) }
        try limits.check(Self.request("alice", "web", seconds: 60, ticket: nil))
        #expect(limits.objection(to: try Self.request()) == nil)
    }

    @Test(
        "PG428: what the policy does not allow is refused, and it says what is allowed",
        arguments: [
            ("bob", "db", 60, "INC-7", "takes no grants to bob"), ("eve", "db", 60, "INC-7", "no identity eve"),
            ("alice", "db", 7_201, "INC-7", "2h1s is too long"), ("alice", "db", 60, nil, "asks for a ticket"),
            ("alice", "ssh", 60, "INC-7", "port ssh takes no grants"), ("alice", "x", 60, "INC-7", "no port x"),
        ] as [(String, String, Int, String?, String)])
    func refused(identity: String, port: String, seconds: Int, ticket: String?, words: String) throws {
        let request = try Self.request(identity, port, seconds: seconds, ticket: ticket)
        let failure = #expect(throws: GateFailure.self) { try GrantLimits(Self.policy).check(request) }
        #expect(failure?.diagnostic.code == "PG428")
        #expect(failure?.exit == .refused)
        #expect(failure?.diagnostic.message.contains(words) == true, "\(failure?.diagnostic.message ?? "")")
        let allowed = failure?.diagnostic.notes.first?.message ?? ""
        #expect(
            allowed.contains(port == "db" ? "to dba, for at most 2h, ticket required" : "to port db, web"), "\(allowed)"
        )
    }

    @Test(
        "PG429: sources that are nearly everybody are refused, and wide ones unless that is asked for",
        arguments: [
            ("0.0.0.0/0", true, false), ("10.0.0.0/7", true, false), ("::/0", true, false), ("fd00::/15", true, false),
            ("10.0.0.0/8", false, false), ("10.0.0.0/8", true, true), ("10.0.0.0/23", false, false),
            ("10.0.0.0/24", false, true), ("fd00::/64", false, true), ("fd00::/63", false, false),
            ("fd00::/16", true, true), ("127.0.0.1", true, false), ("::1", true, false),
        ])
    func widths(source: String, wide: Bool, isFine: Bool) throws {
        let source = try CIDR(parsing: source)
        if isFine { return try GrantLimits.check(source, wide: wide) }
        let failure = #expect(throws: GateFailure.self) { try GrantLimits.check(source, wide: wide) }
        #expect(failure?.diagnostic.code == "PG429")
    }

    @Test(
        "texts that cannot be shown as they are are refused",
        arguments: [
            "", "   ", "a\nb", "a\u{1b}[31mb", "a\0b", "a\u{202e}b", "a\u{2028}b", "a\u{85}b",
            String(repeating: "é", count: 201),
        ])
    func texts(text: String) { #expect(GrantLimits.fault(inText: text) != nil) }

    @Test("texts of every language are taken")
    func fine() {
        for text in ["INC-7: Störung", "障害対応", "🔥", String(repeating: "a", count: 400)] {
            #expect(GrantLimits.fault(inText: text) == nil)
        }
    }

    @Test("seconds in words", arguments: [(0, "0s"), (59, "59s"), (3_600, "1h"), (90_061, "1d1h1m1s"), (1_800, "30m")])
    func words(seconds: Int, words: String) { #expect(GrantLimits.words(seconds) == words) }
}
