import TestSupport
import Testing

@testable import Policy

@Suite("Linter: redundant rules")
struct LintShadowTests {
    /// Whether the second of two rules is reported as redundant.
    static func isShadowed(
        _ first: (inout AccessRule) -> Void, _ second: (inout AccessRule) -> Void,
        from: AddressSet? = SamplePolicy.set("10.20.0.0/16"),
        secondFrom: AddressSet? = SamplePolicy.set("10.20.3.0/24")
    ) throws -> Bool {
        var sample = SamplePolicy()
        sample.process("migrator", user: "migrator")
        sample.identity("alice", .session(user: "alice"))
        sample.identity("api", .addresses(SamplePolicy.set("10.20.3.0/28")))
        sample.identity("team", .members(["alice", "migrator"].map(SamplePolicy.name)))
        for name in ["day", "night"] {
            sample.window(name, try CalendarCase.schedule("daily", ["09:00-18:00"]), zone: .utc)
        }
        sample.port("db", 5432)
        sample.rule("first", from: from, first)
        sample.rule("second", from: secondFrom, second)
        let found = Linter.lint(sample.policy, now: LintTests.now).filter { $0.code == "PG103" }
        #expect(
            found.allSatisfy { $0.rule == "second" && $0.notes.first?.span == sample.policy.ports[0].rules[0].span })
        return !found.isEmpty
    }

    private static func named(_ names: String...) -> [Name] { names.map(SamplePolicy.name) }

    @Test("a rule inside an earlier one is redundant")
    func plain() throws {
        #expect(try Self.isShadowed({ _ in }, { _ in }))
        #expect(try Self.isShadowed({ _ in }, { _ in }, secondFrom: SamplePolicy.set("10.20.0.0/16")))
        #expect(try !Self.isShadowed({ _ in }, { _ in }, secondFrom: SamplePolicy.set("10.20.3.0/24", "10.21.0.0/32")))
        #expect(try !Self.isShadowed({ _ in }, { _ in }, secondFrom: .ownHost))
        #expect(try !Self.isShadowed({ _ in }, { _ in }, from: .any, secondFrom: .ownHost))
        #expect(try Self.isShadowed({ _ in }, { _ in }, from: .ownHost, secondFrom: SamplePolicy.set("127.0.0.2/32")))
        #expect(try !Self.isShadowed({ _ in }, { _ in }, from: SamplePolicy.set("127.0.0.2/32"), secondFrom: .ownHost))
    }

    @Test("what the earlier rule asks for, the later one must ask for too")
    func windows() throws {
        #expect(try !Self.isShadowed({ $0.windows = .only(Self.named("day")) }, { _ in }))
        #expect(try Self.isShadowed({ _ in }, { $0.windows = .only(Self.named("day")) }))
        #expect(
            try Self.isShadowed(
                { $0.windows = .only(Self.named("day", "night")) }, { $0.windows = .only(Self.named("night")) }))
        #expect(
            try !Self.isShadowed(
                { $0.windows = .only(Self.named("day")) }, { $0.windows = .only(Self.named("day", "night")) }))
    }

    @Test("requests, ends, rates and modes count")
    func others() throws {
        #expect(try !Self.isShadowed({ $0.requests = .only([.tls12]) }, { $0.requests = .only([.tls]) }))
        #expect(try Self.isShadowed({ $0.requests = .only([.tls]) }, { $0.requests = .only([.tls12]) }))
        #expect(try !Self.isShadowed({ $0.requests = .only([.tls]) }, { _ in }))
        let (soon, late) = (SamplePolicy.at("2027-01-01T00:00Z"), SamplePolicy.at("2027-06-01T00:00Z"))
        #expect(try !Self.isShadowed({ $0.expires = soon }, { _ in }))
        #expect(try !Self.isShadowed({ $0.expires = soon }, { $0.expires = late }))
        #expect(try Self.isShadowed({ $0.expires = late }, { $0.expires = soon }))
        #expect(try !Self.isShadowed({ $0.rate = Rate(count: 1, per: .second) }, { _ in }))
        #expect(try !Self.isShadowed({ $0.mode = .observe }, { _ in }))
    }

    @Test("identities are compared by who is behind them")
    func identities() throws {
        #expect(try Self.isShadowed({ _ in }, { $0.identities = .only(Self.named("alice")) }))
        #expect(try !Self.isShadowed({ $0.identities = .only(Self.named("alice")) }, { _ in }))
        #expect(
            try Self.isShadowed(
                { $0.identities = .only(Self.named("team")) }, { $0.identities = .only(Self.named("alice")) }))
        #expect(
            try !Self.isShadowed(
                { $0.identities = .only(Self.named("alice")) }, { $0.identities = .only(Self.named("team")) }))
        // An identity told by address inside the earlier rule's network; a process is of this host and outside it.
        #expect(try Self.isShadowed({ _ in }, { $0.identities = .only(Self.named("api")) }, secondFrom: nil))
        #expect(try !Self.isShadowed({ _ in }, { $0.identities = .only(Self.named("migrator")) }, secondFrom: nil))
        #expect(try !Self.isShadowed({ _ in }, { $0.identities = .only(Self.named("alice")) }, secondFrom: nil))
        #expect(
            try Self.isShadowed(
                { $0.identities = .only(Self.named("alice")) }, { $0.identities = .only(Self.named("alice")) },
                from: nil))
    }

    @Test("when comparing takes too long, the rule from which on nothing was compared is named")
    func budget() {
        var sample = SamplePolicy()
        sample.port("db", 5432)
        for index in 0..<5 { sample.rule("r\(index)", from: SamplePolicy.set("10.0.\(index).0/24")) }
        let context = LintContext(sample.policy, now: LintTests.now)
        #expect(context.shadowedRules(budget: 100) == [])
        let found = context.shadowedRules(budget: 6)
        #expect(found.map(\.code) == ["PG109"])
        #expect(found.first?.rule == "r2")
    }

    @Test("no attempt that a redundant rule allows is refused without it, on random policies")
    func removingChangesNothing() throws {
        var count = 0
        for seed: UInt64 in 0..<60 { count += try Self.tryRandomPolicy(seed: seed) }
        #expect(count > 20, "too few redundant rules were made: \(count)")
    }

    /// Makes a random policy and takes each redundant rule away; returns how many there were.
    private static func tryRandomPolicy(seed: UInt64) throws -> Int {
        var generator = SeededGenerator(seed: 103 &+ seed)
        var sample = SamplePolicy()
        sample.process("migrator", user: "migrator")
        sample.identity("alice", .session(user: "alice"))
        sample.identity("api", .addresses(SamplePolicy.set("10.0.0.0/30")))
        sample.identity("team", .members(Self.named("alice", "migrator")))
        sample.identity("all", .members(Self.named("team", "api")))
        sample.window("day", try CalendarCase.schedule("daily", ["09:00-18:00"]), zone: .utc)
        sample.window("night", try CalendarCase.schedule("daily", ["17:00-10:00"]), zone: .utc)
        let blocks = [
            "10.0.0.0/28", "10.0.0.0/29", "10.0.0.0/30", "10.0.0.2/31", "10.0.0.8/29", "127.0.0.0/8", "127.0.0.1/32",
        ]
        let people = ["migrator", "alice", "api", "team", "all"]
        sample.port("db", 5432)
        for index in 0..<5 {
            let sources = blocks.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
            let names = people.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }.map(SamplePolicy.name)
            guard !sources.isEmpty || !names.isEmpty else { continue }
            let networks = sources.isEmpty ? nil : AddressSet(cidrs: sources.map(SamplePolicy.v4))
            sample.rule("r\(index)", from: networks) { rule in
                if !names.isEmpty { rule.identities = .only(names) }
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: rule.windows = .only(Self.named("day"))
                case 1: rule.windows = .only(Self.named("day", "night"))
                default: break
                }
                if Int.random(in: 0..<4, using: &generator) == 0 { rule.requests = .only([.tls]) }
                if Int.random(in: 0..<4, using: &generator) == 0 { rule.expires = SamplePolicy.at("2027-01-01T00:00Z") }
            }
        }
        let shadowed = Linter.lint(sample.policy, now: LintTests.now).filter { $0.code == "PG103" }
        for finding in shadowed {
            var without = sample.policy
            without.ports[0].rules.removeAll { $0.name.text == finding.rule }
            let (before, after) = (Decider(sample.policy), Decider(without))
            for _ in 0..<300 {
                let isOwn = Bool.random(using: &generator)
                let last = UInt32.random(in: 0..<18, using: &generator)
                let attempt = AccessAttempt(
                    source: .v4(IPv4Address(bits: (isOwn && last % 2 == 0 ? 0x7f00_0000 : 0x0a00_0000) + last)),
                    isOwn: isOwn,
                    port: 5432, transport: .tcp,
                    time: Instant(seconds: Int64.random(in: 1_795_424_400...1_800_000_000, using: &generator)),
                    identities: Set(people.filter { _ in Bool.random(using: &generator) }.map(SamplePolicy.name)),
                    request: [nil, .tls, .tls12, .ssh].randomElement(using: &generator) ?? nil)
                func isAllowed(_ decider: Decider) -> Bool {
                    if case .allowed = decider.decide(attempt) { return true }
                    return false
                }
                #expect(isAllowed(before) == isAllowed(after), "\(finding.message) \(attempt)")
            }
        }
        return shadowed.count
    }
}
