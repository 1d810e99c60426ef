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
    struct Judge: MeaningJudge {
        var say: @Sendable (MeaningQuestion) throws -> [DriftFinding] = { _ in [] }

        func findings(_ question: MeaningQuestion) throws -> [DriftFinding] { try say(question) }
    }

    private struct Refusal: Error {}

    /// A host on which nothing is to be said.
    static let calm = DriftHost(
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

    static let policy = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])])
    ])

    static func apply(_ policy: Policy, _ folder: StateFolder) throws {
        let applier = Applier(door: .live(), state: folder.directory, appliedBy: "tests") { GateSample.now }
        let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        _ = try applier.apply(GateSample.change(policy), seen: KernelDoor.live().look(), holding: lock)
    }

    static func read(
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
    static func codes(_ report: DriftReport) -> [String] {
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
}
