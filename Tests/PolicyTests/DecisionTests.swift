import Testing

@testable import Policy

@Suite("Decisions")
struct DecisionTests {
    /// orders-db: the office in business hours with PostgreSQL; a nightly process; a team; a rule that has ended.
    static func sample() throws -> Policy {
        var sample = SamplePolicy()
        sample.network("office", "10.20.0.0/16")
        sample.process("migrator", user: "migrator")
        sample.identity("billing-api", .addresses(SamplePolicy.set("10.30.1.0/28")))
        sample.identity("alice", .session(user: "alice"))
        sample.identity("dba-team", .members(["alice", "migrator", "billing-api"].map(SamplePolicy.name)))
        sample.window(
            "business", try CalendarCase.schedule("mon-fri", ["08:00-18:00"], except: ["2026-12-25"]),
            zone: try InstalledZones.rules(for: "Europe/Berlin"))
        sample.port("orders-db", 5432)
        sample.rule("office", from: SamplePolicy.set("10.20.0.0/16")) {
            $0.networkNames = ["office"]
            $0.windows = .only([SamplePolicy.name("business")])
            $0.requests = .only([.postgresql, .tls])
        }
        sample.rule("billing") { $0.identities = .only([SamplePolicy.name("billing-api")]) }
        sample.rule("migrations") { $0.identities = .only([SamplePolicy.name("migrator")]) }
        sample.rule("old", from: SamplePolicy.set("10.99.0.0/16")) { $0.expires = SamplePolicy.at("2026-04-01T00:00Z") }
        sample.rule("team", from: SamplePolicy.set("10.50.0.0/24")) {
            $0.identities = .only([SamplePolicy.name("dba-team")])
        }
        sample.port("closed", 9000, [.udp])
        return sample.policy
    }

    static func attempt(
        _ from: String, own: Bool = false, port: UInt16 = 5432, over transport: TransportProtocol = .tcp,
        at: String = "2026-11-23T10:00+01:00", _ identities: [String] = [], _ request: RequestType? = .postgresql
    ) -> AccessAttempt {
        AccessAttempt(
            source: SamplePolicy.address(from), isOwn: own, port: port, transport: transport, time: SamplePolicy.at(at),
            identities: Set(identities.map(SamplePolicy.name)), request: request)
    }

    @Test("of thousands of rules that do not match, the nearest few are put into words")
    func boundedMisses() throws {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        for number in 0..<300 {
            sample.rule("r\(number)", from: SamplePolicy.set(number == 250 ? "10.1.0.0/24" : "192.0.2.0/24"))
        }
        sample.test("outside", "db", from: "10.1.1.1", number: 5432, expect: .deny)
        let outcome = try #require(
            PolicyTestRunner.run(sample.policy, now: SamplePolicy.at("2026-11-23T10:00Z")).first)
        #expect(outcome.explanation.nearest?.rule.text == "r250")
        #expect(outcome.explanation.misses.count == Explanation.mostMisses)
        guard case .refused(_, let misses) = outcome.decision else {
            Issue.record("not refused")
            return
        }
        #expect(misses.count == Explanation.mostMisses)
    }

    @Test("groups are looked into however deep they are nested, and shared members do not multiply")
    func nestedGroups() {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        sample.rule("batch") { $0.identities = .only([SamplePolicy.name("g0-0")]) }
        let layers = 200
        for layer in 0..<layers {
            let members = (0..<8).map { SamplePolicy.name("g\(layer + 1)-\($0)") }
            for place in 0..<8 { sample.identity("g\(layer)-\(place)", .members(members)) }
        }
        for place in 0..<8 { sample.process("g\(layers)-\(place)", user: "u\(place)") }
        let decider = Decider(sample.policy)
        func decides(_ identities: String...) -> Decision {
            decider.decide(Self.attempt("127.0.0.1", identities))
        }
        #expect(decides("g\(layers)-7") == .allowed(port: 0, rule: 0))
        #expect(decides("g100-3") == .allowed(port: 0, rule: 0))
        #expect(decides() != .allowed(port: 0, rule: 0))
        #expect(sample.policy.hasProcess(SamplePolicy.name("g0-0")))
    }

    @Test(
        "the first matching rule allows",
        arguments: [
            (attempt("10.20.3.4"), 0), (attempt("10.30.1.15"), 1), (attempt("127.0.0.1", ["migrator"]), 2),
            (attempt("10.20.3.4", own: true, ["migrator"]), 2), (attempt("10.99.0.1", at: "2026-03-31T23:59:59Z"), 3),
            (attempt("10.50.0.7", ["alice"]), 4), (attempt("10.50.0.7", ["dba-team"]), 4),
        ])
    func allows(attempt: AccessAttempt, rule: Int) throws {
        #expect(try Self.sample().decide(attempt) == .allowed(port: 0, rule: rule))
    }

    @Test(
        "what no rule matches is refused",
        arguments: [
            attempt("10.20.3.4", at: "2026-11-22T10:00+01:00"), attempt("10.20.3.4", [], .ssh),
            attempt("10.20.3.4", [], nil),
            attempt("10.20.3.4", own: true), attempt("127.0.0.1"), attempt("10.99.0.1", at: "2026-04-01T00:00Z"),
            // An identity told by address holds for its addresses alone, whatever an attempt claims.
            attempt("10.30.1.16", ["billing-api"]), attempt("10.30.1.4", own: true, ["billing-api"]),
            // A process is of this host: another host cannot have it.
            attempt("10.30.9.1", ["migrator"]), attempt("10.50.0.7", ["migrator"]), attempt("10.50.0.7"),
            attempt("10.51.0.7", ["alice"]), attempt("127.0.0.1", ["stranger"]),
        ])
    func refuses(attempt: AccessAttempt) throws {
        let policy = try Self.sample()
        guard case .refused(let port, let misses) = policy.decide(attempt) else {
            Issue.record("not refused: \(policy.decide(attempt))")
            return
        }
        #expect(port == 0)
        #expect(misses.count == policy.ports[0].rules.count)
        #expect(misses.allSatisfy { !$0.mismatches.isEmpty })
    }

    @Test("a port that is not declared for the protocol is not judged")
    func undeclared() throws {
        let policy = try Self.sample()
        #expect(policy.decide(Self.attempt("10.20.3.4", over: .udp)) == .undeclared)
        #expect(policy.decide(Self.attempt("10.20.3.4", port: 5433)) == .undeclared)
        #expect(policy.decide(Self.attempt("10.20.3.4", port: 9000, over: .udp)) == .refused(port: 1, misses: []))
    }

    @Test("a rule that states no source matches nobody")
    func noSource() {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        sample.rule("empty")
        sample.rule("none", from: .empty)
        sample.rule("nobody") { $0.identities = .only([]) }
        sample.rule("never", from: .any) { $0.windows = .only([]) }
        sample.rule("mute", from: .any) { $0.requests = .only([]) }
        guard case .refused = sample.policy.decide(Self.attempt("10.0.0.1")) else {
            Issue.record("allowed")
            return
        }
    }

    @Test("ports are found in ranges, first and last included")
    func ranges() throws {
        var sample = SamplePolicy()
        for number: UInt16 in [1, 22, 5432, 65_535] { sample.port("p\(number)", number, [.tcp, .udp]) }
        sample.port("range", 9000) { $0.ports = [PortRange(9000, 9010), PortRange(9020, 9030)].compactMap { $0 } }
        let decider = Decider(sample.policy)
        for number in 0...UInt16.max {
            for transport in TransportProtocol.allCases {
                let expected = sample.policy.ports.firstIndex { $0.covers(number, transport) }
                if decider.port(number, transport) != expected { Issue.record("\(number)/\(transport)") }
            }
        }
    }

    @Test(
        "each mismatch has its sentence",
        arguments: [
            (
                attempt("10.9.0.1"), "office",
                ["source 10.9.0.1 is not in office (10.20.0.0/16)"]
            ),
            (
                attempt("10.20.0.9", at: "2026-11-22T10:00+01:00"), "office",
                ["window business is closed at 2026-11-22T10:00+01:00 (Sunday); opens next 2026-11-23T08:00+01:00"]
            ),
            (
                attempt("10.20.0.9", at: "2026-12-25T10:00+01:00"), "office",
                [
                    "window business is closed at 2026-12-25T10:00+01:00 (Friday, excepted); opens next 2026-12-28T08:00+01:00"
                ]
            ),
            (attempt("10.20.0.9", [], .ssh), "office", ["request ssh is not among postgresql, tls"]),
            (
                attempt("10.20.0.9", [], nil), "office",
                ["the request is not known, and the rule admits only postgresql, tls"]
            ),
            (attempt("10.9.0.1"), "billing", ["needs identity billing-api (10.30.1.0/28)"]),
            (
                attempt("10.9.0.1"), "migrations",
                ["needs identity migrator, a process of this host; 10.9.0.1 is another host"]
            ),
            (attempt("127.0.0.1"), "migrations", ["needs identity migrator"]),
            (attempt("10.99.0.1"), "old", ["expired on 2026-03-31"]),
            (
                attempt("127.0.0.1"), "old",
                [
                    "source 127.0.0.1 is this host itself and not in 10.99.0.0/16; name the network loopback to mean this host",
                    "expired on 2026-03-31",
                ]
            ),
        ] as [(AccessAttempt, String, [String])])
    func sentences(attempt: AccessAttempt, rule: String, sentences: [String]) throws {
        let policy = try Self.sample()
        let explanation = policy.explain(policy.decide(attempt), attempt)
        #expect(explanation.isAllowed == false)
        #expect(explanation.misses.first { $0.rule.text == rule }?.sentences == sentences)
    }

    @Test(
        "the nearest miss is the one with the least missing, then the closest",
        arguments: [
            (attempt("10.20.0.9", at: "2026-11-22T10:00+01:00"), "office"), (attempt("10.99.0.1"), "old"),
            (attempt("127.0.0.1", [], nil), "billing"),
        ])
    func nearest(attempt: AccessAttempt, rule: String) throws {
        let policy = try Self.sample()
        #expect(policy.explain(policy.decide(attempt), attempt).nearest?.rule.text == rule)
    }

    @Test("of two networks missed the one with the longer common prefix is nearer")
    func nearestNetwork() {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        sample.rule("far", from: SamplePolicy.set("192.168.0.0/16", "10.0.0.0/16"))
        sample.rule("near", from: SamplePolicy.set("10.9.4.0/24"))
        let attempt = Self.attempt("10.9.5.1")
        #expect(sample.policy.explain(sample.policy.decide(attempt), attempt).nearest?.rule.text == "near")
    }

    @Test("to another host a rule for a network is nearer than one for a process of this host")
    func nearestForOthers() {
        var sample = SamplePolicy()
        sample.process("pooler", user: "postgres")
        sample.port("db", 5432)
        sample.rule("process") { $0.identities = .only([SamplePolicy.name("pooler")]) }
        sample.rule("network", from: SamplePolicy.set("192.168.0.0/16"))
        for (source, rule) in [("10.9.5.1", "network"), ("127.0.0.1", "process")] {
            let attempt = Self.attempt(source)
            #expect(sample.policy.explain(sample.policy.decide(attempt), attempt).nearest?.rule.text == rule)
        }
    }

    @Test("decisions are summed up in a sentence")
    func summaries() throws {
        let policy = try Self.sample()
        func summary(_ attempt: AccessAttempt) -> String { policy.explain(policy.decide(attempt), attempt).summary }
        #expect(summary(Self.attempt("10.20.3.4")).hasPrefix("allowed by orders-db/office (policy.yaml:"))
        #expect(summary(Self.attempt("10.9.0.1")) == "refused: none of the 5 rules of orders-db matches")
        #expect(summary(Self.attempt("10.9.0.1", port: 9000, over: .udp)) == "refused: closed lets nobody in")
        #expect(
            summary(Self.attempt("10.9.0.1", port: 1)) == "no declared port covers 1/tcp; the gate does not judge it")
    }
}

@Suite("PolicyTestRunner")
struct DecisionRunnerTests {
    private func sample() throws -> SamplePolicy {
        var sample = SamplePolicy()
        sample.policy = try DecisionTests.sample()
        return sample
    }

    @Test("tests pass, fail by the decision, and fail by the rule")
    func outcomes() throws {
        var sample = try sample()
        let monday = "2026-11-23T10:00+01:00"
        sample.test(
            "passes", "orders-db", from: "10.20.1.1", number: 5432, at: monday, request: .postgresql, by: "office")
        sample.test("denied", "orders-db", from: "10.9.1.1", number: 5432, at: monday, expect: .deny)
        sample.test("wrong", "orders-db", from: "10.9.1.1", number: 5432, at: monday)
        sample.test("open", "orders-db", from: "10.30.1.1", number: 5432, at: monday, expect: .deny)
        sample.test("other", "orders-db", from: "10.30.1.1", number: 5432, at: monday, by: "office")
        sample.test("nowhere", "orders-db", from: "10.30.1.1", number: 1, at: monday, expect: .deny)
        // A process makes it an attempt of this host to itself, through a group as well, whatever its address.
        sample.test("own", "orders-db", from: "10.30.1.1", number: 5432, identities: ["migrator"], by: "migrations")
        sample.test("group", "orders-db", from: "10.50.0.1", number: 5432, identities: ["dba-team"], expect: .deny)
        let outcomes = PolicyTestRunner.run(sample.policy, now: SamplePolicy.at(monday))
        #expect(outcomes.map(\.failure) == [nil, nil, .decision, .decision, .rule, .undeclared, nil, nil])
        #expect(outcomes[2].explanation.nearest != nil)
        #expect(outcomes[6].attempt.isOwn && outcomes[7].attempt.isOwn)
        #expect(outcomes[6].attempt.time == SamplePolicy.at(monday))
    }

    @Test("rules that no test exercises are listed")
    func untested() throws {
        var sample = try sample()
        sample.test("a", "orders-db", from: "10.30.1.1", number: 5432, at: "2026-11-23T10:00Z")
        sample.test("b", "orders-db", from: "10.9.1.1", number: 5432, at: "2026-11-23T10:00Z", expect: .deny)
        let outcomes = PolicyTestRunner.run(sample.policy, now: SamplePolicy.at("2026-11-23T10:00Z"))
        #expect(PolicyTestRunner.untestedRules(sample.policy, outcomes).map(\.rule) == [0, 2, 3, 4])
    }
}
