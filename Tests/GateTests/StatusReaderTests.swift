import JSON
import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

/// What status says of a live kernel.
@Suite("StatusReader")
struct StatusReaderTests {
    private static func apply(_ policy: Policy, _ folder: StateFolder) throws {
        try apply(GateSample.change(policy), folder)
    }

    private static func apply(_ change: GateChange, _ folder: StateFolder) throws {
        let applier = Applier(door: .live(), state: folder.directory, appliedBy: "tests") { GateSample.now }
        let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        _ = try applier.apply(change, seen: KernelDoor.live().look(), holding: lock)
    }

    private static func status(_ folder: StateFolder, at moment: Instant = GateSample.now) throws -> GateStatus {
        try StatusReader(door: .live(), state: folder.directory).read(now: moment)
    }

    private let policy: Policy = {
        var rule = GateSample.rule("billing", ["10.0.0.0/8"])
        rule.windows = .only([GateSample.name("business")])
        return GateSample.policy([GateSample.port("db", 5432, rules: [rule])])
    }()

    @Test("an empty host is said to be empty")
    func empty() throws {
        let status = try ScratchNetworkNamespace.run { try Self.status(try StateFolder()) }
        #expect(!status.isAsApplied)
        #expect(status.findings.map(\.code) == ["PG451"])
    }

    @Test("what is in force as applied is said so, with the next opening of its windows")
    func asApplied() throws {
        let policy = policy
        let status = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(policy, folder)
            return try Self.status(folder)
        }
        #expect(status.isAsApplied)
        #expect(status.policyDigest == policy.digest)
        let rule = try #require(status.ports.first?.rules.first)
        #expect(!rule.isOpen)
        #expect(rule.changes?.rfc3339 == "2026-11-23T08:00:00Z")
        #expect(rule.allowed == 0)
        #expect(status.ports.first?.refused == 0)
    }

    @Test("a proof that was left out is told; of a record that does not speak of it nothing is claimed")
    func proof() throws {
        let change = GateSample.change(policy)
        let (without, unknown) = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(
                try GateChange(
                    table: change.table, origin: .apply, policyName: change.policyName,
                    policyDigest: change.policyDigest, paths: change.paths, sources: change.sources,
                    horizon: change.horizon, clockOffset: 0, isProved: false), folder)
            let without = try Self.status(folder)
            // As a version that proved nothing wrote it.
            guard case .object(let members) = try JSONReader.value(of: folder.read("generations/1/meta.json")) else {
                throw NftTool.Failure(message: "the record is no object")
            }
            let older = JSONValue.object(members.filter { $0.key != "proved" })
            try folder.write("generations/1/meta.json", String(decoding: older.rendered(), as: UTF8.self))
            return (without, try Self.status(folder))
        }
        #expect(without.text.contains("\nnot proved that it lets in what the policy allows: --no-proof was given\n"))
        #expect(without.record?.json["proved"] == .bool(false))
        #expect(unknown.isAsApplied)
        #expect(!unknown.text.contains("proved"), "\(unknown.text)")
        #expect(unknown.record != nil && unknown.record?.json["proved"] == nil)
    }

    @Test("G02: a log group that nobody has bound is told")
    func unboundLog() throws {
        let policy = policy
        let status = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(policy, folder)
            return try Self.status(folder)
        }
        #expect(status.findings.contains { $0.code == "PG457" && $0.message.contains("log group 77") })
        #expect(
            LogGroups.groups(in: Array("   77  12345     0 2 65535 100  1\n    0 9 0 2 1 1 1\nx\n".utf8))
                == [77: 12_345, 0: 9])
    }

    @Test("G08: the owner of the log group is named")
    func logOwner() throws {
        let policy = policy
        let status = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(policy, folder)
            let logger = try LabProcess(["/usr/bin/python3", "-I", "-c", Self.logger])
            defer { logger.kill() }
            #expect(try logger.line() == "bound")
            return try Self.status(folder)
        }
        #expect(status.logOwners[77]?.contains("(python3)") == true, "\(status.logOwners)")
        #expect(status.text.contains("log group 77 is taken by pid"))
        #expect(!status.findings.contains { $0.code == "PG457" })
    }

    /// Binds NFLOG group 77: NFULNL_MSG_CONFIG with NFULA_CFG_CMD, NFULNL_CFG_CMD_BIND.
    private static let logger = """
        import socket, struct, sys
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        s.bind((0, 0))
        s.send(struct.pack("=IHHII", 28, 4 << 8 | 1, 5, 1, 0) + struct.pack(">BBH", 0, 0, 77) + struct.pack("=HHB3x", 5, 1, 1))
        code = struct.unpack_from("=i", s.recv(4096), 16)[0]
        print("bound" if code == 0 else code, flush=True)
        sys.stdin.read()
        """

    @Test("B01: base chains of others that judge after the gate are listed, earlier ones and its own are not")
    func laterChains() throws {
        let policy = policy
        let status = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(policy, folder)
            try NftTool.run(
                "add table inet other; "
                    + "add chain inet other late { type filter hook input priority 10; policy drop; }; "
                    + "add chain inet other early { type filter hook prerouting priority -300; }; "
                    + "add table ip6 six; add chain ip6 six out { type filter hook output priority 0; }")
            return try Self.status(folder)
        }
        #expect(Set(status.laterChains.map(\.name)) == ["late", "out"])
        let finding = try #require(status.findings.first { $0.code == "PG458" })
        #expect(
            finding.notes.map(\.message).contains("inet other late: input, priority 10, drops what it leaves undecided")
        )
        #expect(status.isAsApplied)
    }

    @Test("what another hand changed is named, and no longer as applied")
    func altered() throws {
        let policy = policy
        let status = try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            try Self.apply(policy, folder)
            try NftTool.run("add rule inet portgate pg_about return")
            return try Self.status(folder)
        }
        #expect(!status.isAsApplied)
        let finding = try #require(status.findings.first { $0.code == "PG452" })
        #expect(finding.notes.map(\.message) == ["chain pg_about: 1 rules too many at its end"])
    }

    @Test("a horizon that is near is told, and the state of another namespace too")
    func horizonAndNamespace() throws {
        let policy = policy
        let folder = try StateFolder()
        let near = Instant(seconds: GateSample.now.seconds + 390 * 86_400)
        let status = try ScratchNetworkNamespace.run {
            try Self.apply(policy, folder)
            return try Self.status(folder, at: near)
        }
        #expect(status.findings.map(\.code).contains("PG455"))
        let elsewhere = try ScratchNetworkNamespace.run { try Self.status(folder) }
        #expect(Set(elsewhere.findings.map(\.code)) == ["PG451", "PG453"])
    }
}
