import Glibc
import Policy
import TestSupport
import Testing

@testable import Gate

/// The register of sessions, and what is read of it.
@Suite("SessionRegister")
struct SessionRegisterTests {
    @Test("a session is listed as long as its process holds it, in its own network namespace only")
    func life() throws {
        try ScratchNetworkNamespace.run {
            let entry = SessionEntry(
                account: 1001, source: try IPAddress(parsing: "10.0.0.5"), process: 7, since: GateSample.now)
            let six = SessionEntry(
                account: 4_294_967_294,
                source: try IPAddress(parsing: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), process: 4_194_304,
                since: GateSample.now)
            let descriptors = [try SessionRegister.enter(entry), try SessionRegister.enter(six)]
            #expect(try SessionRegister.entries() == [entry, six])
            close(descriptors[0])
            #expect(try SessionRegister.entries() == [six])
            close(descriptors[1])
            #expect(try SessionRegister.entries().isEmpty)
        }
    }

    @Test(
        "a name that others bind, or that is no session's, counts for nothing",
        arguments: [
            ("portgate-session/1001/10.0.0.5/7/1795262400", 1002, false),
            ("portgate-session/1001/10.0.0.5/7/1795262400", 1001, true),
            ("portgate-session/1001/10.0.0.5/7/1795262400", 0, true),
            ("portgate-session/1001/10.0.0.5/7", 1001, false), ("portgate-session/1001/nowhere/7/1", 1001, false),
            ("portgate-session/1001/10.0.0.5/-7/1", 1001, false), ("portgate-session/1001/10.0.0.5/7/-1", 1001, false),
            ("other/1001/10.0.0.5/7/1", 1001, false), ("", 0, false),
        ] as [(String, UInt32, Bool)])
    func names(name: String, owner: UInt32, isSession: Bool) {
        let entry = SessionEntry(name: name, owner: owner)
        #expect((entry != nil) == isSession)
        if let entry { #expect(entry.name == name) }
    }

    @Test("short and foreign answers of the kernel are no sessions")
    func malformed() {
        #expect(SessionRegister.entry(in: []) == nil)
        #expect(SessionRegister.entry(in: [UInt8](repeating: 0, count: 16)[...]) == nil)
        #expect(SessionRegister.entry(in: [UInt8](repeating: 0xff, count: 40)[...]) == nil)
    }

    @Test("what sessions prove is read from the facts and the rules of the live table")
    func scope() throws {
        try ScratchNetworkNamespace.run {
            #expect(try SessionScope.live() == nil)
            try NftTool.run(
                """
                table inet portgate {
                    set pg_i4_ops { type ipv4_addr; flags timeout; }
                    set pg_i6_ops { type ipv6_addr; flags timeout; }
                    set pg_i4_ops2 { type ipv4_addr; flags timeout; }
                    chain pg_about { return comment "policy x"; return comment "session ops user alice"; }
                    chain pg_p_db {
                        ip saddr @pg_i4_ops accept comment "db/team a.yaml:9"
                        ip6 saddr @pg_i6_ops accept comment "db/team a.yaml:9"
                        ip saddr @pg_i4_ops2 accept comment "db/others a.yaml:12"
                    }
                    chain pg_p_web { ip saddr @pg_i4_ops tcp dport 80 accept comment "web/ops b.yaml:3"; }
                }
                """)
            let scope = try #require(try SessionScope.live())
            #expect(scope.entries.map(\.identity.text) == ["ops"])
            #expect(scope.of(user: "alice").first?.rules == ["db/team", "web/ops"])
            #expect(scope.of(user: "ops").isEmpty)
            // And what the kernel has of it.
            let source = try IPAddress(parsing: "10.0.0.5")
            let entry = SessionEntry(account: geteuid(), source: source, process: getpid(), since: GateSample.now)
            try KernelDoor.change(
                [
                    SetChange(
                        scope.entries[0].set(isIPv6: false),
                        added: [SetElement(UInt32(0x0a00_0005), timeoutMilliseconds: 45_000)])
                ],
                expecting: nil)
            let registered = try SessionRegister.enter(entry)
            defer { close(registered) }
            let overview = try SessionOverview.read(scope, door: .live())
            let line = try #require(overview.lines.first)
            #expect(overview.lines.count == 1)
            #expect(line.source == source)
            #expect(line.sharedWith == [Account.words(geteuid())])
            #expect(line.sessions.isEmpty, "the session is of another account than the identity")
            #expect(try #require(line.remainingMilliseconds) <= 45_000)
            #expect(overview.findings.map(\.code) == ["PG478"])
            #expect(overview.text.first?.contains("address shared with") == true)
        }
    }

    @Test("user data that is cut short holds no comment")
    func userData() {
        #expect(LiveRule.comment(inUserData: [0, 3, 0x61, 0x62, 0]) == "ab")
        #expect(LiveRule.comment(inUserData: [1, 1, 9, 0, 2, 0x61, 0]) == "a")
        #expect(LiveRule.comment(inUserData: [0, 9, 0x61]) == "")
        #expect(LiveRule.comment(inUserData: [0]) == "")
    }
}
