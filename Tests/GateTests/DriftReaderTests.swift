import Compiler
import Drift
import Nftables
import Policy
import Synchronization
import TestSupport
import Testing

@testable import Gate

/// What a look at a live kernel finds, with a judge and a host that a test makes up.
@Suite("DriftReader")
struct DriftReaderTests {
    /// A judge that says what it is told to.
    private struct Judge: MeaningJudge {
        var say: @Sendable (MeaningQuestion) throws -> [DriftFinding] = { _ in [] }

        func findings(_ question: MeaningQuestion) throws -> [DriftFinding] { try say(question) }
    }

    private struct Refusal: Error {}

    /// A host on which nothing is to be said.
    private static let calm = DriftHost(
        listeners: { () throws(GateFailure) in
            let socket = ListeningSocket(transport: .tcp, address: nil, isIPv6: false, port: 5432, user: 0, inode: 1)
            return HostListeners(listeners: [HostListeners.Listener(socket: socket, owner: nil)])
        },
        started: { _ in nil },
        settings: { () throws(GateFailure) in KernelSettings(values: ["net.ipv4.ip_forward": "0"]) },
        fingerprint: { () throws(GateFailure) in try RulesetFingerprint.read() },
        boot: {
            BootUnits(
                hasSystemd: true,
                units: [
                    BootUnits.Unit(
                        name: "portgate.service", path: "/x", lines: ["Before=network-pre.target", "Type=oneshot"],
                        dropIns: [], wantedBy: ["y"])
                ])
        },
        spots: { _ in
            var spots = BlindSpots()
            spots.localPorts = .seen(LocalPorts(range: 50_000...60_000))
            return spots
        }, logGroups: { [77: 1] }, addresses: { nil })

    private static let policy = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])])
    ])

    private static func apply(_ policy: Policy, _ folder: StateFolder) throws {
        let applier = Applier(door: .live(), state: folder.directory, appliedBy: "tests") { GateSample.now }
        let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        _ = try applier.apply(GateSample.change(policy), seen: KernelDoor.live().look(), holding: lock)
    }

    private static func read(
        _ folder: StateFolder, _ declared: DeclaredPolicy = .policy(policy, paths: ["gate.yaml"]),
        host: DriftHost = calm,
        door: KernelDoor = .live(), judge: Judge? = Judge(), accepts: Bool = false, remembers: Bool = true,
        after seconds: Int64 = 60
    ) -> DriftReport {
        var reader = DriftReader(
            door: door, state: folder.directory, identities: IdentityAudit(host: .live(accounts: .none)),
            accounts: .none,
            host: host)
        reader.judge = judge
        reader.ruleset = { LiveRuleset() }
        reader.accepts = accepts
        reader.remembers = remembers
        let now = GateSample.now.advanced(bySeconds: seconds)
        let (findings, facts) = reader.read(declared, now: now)
        return DriftReport(at: now, facts: facts, findings: findings, sources: declared.sources)
    }

    /// The codes that a look finds, notes aside.
    private static func codes(_ report: DriftReport) -> [String] {
        report.entries.filter { $0.finding.diagnostic.severity > .note }.map(\.finding.diagnostic.code).sorted()
    }

    @Test("what is in force as declared and applied, seen whole, is clean; without a judge it never is")
    func clean() throws {
        let (report, unjudged) = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            return (Self.read(folder), Self.read(folder, judge: nil))
        }
        #expect(report.entries.isEmpty, "\(report.entries)")
        #expect(report.isComplete && !report.hasFindings)
        #expect(report.facts.generation == 1 && report.facts.appliedDigest == report.facts.declaredDigest)
        #expect(Self.codes(unjudged) == ["PG340"])
        #expect(!unjudged.isComplete && !unjudged.hasFindings)
    }

    @Test("the judge is asked about what is live, declared and applied, and its findings are told")
    func judged() throws {
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            let table = GateSample.table(Self.policy)
            let judge = Judge { question in
                guard question.declared == Self.policy, question.applied?.chains.count == table.chains.count else {
                    throw Refusal()
                }
                let diagnostic = Diagnostic(code: "PG301", severity: .error, message: "x", span: nil)
                return [DriftFinding(diagnostic, kind: .overPermissive)]
            }
            return Self.read(folder, judge: judge)
        }
        #expect(Self.codes(report) == ["PG301"] && report.isComplete)
    }

    @Test("no source hides another: with every one failing, each is named and the rest is told")
    func everythingFails() throws {
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            try folder.write("current", "{")
            try NftTool.run("add rule inet portgate pg_about return")
            var host = Self.calm
            host.listeners = { () throws(GateFailure) in throw .listenersUnreadable("no") }
            host.settings = { () throws(GateFailure) in throw .kernelUnreadable("no") }
            host.fingerprint = { () throws(GateFailure) in throw .kernelUnsteady(tries: 6) }
            host.boot = { BootUnits(hasSystemd: true) }
            host.logGroups = { nil }
            host.spots = { _ in
                var spots = BlindSpots()
                spots.packetSockets = .hidden("no")
                spots.legacyTables = .seen(["ip filter"])
                return spots
            }
            return Self.read(folder, host: host, judge: Judge { _ in throw Refusal() })
        }
        let hidden = report.entries.filter { $0.finding.kind == .notLookedAt }.map(\.finding.subject)
        #expect(
            Set(hidden) == [
                "what was applied", "what listens", "settings of the kernel", "whether other rules changed",
                "which packets are let through", "who takes the log", "",
            ], "\(hidden)")
        let codes = Set(report.entries.map(\.finding.diagnostic.code))
        #expect(codes.isSuperset(of: ["PG340", "PG468", "PG323", "PG475"]))
        #expect(!report.isComplete)
    }

    @Test("a kernel that cannot be read leaves a report that says so")
    func unreadable() throws {
        let report = try ScratchNetworkNamespace.run {
            var door = KernelDoor.live()
            door.list = { () throws(GateFailure) in throw .kernelUnreadable("no") }
            return Self.read(try StateFolder(), door: door)
        }
        #expect(report.entries.contains { $0.finding.subject == "the live table" })
        #expect(!report.isComplete)
    }

    @Test("a policy that was edited and not applied is told, with what an apply would change")
    func edited() throws {
        let edited = GateSample.policy([
            GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8", "192.0.2.0/24"])])
        ])
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            return Self.read(folder, .policy(edited, paths: ["gate.yaml"]))
        }
        #expect(Self.codes(report) == ["PG310"])
        let notes = report.entries.first?.finding.diagnostic.notes.map(\.message) ?? []
        #expect(notes.contains { $0.contains("192.0.2.0/24") }, "\(notes)")
        #expect(report.entries.first?.finding.kind == .notApplied)
    }

    @Test("a policy that cannot be used keeps nothing else from being looked at")
    func unusable() throws {
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            try NftTool.run("add rule inet portgate pg_about return")
            let mistake = Diagnostic(code: "PG051", severity: .error, message: "bad", span: nil)
            return Self.read(folder, .unusable([mistake], SourceMap(), paths: ["gate.yaml"]))
        }
        // The samples record no sources, so that the record cannot stand in for the policy either.
        #expect(Self.codes(report) == ["PG340", "PG340", "PG452"])
        #expect(!report.isComplete && report.hasFindings)
    }

    @Test("without a policy the record stands in, with a note; one without its sources cannot")
    func recordStandsIn() throws {
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            return Self.read(folder, .none)
        }
        #expect(report.entries.map(\.finding.diagnostic.code) == ["PG340", "PG313"])
        #expect(!report.isComplete && report.facts.paths == ["gate.yaml"])
    }

    @Test(
        "a policy stands in whole that was recorded with its lists; one recorded without them is told, and not judged by",
        arguments: [true, false])
    func recordedLists(areRecorded: Bool) throws {
        let addresses = "10.0.0.0/8\n"
        let text = """
            version: 1
            name: sample
            networks: { office: { file: lists/office.netset } }
            ports: [{ name: db, port: 5432, protocol: tcp, allow: [{ name: billing, cidrs: [office] }] }]

            """
        let policy = try LoadedPolicy.of(text, files: ["lists/office.netset": addresses])
        let list = StateListsTests.list("lists/office.netset", addresses)
        let declared = Mutex<String?>(nil)
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            let sample = GateSample.change(policy)
            let change = try GateChange(
                table: sample.table, origin: .apply, policyName: policy.name, policyDigest: policy.digest,
                paths: ["gate.yaml"], sources: sample.sources, lists: areRecorded ? [list] : nil, horizon: nil,
                clockOffset: 0)
            let applier = Applier(door: .live(), state: folder.directory, appliedBy: "tests") { GateSample.now }
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            _ = try applier.apply(change, seen: KernelDoor.live().look(), holding: lock)
            let judge = Judge { question in
                declared.withLock { $0 = question.declared?.digest }
                return []
            }
            return Self.read(folder, .none, judge: judge)
        }
        #expect(report.isComplete == areRecorded)
        #expect(declared.withLock { $0 } == (areRecorded ? policy.digest : nil))
        let told = report.entries.map(\.finding.diagnostic).filter { $0.code == "PG340" }.map(\.message)
        #expect(
            told
                == (areRecorded
                    ? []
                    : [
                        "whether every packet is judged as declared could not be looked at: the policy that was applied names "
                            + "list files, which are not recorded with it; name the policy"
                    ]))
    }

    @Test("a table of another epoch than the recorded one is told beside its other differences")
    func epoch() throws {
        let report = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            let other = GateSample.table(Self.policy).withEpoch(9)
            try NftTool.run("delete table inet portgate")
            for batch in try other.transition(from: nil) { try KernelDoor.live().load(batch.text) }
            return Self.read(folder)
        }
        #expect(Self.codes(report).contains("PG312"))
        #expect(report.entries.contains { $0.finding.diagnostic.message.contains("epoch 9, recorded is 1") })
    }

    @Test("I01: a change made and undone on a live kernel is told until it is accepted")
    func madeAndUndone() throws {
        let reports = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            var reports = [Self.read(folder)]
            try NftTool.run("add rule inet portgate pg_about return")
            let last = try NftTool.run("-a", "list", "chain", "inet", "portgate", "pg_about")
                .split(separator: "\n").last { $0.contains("# handle") && !$0.contains("chain") }
            let number = last?.split(separator: " ").last ?? ""
            try NftTool.run("delete rule inet portgate pg_about handle \(number)")
            reports.append(Self.read(folder, remembers: false, after: 120))
            reports.append(Self.read(folder, after: 180))
            reports.append(Self.read(folder, after: 240))
            reports.append(Self.read(folder, accepts: true, after: 300))
            reports.append(Self.read(folder, after: 360))
            return reports
        }
        #expect(reports.map(Self.codes) == [[], ["PG331"], ["PG331"], ["PG331"], [], []])
        #expect(Set(reports[1...3].flatMap { $0.entries.map(\.id) }).count == 1)
        #expect(reports[1].entries.first?.finding.diagnostic.message.contains("the rules are the same") == true)
    }

    @Test("a change of another table is a note that names it, and an apply explains its own steps")
    func otherTable() throws {
        let reports = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(Self.policy, folder)
            _ = Self.read(folder)
            try NftTool.run("add table ip x; add chain ip x y; add rule ip x y counter")
            var reports = [Self.read(folder, after: 120)]
            let edited = GateSample.policy([GateSample.port("db", 5432)])
            try Self.apply(edited, folder)
            reports.append(Self.read(folder, .policy(edited, paths: ["gate.yaml"]), after: 180))
            return reports
        }
        #expect(reports[0].entries.map(\.finding.diagnostic.code) == ["PG332"])
        #expect(reports[0].entries.first?.finding.diagnostic.message.hasSuffix("changed: ip x") == true)
        #expect(reports[1].entries.isEmpty, "\(reports[1].entries)")
    }

    @Test("a fingerprint sees rules, order, elements and flags, and no counter, handle or timed element")
    func fingerprint() throws {
        func tables(_ ruleset: String, _ more: [String] = []) throws -> [String: String] {
            try ScratchNetworkNamespace.run {
                try NftTool.run(ruleset)
                for line in more { try NftTool.run(line) }
                return try RulesetFingerprint.read().tables
            }
        }
        let base = """
            table ip t {
              set s { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
              set i { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }; }
              set d { type ipv4_addr; flags timeout; }
              counter n { packets 1 bytes 2 }
              chain c { ip saddr @s counter packets 5 bytes 6 accept; ip saddr 10.1.1.1 drop; }
            }
            """
        func changed(_ from: String, _ to: String) -> String {
            let parts = base.components(from)
            return parts.joined(separator: to)
        }
        let whole = try tables(base)
        #expect(whole.keys.sorted() == ["ip t"])
        #expect(try tables(changed("packets 5 bytes 6", "packets 7 bytes 8")) == whole)
        #expect(try tables(changed("10.0.0.1, 10.0.0.2", "10.0.0.2, 10.0.0.1")) == whole)
        #expect(try tables(base, ["add element ip t d { 10.0.0.9 timeout 1h }"]) == whole)
        #expect(
            try tables(
                base,
                [
                    "add rule ip t c drop", "flush chain ip t c",
                    "add rule ip t c ip saddr @s counter packets 0 bytes 0 accept",
                    "add rule ip t c ip saddr 10.1.1.1 drop",
                ])
                == whole)
        for (from, to) in [
            ("10.0.0.2 }", "10.0.0.3 }"), ("10.0.0.0/8", "10.0.0.0/9"), ("10.1.1.1 drop", "10.1.1.1 accept"),
            ("chain c", "chain d"), ("table ip t {", "table ip t { flags dormant;"),
        ] {
            #expect(try tables(changed(from, to)) != whole, "\(from) -> \(to)")
        }
    }

    @Test("I02: every transaction is heard, with the process that made it")
    func events() throws {
        let steps = try ScratchNetworkNamespace.run {
            var events = try RulesetEvents()
            try NftTool.run("add table ip a; add table ip b")
            try NftTool.run("delete table ip a")
            var found: [RulesetStep] = []
            while found.count < 2, events.wait(milliseconds: 10_000) {
                for case .step(let step) in try events.take() { found.append(step) }
            }
            return found
        }
        #expect(steps.map(\.name) == ["nft", "nft"])
        #expect(steps.last.map { $0.generation } == steps.first.map { $0.generation + 1 })
        #expect(steps.allSatisfy { $0.process > 0 })
    }

    /// Watches an empty namespace for so many looks; `work` runs after the first.
    private static func watch(
        looks wanted: Int, room: Int32 = RulesetEvents.room, _ work: @escaping @Sendable () throws -> Void
    ) throws -> [String] {
        try ScratchNetworkNamespace.run {
            var told: [String] = []
            var looks = 0
            var watch = DriftWatch { steps in
                DriftReport(at: GateSample.now, facts: DriftReport.Facts(), findings: [], sources: SourceMap())
            }
            watch.room = room
            _ = try watch.run {
                looks >= wanted
            } tell: { news in
                switch news {
                case .lost: told.append("lost")
                case .look(_, _, let steps, _):
                    looks += 1
                    told.append("look after \(steps.map(\.name))")
                    if looks == 1 { try work() }
                }
            }
            return told
        }
    }

    @Test("a watch looks again after a transaction, and knows who made it")
    func watch() throws {
        let told = try Self.watch(looks: 2) { try NftTool.run("add table ip a") }
        #expect(told == ["look after []", "look after [\"nft\"]"])
    }

    @Test("I02: events that the kernel had no room for are told, and looked after")
    func lost() throws {
        let told = try Self.watch(looks: 2, room: 1) {
            for _ in 0..<20 { try NftTool.run("add table ip a; delete table ip a") }
        }
        #expect(told.contains("lost"), "\(told)")
        #expect(told.last?.hasPrefix("look after ") == true)
    }
}

extension String {
    /// The text before and after the first place of another.
    fileprivate func components(_ separator: String) -> [String] {
        var rest = Substring(self)
        while !rest.isEmpty {
            if rest.hasPrefix(separator) {
                return [String(self[..<rest.startIndex]), String(rest.dropFirst(separator.count))]
            }
            rest = rest.dropFirst()
        }
        return [self]
    }
}
