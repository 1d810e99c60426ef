import Policy
import Testing

/// Every mistake that must give an error at its exact line and column.
@Suite("Mistakes are reported where they stand")
struct LoaderMistakeTests {
    private static let start = "version: 1\nname: p\n"

    /// One rule in one port, with `keys` as further lines of the rule.
    private static func rule(_ keys: String, more: String = "") -> String {
        start
            + "ports:\n  - name: db\n    port: 5432\n    protocol: tcp\n    allow:\n      - name: all\n        \(keys)\n"
            + more
    }

    private static func port(_ keys: String) -> String {
        start + "ports:\n  - name: db\n    \(keys)\n    allow: [{ name: all, cidrs: [any] }]\n"
    }

    private static func window(
        zone: String = "UTC", days: String = "daily", hours: String = "\"08:00-18:00\"", except: String? = nil
    ) -> String {
        start + "windows:\n  w: { timezone: \(zone), days: [\(days)], hours: [\(hours)]"
            + (except.map { ", except: [\($0)]" } ?? "") + " }\n"
    }

    private static func test(_ keys: String) -> String {
        port("port: 5432\n    protocol: tcp") + "tests:\n  - { name: t, port: db, from: 10.0.0.1, \(keys) }\n"
    }

    @Test(
        "addresses",
        arguments: [
            rule("cidrs: [⟦PG032⟧10.0.0.0/33]"),
            rule("cidrs: [⟦PG031⟧10.0.256.0/24]"),
            rule("cidrs: [10.0.0.0/8, ⟦PG033⟧10.1.2.3/16]"),
            rule("cidrs: [⟦PG033⟧\"fd00::1/64\"]"),
            // IPv6 where only IPv4 can stand: an IPv6 prefix on an IPv4 address, and IPv4 written as IPv6.
            rule("cidrs: [⟦PG032⟧10.0.0.0/64]"),
            rule("cidrs: [⟦PG034⟧\"::ffff:10.0.0.1\"]"),
            rule("cidrs: [⟦PG032⟧\"fd00::/129\"]"),
            rule("cidrs: [⟦PG031⟧010.0.0.1]"),
            rule("cidrs: [⟦PG031⟧10.0.0]"),
            rule("cidrs: [⟦PG031⟧10.0.0.1-10.0.0.9]"),
            rule("cidrs: [⟦PG031⟧10.0.0.x]"),
            rule("cidrs: [⟦PG032⟧10.0.0.0/255.0.0.0]"),
            start + "networks: { lab: [⟦PG033⟧10.1.2.3/16] }\n",
            start + "networks: { lab: [⟦PG031⟧office], office: [10.0.0.0/8] }\n",
            test("expect: deny, ⟦PG010⟧form: 10.0.0.1"),
        ])
    func addresses(marked: String) { check(marked) }

    @Test(
        "unknown names",
        arguments: [
            start + "networks: { office: [10.0.0.0/8] }\n"
                + "ports: [{ name: a, port: 1, allow: [{ name: r, cidrs: [⟦PG043⟧ofice] }] }]\n",
            rule("identities: [⟦PG043⟧bob]"),
            rule("cidrs: [any]\n        windows: [⟦PG043⟧nights]"),
            rule("cidrs: [any]\n        requests: [⟦PG047⟧postgres]"),
            rule("cidrs: [any]\n        requests: [⟦PG047⟧http.GET]"),
            start
                + "ports: [{ name: a, port: 1, protocol: sctp, allow: [{ name: r, cidrs: [any], requests: [⟦PG075⟧dns] }] }]\n",
            start
                + "ports: [{ name: a, port: 1, protocol: udp, allow: [{ name: r, cidrs: [any], requests: [dns, ⟦PG075⟧ssh] }] }]\n",
            port("port: 1\n    protocol: udp\n    serves: ⟦PG075⟧ssh"),
            window(zone: "⟦PG046⟧Europe/Berln"),
            test("expect: deny, identity: ⟦PG043⟧bob"),
            test("expect: allow, by: ⟦PG043⟧al"),
            port("port: 1") + "tests: [{ name: t, port: ⟦PG043⟧bd, from: 10.0.0.1, expect: deny }]\n",
            start + "identities: { team: { members: [⟦PG043⟧bob] } }\n",
            port("port: 1\n    grants: { to: [⟦PG043⟧bob], longest: 2h }"),
            port("port: 1\n    serves: ⟦PG047⟧shh"),
        ])
    func unknownNames(marked: String) { check(marked) }

    @Test(
        "keys and shapes",
        arguments: [
            rule("⟦PG010⟧cidr: [any]\n        cidrs: [any]"),
            start + "⟦PG010⟧network: { lab: [10.0.0.0/8] }\n",
            "version: 1\nname: p\nports:\n  - ⟦PG012⟧port: 1\n",
            "version: 1\nname: p\nports:\n  - ⟦PG012⟧name: a\n",
            "⟦PG012⟧name: p\n",
            "⟦PG027⟧version: 1\n",
            "version: ⟦PG014⟧2\nname: p\n",
            "version:⟦PG011⟧\nname: p\n",
            "⟦PG011⟧- version: 1\n",
            "version: 1\nname: ⟦PG016⟧my policy\n",
            "version: 1\nname: ⟦PG016⟧-p\n",
            "version: 1\nname: ⟦PG011⟧[p]\n",
            "version: 1\nname: ⟦PG011⟧~\n",
            "version: 1\nname: ⟦PG011⟧\"\"\n",
            "version: 1\nname: p\nowner: ⟦PG015⟧|\n  a\n  b\n",
            rule("cidrs: ⟦PG011⟧any"),
            rule("cidrs: ⟦PG013⟧[]"),
            rule("cidrs: [⟦PG011⟧{ a: b }]"),
            rule("cidrs: [⟦PG011⟧\"\"]"),
            rule("cidrs: [⟦PG011⟧null]"),
            rule("identities: ⟦PG013⟧[]"),
            rule("cidrs: [any]\n        windows: ⟦PG013⟧[]"),
            rule("cidrs: [any]\n        requests: ⟦PG013⟧[]"),
            rule("cidrs: [any]\n        windows:⟦PG011⟧"),
            port("port: 1\n    protocol: ⟦PG013⟧[]"),
            start + "ports:\n  - name: a\n    port: 1\n    allow: ⟦PG013⟧[]\n",
            start + "networks: ⟦PG013⟧{}\n",
            start + "networks: { lab: ⟦PG013⟧[] }\n",
            start + "networks: { lab: ⟦PG011⟧10.0.0.0/8 }\n",
            start + "networks: { lab: ⟦PG012⟧{ ⟦PG010⟧fil: x } }\n",
            start + "networks: { ⟦PG042⟧any: [10.0.0.0/8], ⟦PG042⟧10.0.0.1: [10.0.0.0/8], ⟦PG016⟧a b: [10.0.0.0/8] }\n",
            start + "identities: { a: ⟦PG018⟧{} }\n",
            start + "identities: { a: ⟦PG018⟧{ session: { user: a }, addresses: [10.0.0.0/8] } }\n",
            start + "identities: { a: { process: ⟦PG018⟧{} } }\n",
            start + "ports:\n  - name: a\n    port: 1\n    allow: [{ name: ⟦PG044⟧all, windows: [w] }]\nwindows:\n"
                + "  w: { timezone: UTC, days: [daily], hours: [\"08:00-09:00\"] }\n",
            start + "signatures: { ⟦PG042⟧tls: [{ offset: 0, bytes: \"00\" }] }\n",
            test("expect: deny, identity: a, identities: [a]")
                .replacing("  - { name: t", with: "  - ⟦PG018⟧{ name: t")
                + "identities: { a: { session: { user: a } } }\n",
            port("port: 1\n    otherwise: ⟦PG014⟧rejct"),
            port("port: 1\n    mode: ⟦PG014⟧Enforce"),
        ])
    func shapes(marked: String) { check(marked) }

    @Test(
        "numbers, and what YAML would retype",
        arguments: [
            "70000", "0", "0x50", "+80", "8_0", "1e3", "0o17", "080", "\" 080\"", "80.0", "http", "no", "-1", "80-",
            "1-2-3",
            "12:30:45", "99999999999999999999",
        ])
    func ports(text: String) {
        check(Self.port("port: ⟦PG050⟧\(text)"))
        check(Self.port("port: [1, ⟦PG050⟧\(text)]"))
    }

    @Test(
        "values",
        arguments: [
            port("port: ⟦PG051⟧9000-8000"),
            port("port: 1\n    protocol: ⟦PG014⟧tpc"),
            port("port: 1\n    log: { denied: ⟦PG060⟧10/second }"),
            rule("cidrs: [any]\n        rate: ⟦PG060⟧0/second per source"),
            rule("cidrs: [any]\n        rate: ⟦PG060⟧1e3/second per source"),
            rule("cidrs: [any]\n        expires: ⟦PG058⟧2026-02-30"),
            rule("cidrs: [any]\n        expires: ⟦PG058⟧soon"),
            rule("cidrs: [any]\n        expires: ⟦PG059⟧2026-02-28T10:00"),
            window(days: "⟦PG056⟧foo"),
            window(days: "⟦PG056⟧mon-mon"),
            window(days: "⟦PG056⟧Monday"),
            window(hours: "⟦PG057⟧\"25:00-26:00\""),
            window(hours: "⟦PG057⟧\"08:00-08:00\""),
            window(hours: "⟦PG057⟧08:00"),
            window(hours: "⟦PG057⟧12:30:45"),
            window(hours: "⟦PG057⟧8:00-9:00"),
            window(except: "⟦PG058⟧2026-02-30"),
            start + "defaults: { log-group: ⟦PG054⟧70000 }\n",
            start + "defaults: { mark-mask: ⟦PG062⟧0xff00ff00 }\n",
            start + "defaults: { mark-mask: ⟦PG062⟧0x0f }\n",
            start + "defaults: { mark-mask: ⟦PG062⟧0xfff000000 }\n",
            start + "defaults: { retention: ⟦PG061⟧90 }\n",
            start + "identities: { a: { ipsec: { reqid: ⟦PG054⟧0 } } }\n",
            start + "identities: { a: { process: { user: ⟦PG066⟧a b } } }\n",
            start + "identities: { a: { process: { cgroup: ⟦PG066⟧/system.slice } } }\n",
            start + "identities: { a: { link: { mac: ⟦PG066⟧02:00 } } }\n",
            start + "identities: { a: { link: { interface: ⟦PG066⟧eth/0 } } }\n",
            start + "signatures: { s: [{ offset: ⟦PG054⟧256, bytes: \"00\" }] }\n",
            start + "signatures: { s: [{ offset: 0, bytes: ⟦PG063⟧\"0\" }] }\n",
            start + "signatures: { s: [{ offset: 0, bytes: \"0f\", mask: ⟦PG064⟧\"f0f0\" }] }\n",
            start + "signatures: { ⟦PG067⟧s: [{ offset: 0, bytes: \"0102\" }, { offset: 1, bytes: \"03\" }] }\n",
            start + "signatures: { ⟦PG068⟧s: [{ offset: 0, bytes: \"00\", mask: \"00\" }] }\n",
            start + "signatures: { s: [{ offset: 0, bytes: ⟦PG065⟧\"0f\", mask: \"f0\" }] }\n",
            port("port: 1\n    grants: { to: [a], longest: ⟦PG061⟧31d }")
                + "identities: { a: { session: { user: a } } }\n",
            test("expect: deny, number: ⟦PG072⟧80"),
            test("expect: deny, protocol: ⟦PG072⟧udp"),
            test("expect: deny, by: ⟦PG073⟧all"),
            test("expect: deny, request: ⟦PG074⟧any"),
            test("expect: deny, at: ⟦PG059⟧2026-11-23T10:00"),
            port("port: 1") + "tests: [{ name: t, port: db, from: ⟦PG032⟧10.0.0.0/8, expect: deny }]\n",
        ])
    func values(marked: String) { check(marked) }

    @Test(
        "what declarations mean together",
        arguments: [
            start + "ports:\n  - { name: a, port: 80 }\n  - { name: b, port: ⟦PG070⟧79-81, protocol: udp }\n",
            start
                + "ports:\n  - { name: a, port: 80, protocol: tcp }\n  - { name: ⟦PG040⟧a, port: 81, protocol: udp }\n",
            rule(
                "cidrs: [10.0.0.0/8]\n        identities: ⟦PG071⟧[a]",
                more: "identities: { a: { process: { user: a } } }\n"),
            rule("cidrs: [any]\n        identities: ⟦PG071⟧[a]", more: "identities: { a: { process: { user: a } } }\n"),
            rule(
                "cidrs: [10.0.0.0/8]\n        identities: ⟦PG071⟧[a, b]",
                more: "identities: { a: { addresses: [192.0.2.0/24] }, b: { members: [a] } }\n"),
            start
                + "identities:\n  ⟦PG045⟧a: { members: [b] }\n  ⟦PG045⟧b: { members: [c] }\n  c: { members: [b, a] }\n",
            start + "identities: { ⟦PG045⟧a: { members: [a] } }\n",
        ])
    func meaning(marked: String) { check(marked) }

    @Test(
        "text that is no policy",
        arguments: [
            start + "ports:\n⟦PG004⟧\t- name: a\n",
            start + "owner: ⟦PG005⟧\"team\n",
            start + "⟦PG006⟧name: q\n",
            start + "networks:\n  lab: [10.0.0.0/8]\n  ⟦PG006⟧lab: [192.0.2.0/24]\n",
            start + "owner: a⟦PG003⟧\u{0}b\n",
        ])
    func text(marked: String) { check(marked) }

    @Test("bytes that are not UTF-8, and files beyond the limits")
    func bytes() {
        var folder = LoaderFolder()
        folder.add("policy.yaml", bytes: Array(Self.start.utf8) + Array("owner: ".utf8) + [0xff, 0x0a])
        #expect(folder.reported() == ["policy.yaml:3:8 PG002"])
        folder.add("policy.yaml", bytes: Array(repeating: UInt8(ascii: "["), count: 2_000_000))
        #expect(folder.reported().last?.hasSuffix("PG009") == true)
        #expect(folder.load(limits: LoadLimits(fileBytes: 1_000_000)).diagnostics.map(\.code) == ["PG021"])
    }

    @Test("a rule without a source is told what to write")
    func noSource() throws {
        let text = Self.start + "ports: [{ name: a, port: 1, allow: [{ name: all }] }]\n"
        let finding = try #require(LoaderFolder(text).load().diagnostics.first)
        #expect(finding.code == "PG044")
        #expect(finding.message.hasSuffix("write cidrs: [any] if everyone is meant"))
    }

    @Test("several mistakes are reported in one pass, in the order of the text")
    func onePass() {
        check(
            """
            version: 1
            name: p
            networks: { lab: [⟦PG033⟧10.1.2.3/8] }
            ports:
              - name: a
                port: ⟦PG051⟧2-1
                allow:
                  - name: r
                    cidrs: [lab, ⟦PG043⟧lob]
                    ⟦PG010⟧window: [w]
                  - ⟦PG012⟧cidrs: [⟦PG043⟧lob]

            """)
    }

    /// Checks that exactly the marked reports are made.
    private func check(_ marked: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        let folder = LoaderFolder(marked)
        let result = folder.load()
        #expect(
            folder.reported() == folder.expected, "\(folder["policy.yaml"])\(result.diagnostics.map(\.message))",
            sourceLocation: sourceLocation)
        #expect(result.policy == nil, sourceLocation: sourceLocation)
    }
}
