import Testing

@testable import Policy

@Suite("Linter")
struct LintTests {
    static let now = SamplePolicy.at("2026-11-21T12:00Z")

    /// A policy with one port, one rule and one test, on which nothing but what the caller changes is to be found.
    static func clean(
        port: UInt16 = 5432, named name: String = "db", criticality: Criticality = .medium,
        protocols: Set<TransportProtocol> = Set(TransportProtocol.allCases),
        from sources: AddressSet? = SamplePolicy.set("10.20.0.0/24"),
        _ change: (inout AccessRule) -> Void = { _ in }
    ) -> SamplePolicy {
        var sample = SamplePolicy()
        sample.port(name, port, protocols, criticality: criticality)
        sample.rule("office", from: sources, change)
        sample.test("in", name, from: "10.20.0.9", number: port, at: "2026-11-23T10:00Z")
        return sample
    }

    static func codes(_ sample: SamplePolicy) -> [String] { Linter.lint(sample.policy, now: now).map(\.code).sorted() }

    /// The finding of a code, and the check that it stands once.
    static func only(_ code: String, in sample: SamplePolicy) throws -> Diagnostic {
        let found = Linter.lint(sample.policy, now: now).filter { $0.code == code }
        try #require(
            found.count == 1, "\(code) in \(Linter.lint(sample.policy, now: now).map { $0.code + " " + $0.message })")
        return found[0]
    }

    @Test("nothing is found where nothing is wrong")
    func cleanPolicy() { #expect(Self.codes(Self.clean()) == []) }

    @Test(
        "a rule that has ended, ends soon, or ends late",
        arguments: [
            (
                "2026-11-21T12:00Z", "PG101", Severity.error,
                "rule office expired at 2026-11-21T12:00:00Z; remove it, or give it a new end"
            ),
            (
                "2026-04-01T00:00Z", "PG101", .error,
                "rule office expired on 2026-03-31; remove it, or give it a new end"
            ),
            (
                "2026-11-22T11:00Z", "PG102", .warning,
                "rule office ends in less than a day (2026-11-22T11:00:00Z); decide whether it is still needed"
            ),
            (
                "2026-12-21T12:00Z", "PG102", .warning,
                "rule office ends in 30 days (2026-12-21T12:00:00Z); decide whether it is still needed"
            ),
            (
                "2030-01-01T00:00Z", "PG106", .note,
                "rule office ends on 2029-12-31, more than 400 days from now; an end that far off is seldom noticed"
            ),
        ])
    func expiry(text: String, code: String, severity: Severity, message: String) throws {
        let sample = Self.clean { $0.expires = SamplePolicy.at(text) }
        let found = try Self.only(code, in: sample)
        #expect(found.message == message)
        #expect(found.severity == severity)
        #expect(found.rule == "office")
        #expect(found.port == "db")
    }

    @Test(
        "a rule that ends between a month and the horizon is not worth a word",
        arguments: ["2026-12-21T12:00:01Z", "2027-12-26T12:00Z"])
    func expiryInBetween(text: String) {
        let codes = Self.codes(Self.clean { $0.expires = SamplePolicy.at(text) })
        #expect(codes == [])
    }

    @Test(
        "any source is found by whatever it is made of, and weighs by criticality",
        arguments: [
            (AddressSet.any, Criticality.low, Severity.note), (.any, .medium, .warning), (.any, .high, .error),
            (.any, .critical, .error),
            (SamplePolicy.set("0.0.0.0/0"), .medium, .warning),
            (SamplePolicy.set("0.0.0.0/1", "128.0.0.0/1"), .medium, .warning),
            (AddressSet(cidrs: [SamplePolicy.v6(0, 0)]).union(SamplePolicy.set("10.20.0.0/24")), .medium, .warning),
        ])
    func anySource(sources: AddressSet, criticality: Criticality, severity: Severity) throws {
        let sample = Self.clean(criticality: criticality, from: sources)
        #expect(try Self.only("PG104", in: sample).severity == severity)
        #expect(!Self.codes(sample).contains("PG105"))
    }

    @Test(
        "a rule may be as wide as its port's criticality permits",
        arguments: [
            ("10.0.0.0/8", Criticality.medium, false), ("10.0.0.0/7", .medium, true), ("10.20.0.0/16", .high, false),
            ("10.20.0.0/15", .high, true), ("10.20.0.0/20", .critical, false), ("10.20.0.0/19", .critical, true),
            ("10.0.0.0/1", .low, false),
        ])
    func width(block: String, criticality: Criticality, isTooWide: Bool) {
        let codes = Self.codes(Self.clean(criticality: criticality, from: SamplePolicy.set(block)))
        #expect(codes.contains("PG105") == isTooWide)
    }

    @Test("the blocks of a rule are added up, and identities told by address narrow them")
    func widthIsOfTheWhole() {
        #expect(
            Self.codes(Self.clean(criticality: .critical, from: SamplePolicy.set("10.20.0.0/20", "10.30.0.1/32")))
                .contains("PG105"))
        let wide6 = AddressSet(cidrs: [SamplePolicy.v6(0xfd00 << 112, 47)]).union(SamplePolicy.set("10.20.0.0/24"))
        #expect(Self.codes(Self.clean(criticality: .critical, from: wide6)).contains("PG105"))
        var narrowed = Self.clean(criticality: .high, from: .any) { $0.identities = .only([SamplePolicy.name("api")]) }
        narrowed.identity("api", .addresses(SamplePolicy.set("10.20.0.0/28")))
        #expect(Self.codes(narrowed) == ["PG107"])
        var proven = Self.clean(criticality: .critical, from: .any) {
            $0.identities = .only([SamplePolicy.name("alice")])
        }
        proven.identity("alice", .session(user: "alice"))
        #expect(Self.codes(proven) == ["PG121"])
    }

    @Test("an identity that an address alone proves is worth a note where it matters")
    func weakIdentity() throws {
        func sample(_ criticality: Criticality) -> SamplePolicy {
            var sample = Self.clean(criticality: criticality, from: nil) {
                $0.identities = .only([SamplePolicy.name("team")])
            }
            sample.identity("api", .addresses(SamplePolicy.set("10.20.0.0/28")))
            sample.identity("alice", .session(user: "alice"))
            sample.identity("team", .members(["alice", "api"].map(SamplePolicy.name)))
            return sample
        }
        #expect(
            try Self.only("PG107", in: sample(.high)).message
                == "api is proven by source address alone, and db is of high criticality")
        #expect(Self.codes(sample(.medium)) == [])
    }

    @Test("blocks that another entry of the network covers are found where they stand")
    func redundantEntries() throws {
        var sample = Self.clean { $0.networkNames = ["office"] }
        sample.network(
            "office", "10.20.1.0/24", "10.20.0.0/16", "10.30.0.0/16", "10.20.255.255/32", "10.30.0.0/16", "10.19.0.0/16"
        )
        let found = Linter.lint(sample.policy, now: Self.now)
        #expect(found.map(\.code) == ["PG110", "PG110", "PG110"])
        #expect(
            found.map(\.message) == [
                "10.20.1.0/24 is inside 10.20.0.0/16 of office; remove it",
                "10.20.255.255 is inside 10.20.0.0/16 of office; remove it",
                "10.30.0.0/16 stands in office twice; remove it",
            ])
        #expect(found.map(\.span) == [0, 3, 4].map { sample.policy.networks[0].entries[$0].span })
    }

    @Test("a window that never opens is found, one that opens once is not")
    func closedWindow() throws {
        // Fridays, all of them excepted: but for the last before the horizon.
        let fridays = stride(from: Self.now.seconds / 86_400, to: Self.now.seconds / 86_400 + 401, by: 1)
            .compactMap { CivilDate(daysSinceEpoch: Int($0)) }.filter { $0.weekday == .friday }.map(\.description)
        func sample(_ except: [String]) throws -> SamplePolicy {
            var sample = Self.clean { $0.windows = .only([SamplePolicy.name("fridays")]) }
            sample.window("fridays", try CalendarCase.schedule("fri", ["09:00-10:00"], except: except), zone: .utc)
            return sample
        }
        let closed = try Self.only("PG111", in: try sample(fridays))
        #expect(closed.message == "window fridays does not open within 400 days; it opens next 2027-12-31T09:00Z")
        #expect(try !Self.codes(sample(fridays.dropLast())).contains("PG111"))
    }

    @Test("names that nothing uses")
    func unused() throws {
        var sample = Self.clean { $0.networkNames = ["used"] }
        sample.network("used", "10.20.0.0/24")
        sample.network("stray", "10.21.0.0/24")
        sample.identity("ghost", .session(user: "ghost"))
        sample.identity("member", .session(user: "member"))
        sample.identity("granted", .members([SamplePolicy.name("member")]))
        sample.window("never", try CalendarCase.schedule("daily", ["09:00-10:00"]), zone: .utc)
        let span = sample.span()
        sample.policy.ports[0].grants = GrantSettings(
            to: [SamplePolicy.name("granted")], longestSeconds: 60, ticketRequired: false, span: span)
        #expect(
            Linter.lint(sample.policy, now: Self.now).map(\.message) == [
                "network stray is never used by a rule", "identity ghost is never used by a rule",
                "window never is never used by a rule",
            ])
        #expect(Self.codes(sample) == ["PG112", "PG112", "PG112"])
    }

    @Test("what a port's declaration lacks")
    func ports() throws {
        var bare = Self.clean()
        bare.policy.owner = nil
        bare.policy.ports[0].owner = nil
        bare.policy.ports[0].description = nil
        #expect(Self.codes(bare) == ["PG113", "PG113"])
        bare.policy.owner = "team"
        #expect(Self.codes(bare) == ["PG113"])
        for owner in ["TODO", "todo: who?", "FIXME"] {
            var todo = Self.clean()
            todo.policy.ports[0].owner = owner
            #expect(Self.codes(todo) == ["PG114"])
        }
        var inherited = Self.clean()
        inherited.policy.owner = "TODO"
        #expect(Self.codes(inherited) == [])
        inherited.policy.ports[0].owner = nil
        #expect(Self.codes(inherited) == ["PG114"])
        var mastodon = Self.clean()
        mastodon.policy.ports[0].owner = "team-mastodon"
        #expect(Self.codes(mastodon) == [])
    }

    @Test("B18: a number gated for tcp alone is worth a note, unless another declaration gates it for udp")
    func tcpOnly() throws {
        var sample = Self.clean(port: 8443, protocols: [.tcp])
        #expect(
            try Self.only("PG116", in: sample).message == "port db gates 8443 for tcp alone; 8443/udp is not judged")
        sample.port("quic", 8443, [.udp])
        #expect(!Self.codes(sample).contains("PG116"))
    }

    @Test("ports gated for tcp alone are one note, which names the first of them and counts the rest")
    func manyTCPOnly() throws {
        var sample = Self.clean(port: 8443, protocols: [.tcp])
        sample.port("web", 443, [.tcp])
        let two = try Self.only("PG116", in: sample)
        #expect(two.message == "2 ports are gated for tcp alone and not judged for udp: db (8443), web (443)")
        #expect(two.span == sample.policy.ports[0].portsSpan)
        #expect(two.notes.map(\.message) == ["port web gates 443 for tcp alone"])
        #expect(two.notes.map(\.span) == [sample.policy.ports[1].portsSpan])
        for number in 1...98 { sample.port("p\(number)", UInt16(number), [.tcp]) }
        let many = try Self.only("PG116", in: sample)
        #expect(
            many.message == "100 ports are gated for tcp alone and not judged for udp: "
                + "db (8443), web (443), p1 (1), p2 (2), p3 (3) and 95 more")
        #expect(many.notes.count == 4)
    }

    @Test("a policy without ports gates nothing, and that is said")
    func noPorts() throws {
        var sample = Self.clean()
        sample.policy.ports = []
        sample.policy.tests = []
        #expect(Self.codes(sample) == ["PG118"])
    }

    @Test(
        "ports that Linux also takes for outgoing connections",
        arguments: [(32_767, false), (32_768, true), (60_999, true), (61_000, false)])
    func ephemeral(port: UInt16, isInside: Bool) {
        #expect(Self.codes(Self.clean(port: port)) == (isInside ? ["PG117"] : []))
    }

    @Test("what is only observed is said")
    func observed() {
        var sample = Self.clean { $0.mode = .observe }
        #expect(Self.codes(sample) == ["PG108"])
        sample.policy.ports[0].mode = .observe
        #expect(Self.codes(sample) == ["PG108", "PG108"])
    }

    @Test(
        "SSH that nobody can reach is an error, whatever keeps them out",
        arguments: [
            { $0.policy.ports[0].rules = [] },
            { $0.policy.ports[0].rules[0].expires = SamplePolicy.at("2026-11-01T00:00Z") },
            { $0.policy.ports[0].rules[0].windows = .only([SamplePolicy.name("never")]) },
            { $0.policy.ports[0].rules[0].networks = .only(.ownHost) },
            {
                $0.policy.ports[0].rules[0].networks = .unrestricted
                $0.policy.ports[0].rules[0].identities = .only([SamplePolicy.name("backup")])
            },
        ] as [@Sendable (inout SamplePolicy) -> Void])
    func lockedOut(change: @Sendable (inout SamplePolicy) -> Void) throws {
        var sample = Self.clean(port: 22, named: "ssh")
        sample.process("backup", user: "backup")
        sample.window(
            "never", try CalendarCase.schedule("mon", ["02:15-02:45"], except: ["2026-11-23"]),
            zone: try TimeZoneRules(name: "Test", tzif: TZifWriter(footer: "EST5").bytes))
        sample.policy.windows[0].schedule = WindowSchedule(timezone: "", days: [], hours: [], except: [])
        #expect(!Self.codes(sample).contains("PG115"))
        change(&sample)
        let found = try Self.only("PG115", in: sample)
        #expect(found.severity == .error)
        #expect(found.notes.count == sample.policy.ports[0].rules.count)
    }

    @Test("other ports may be closed to everybody, and an observed SSH port closes nothing")
    func notLockedOut() {
        var closed = Self.clean()
        closed.policy.ports[0].rules = []
        #expect(!Self.codes(closed).contains("PG115"))
        var observed = Self.clean(port: 2222, named: "sshd")
        observed.policy.ports[0].rules = []
        #expect(Self.codes(observed).contains("PG115"))
        observed.policy.ports[0].mode = .observe
        #expect(!Self.codes(observed).contains("PG115"))
        var second = Self.clean(port: 22, named: "ssh") { $0.expires = SamplePolicy.at("2026-11-01T00:00Z") }
        second.rule("other", from: SamplePolicy.set("10.21.0.0/24"))
        #expect(!Self.codes(second).contains("PG115"))
    }

    @Test("ports and rules without a test, tests without a time or out of reach")
    func tests() throws {
        var sample = Self.clean()
        sample.rule("unused", from: SamplePolicy.set("10.21.0.0/24"))
        sample.port("other", 6000, Set(TransportProtocol.allCases))
        #expect(Self.codes(sample) == ["PG120", "PG121"])
        var timed = Self.clean { $0.windows = .only([SamplePolicy.name("day")]) }
        timed.window("day", try CalendarCase.schedule("daily", ["09:00-18:00"]), zone: .utc)
        #expect(Self.codes(timed) == [])
        timed.test("whenever", "db", from: "10.20.0.9", number: 5432)
        #expect(Self.codes(timed) == ["PG122"])
        var far = Self.clean()
        far.test("far", "db", from: "10.20.0.9", number: 5432, at: "2029-01-01T00:00Z")
        #expect(Self.codes(far) == ["PG123"])
    }

    @Test("findings stand in the order of the text")
    func order() {
        var sample = Self.clean(port: 40_000, criticality: .high, protocols: [.tcp], from: .any) {
            $0.expires = SamplePolicy.at("2026-11-01T00:00Z")
        }
        sample.network("stray", "10.0.0.0/8")
        let lines = Linter.lint(sample.policy, now: Self.now).compactMap { $0.span?.line }
        #expect(lines.count > 4)
        #expect(lines == lines.sorted())
    }

    @Test("every lint code is in the catalog once, with a paragraph, and lint can be ignored")
    func catalog() {
        let codes = DiagnosticCatalog.lint.map(\.code)
        #expect(Set(codes).count == codes.count)
        #expect(codes == codes.sorted())
        for entry in DiagnosticCatalog.lint {
            #expect(entry.ignorable == (entry.code < "PG130"))
            #expect(entry.explanation.count > 60)
        }
    }
}
