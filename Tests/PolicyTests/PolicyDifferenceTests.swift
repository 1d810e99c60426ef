import Testing

@testable import Policy

@Suite("PolicyDifference")
struct PolicyDifferenceTests {
    static let now = SamplePolicy.at("2026-11-21T12:00Z")

    /// A policy with one port.
    static func policy(
        _ rules: String, port: String = "port: 5432, protocol: tcp", name: String = "db", rest: String = ""
    ) throws -> Policy {
        try PolicyDifferencePropertyTests.load(
            "version: 1\nname: p\n" + rest + "ports:\n  - { name: \(name), \(port), allow: [\(rules)] }\n")
    }

    static func difference(_ old: Policy, _ new: Policy) -> PolicyDifference {
        PolicyDifference(from: old, to: new, at: now)
    }

    static let names = """
        networks:
          office: [10.20.0.0/16, "fd00:20::/48"]
        identities:
          alice: { session: { user: alice } }
          bob: { session: { user: bob } }
          both: { members: [alice, bob] }
          api: { addresses: [10.30.0.0/28] }
          root: { process: { user: 0 } }
          wheel: { process: { user: 0, group: 10 } }
        windows:
          day: { timezone: UTC, days: [mon-fri], hours: ["08:00-18:00"] }
          half: { timezone: Africa/Abidjan, days: [fri, mon, tue-thu], hours: ["12:00-18:00", "08:00-12:00"] }
        signatures:
          rpc: [{ offset: 0, bytes: "52 50" }]
          same: [{ offset: 0, bytes: "52 50" }]

        """

    @Test(
        "what is written differently and means the same is no change",
        arguments: [
            (
                "{ name: a, cidrs: [office] }",
                "{ name: other, cidrs: [\"fd00:20::/48\", 10.20.128.0/17, 10.20.0.0/17] }"
            ),
            (
                "{ name: a, cidrs: [10.1.0.0/24] }, { name: b, cidrs: [10.2.0.0/24] }",
                "{ name: b, cidrs: [10.2.0.0/24, 10.1.0.0/24] }"
            ),
            ("{ name: a, cidrs: [office], windows: [day] }", "{ name: a, cidrs: [office], windows: [half] }"),
            ("{ name: a, cidrs: [office], windows: [day] }", "{ name: a, cidrs: [office], windows: [day, half] }"),
            (
                "{ name: a, cidrs: [office], identities: [both] }",
                "{ name: a, cidrs: [office], identities: [bob] }, { name: b, cidrs: [office], identities: [alice] }"
            ),
            ("{ name: a, identities: [api] }", "{ name: a, cidrs: [10.30.0.0/28] }"),
            ("{ name: a, identities: [root] }", "{ name: a, identities: [root, wheel] }"),
            ("{ name: a, cidrs: [office], requests: [rpc] }", "{ name: a, cidrs: [office], requests: [same] }"),
            (
                "{ name: a, cidrs: [office], requests: [\"redis:get,set\"] }",
                "{ name: a, cidrs: [office], requests: [\"redis:set\", \"redis:get\"] }"
            ),
            ("{ name: a, cidrs: [office], requests: [tls] }", "{ name: a, cidrs: [office], requests: [tls, tls1.2+] }"),
            ("{ name: a, cidrs: [office] }", "{ name: a, cidrs: [office], reason: X-1 }"),
            (
                "{ name: a, cidrs: [office] }",
                "{ name: a, cidrs: [office] }, { name: b, cidrs: [10.20.1.0/24], requests: [tls] }"
            ),
            (
                "{ name: a, cidrs: [office], rate: 1/second per source }",
                "{ name: a, cidrs: [office], rate: 60/minute per source }"
            ),
            ("{ name: a, cidrs: [office], expires: 2026-01-01 }", "{ name: a, cidrs: [office], expires: 2026-02-02 }"),
            (
                "{ name: a, cidrs: [office], expires: 2040-01-01, windows: [half] }",
                "{ name: a, cidrs: [office], expires: 2040-01-01, windows: [day] }"
            ),
        ])
    func unchanged(old: String, new: String) throws {
        let (old, new) = (
            try Self.policy(old, rest: Self.names), try Self.policy(new, name: "renamed", rest: Self.names)
        )
        for difference in [Self.difference(old, new), Self.difference(new, old)] {
            #expect(difference.isUnchanged, "\(difference.ports)")
            #expect(difference.ports.isEmpty)
        }
    }

    /// The one change between two lists of rules.
    static func only(_ old: String, _ new: String) throws -> AccessChange {
        let difference = difference(try policy(old, rest: names), try policy(new, rest: names))
        let changes = difference.ports.flatMap(\.changes)
        try #require(changes.count == 1, "\(changes)")
        return changes[0]
    }

    @Test("who gains is named exactly")
    func sources() throws {
        let change = try Self.only("{ name: a, cidrs: [10.0.0.0/24] }", "{ name: a, cidrs: [10.0.0.0/23, loopback] }")
        #expect(change.direction == .widened)
        #expect(change.sources == SourceSet(SamplePolicy.set("10.0.1.0/24").union(.ownHost)))
        #expect(change.time.isAlways)
        #expect(change.causes.map(\.rule.text) == ["a"])
        #expect(change.witness?.new.source == SamplePolicy.address("10.0.1.1"))
    }

    @Test(
        "when is said in civil words, in moments where there are none",
        arguments: [
            ("windows: [day]", "", "mon-fri 00:00-08:00, 18:00-24:00, sat-sun 00:00-24:00 UTC"),
            ("expires: 2026-12-01", "", "from 2026-12-02T00:00Z on"),
            ("expires: 2030-01-01", "expires: 2031-01-01", "from 2030-01-02T00:00Z until 2031-01-02T00:00Z"),
            ("expires: 2030-01-01", "", "from 2030-01-02T00:00Z on"),
            ("expires: 2026-12-01", "expires: 2026-12-10", "from 2026-12-02T00:00Z until 2026-12-11T00:00Z"),
            (
                "windows: [day], expires: 2030-01-01", "windows: [day], expires: 2031-01-01",
                "from 2030-01-02T00:00Z until 2031-01-02T00:00Z, in window day (mon-fri 08:00-18:00 UTC)"
            ),
        ])
    func time(old: String, new: String, words: String) throws {
        func rule(_ text: String) -> String { "{ name: a, cidrs: [office]\(text.isEmpty ? "" : ", \(text)") }" }
        let change = try Self.only(rule(old), rule(new))
        #expect(change.direction == .widened)
        #expect(change.time.words == words)
        #expect(change.witness != nil)
        #expect(try Self.only(rule(new), rule(old)).direction == .narrowed)
    }

    @Test("a window of the policies is called by its name")
    func window() throws {
        let change = try Self.only(
            "{ name: a, cidrs: [office] }",
            "{ name: a, cidrs: [office] }, { name: b, cidrs: [10.9.0.0/16], windows: [day] }")
        #expect(change.time.window?.text == "day")
        #expect(change.time.words == "in window day (mon-fri 08:00-18:00 UTC)")
        #expect(change.time.examples.first == SamplePolicy.at("2026-11-23T08:00Z"))
    }

    @Test("proofs, requests and rates are dimensions of their own")
    func dimensions() throws {
        let proof = try Self.only(
            "{ name: a, cidrs: [office], identities: [alice] }", "{ name: a, cidrs: [office], identities: [both] }")
        #expect(proof.holders.map(\.proof) == [.session(user: "bob")])
        #expect(proof.witness?.new.identities == [SamplePolicy.name("bob")])
        let anybody = try Self.only("{ name: a, cidrs: [office], identities: [alice] }", "{ name: a, cidrs: [office] }")
        #expect(anybody.holders.isEmpty && anybody.exceptHolders.map(\.proof) == [.session(user: "alice")])
        let request = try Self.only(
            "{ name: a, cidrs: [office], requests: [tls1.2+] }", "{ name: a, cidrs: [office], requests: [tls, ssh] }")
        #expect(Set(request.requests) == ["tls", "ssh"])
        let any = try Self.only("{ name: a, cidrs: [office], requests: [tls] }", "{ name: a, cidrs: [office] }")
        #expect(any.requests.isEmpty && any.exceptRequests == ["tls"])
        let rate = try Self.only(
            "{ name: a, cidrs: [office] }", "{ name: a, cidrs: [office], rate: 20/second per source }")
        #expect(rate.direction == .narrowed)
        #expect(rate.kind == .rate(old: nil, new: Rate(count: 20, per: .second)))
    }

    @Test("a port that is declared is judged, and one that is no longer is open")
    func standing() throws {
        let old = try Self.policy("{ name: a, cidrs: [10.0.0.0/24] }")
        let new = try Self.policy("{ name: a, cidrs: [10.0.0.0/24] }", port: "port: 5433, protocol: tcp")
        let difference = Self.difference(old, new)
        #expect(difference.ports.map(\.standing) == [.declared, .undeclared])
        let (declared, gone) = (difference.ports[0], difference.ports[1])
        #expect(declared.changes.map(\.direction) == [.narrowed])
        #expect(gone.changes.map(\.direction) == [.widened])
        let allowed = SourceSet(SamplePolicy.set("10.0.0.0/24"))
        #expect(declared.letIn.map(\.sources) == [allowed] && gone.letIn.map(\.sources) == [allowed])
        #expect(declared.changes[0].sources == SourceSet.all.symmetricDifference(allowed))
        // Where what nobody declares is refused, a new port opens.
        var denying = (old, new)
        denying.0.defaults.undeclared = .deny
        denying.1.defaults.undeclared = .deny
        let opened = Self.difference(denying.0, denying.1)
        #expect(opened.ports[0].changes.map(\.direction) == [.widened])
        #expect(opened.ports[0].changes.map(\.sources) == [allowed])
    }

    @Test("the numbers and protocols that two declarations share are compared, the others come or go")
    func ranges() throws {
        let old = try Self.policy("{ name: a, cidrs: [any, loopback] }", port: "port: 9000-9010, protocol: tcp")
        let new = try Self.policy("{ name: a, cidrs: [any, loopback] }", port: "port: 9005-9020, protocol: [tcp, udp]")
        let difference = Self.difference(old, new)
        // Whoever is let in by a declaration was let in without one.
        #expect(difference.isUnchanged)
        #expect(Set(difference.ports.map(\.standing)) == [.declared, .undeclared])
    }

    @Test("settings that open or close say which, and others are mentioned")
    func settings() throws {
        let rules = "{ name: a, cidrs: [office] }"
        let plain = "port: 5432, protocol: tcp"
        func keys(_ old: String, _ new: String) throws -> [String] {
            Self.difference(
                try Self.policy(rules, port: plain + old, rest: Self.names),
                try Self.policy(rules, port: plain + new, rest: Self.names)
            ).ports.flatMap(\.settings).map { "\($0.key) \($0.direction?.rawValue ?? "-")" }
        }
        #expect(try keys("", ", otherwise: drop") == ["otherwise -"])
        #expect(try keys("", ", mode: observe") == ["mode widened"])
        #expect(try keys(", mode: observe", "") == ["mode narrowed"])
        #expect(try keys("", ", reach: [host]") == ["reach widened"])
        #expect(try keys(", reach: [host]", "") == ["reach narrowed"])
        #expect(try keys("", ", grants: { to: [alice], longest: 2h }") == ["grants widened"])
        #expect(
            try keys(", grants: { to: [alice], longest: 2h }", ", grants: { to: [both], longest: 1h }")
                == ["grants.to widened", "grants.longest narrowed"])
        #expect(try keys(", grants: { to: [alice, bob], longest: 2h }", ", grants: { to: [both], longest: 2h }") == [])
        #expect(try keys("", ", serves: ssh, log: { denied: all }") == ["log -", "serves -"])
    }

    @Test("what is only observed lets nobody in, and is told apart")
    func staged() throws {
        let old = try Self.policy("{ name: a, cidrs: [10.0.0.0/24] }")
        let new = try Self.policy(
            "{ name: a, cidrs: [10.0.0.0/24] }, { name: b, cidrs: [10.1.0.0/24], mode: observe }")
        let difference = Self.difference(old, new)
        #expect(difference.isUnchanged)
        #expect(difference.ports.flatMap(\.changes).isEmpty)
        #expect(difference.ports.flatMap(\.staged).map(\.sources) == [SourceSet(SamplePolicy.set("10.1.0.0/24"))])
    }

    @Test("what is too large to compare is undecided, never equal")
    func undecided() throws {
        let old = try Self.policy("{ name: a, cidrs: [office], windows: [day] }", rest: Self.names)
        let new = try Self.policy("{ name: a, cidrs: [10.0.0.0/24], windows: [half] }", rest: Self.names)
        let difference = PolicyDifference(from: old, to: new, at: Self.now, budget: 1)
        #expect(difference.undecided.map(\.text) == ["db"])
        #expect(!difference.isUnchanged)
    }
}
