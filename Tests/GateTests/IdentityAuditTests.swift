import Compiler
import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

/// What is said of a host on which identities are not what the rules take them for.
@Suite("IdentityAudit")
struct IdentityAuditTests {
    private static let span = SourceSpan(file: 0, line: 1, column: 1)

    private static func table(_ proofs: [IdentityProof], accounts: AccountDatabase = .none) throws -> Table {
        let names = proofs.indices.map { GateSample.name("who\($0)") }
        var rule = AccessRule(name: GateSample.name("rule"), span: span)
        rule.identities = .only(names)
        var policy = GateSample.policy([GateSample.port("db", 5432, rules: [rule])])
        policy.identities = zip(names, proofs).map { Identity(name: $0, span: span, proof: $1) }
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: GateSample.now, accounts: accounts))
        return try #require(result.table, "\(result.diagnostics)")
    }

    private static func process(cgroup: String? = nil, user: String? = nil) -> IdentityProof {
        .process(ProcessProof(user: user.map { .name($0) }, group: nil, cgroup: cgroup, span: span))
    }

    private static func host(
        group: ControlGroups.Look = .absent, interfaces: Set<String> = [],
        peers: WireGuardPeers = .bound(v4: .full, v6: .full),
        accounts: AccountDatabase = .none
    ) -> IdentityAudit {
        IdentityAudit(
            host: IdentityHost(
                controlGroup: { _ in group }, hasInterface: { interfaces.contains($0) }, peers: { _ in peers },
                accounts: accounts))
    }

    /// A door to a kernel whose sets of cgroups hold these ids.
    private static func door(holding ids: [UInt64]) -> KernelDoor {
        var door = KernelDoor.live()
        door.elements = { _ in SetListing(elements: ids.map { SetElement($0) }, generation: 1) }
        return door
    }

    @Test(
        "a cgroup's path comes back from the table, however long and strange",
        arguments: [
            "a.slice", #"system.slice/dev-disk-by\x2duuid.swap"#, String(repeating: "long.slice/", count: 40) + "end",
        ])
    func paths(path: String) throws {
        let claims = IdentityClaims(try Self.table([Self.process(cgroup: path)]))
        #expect(claims.controlGroups.map(\.path) == [path])
        #expect(claims.controlGroups.map(\.identity) == ["who0"])
    }

    @Test(
        "PG444 PG445 PG448: what the path is today, and what the set holds",
        arguments: [
            (ControlGroups.Look.live(7), [UInt64(7)], [String]()), (.live(8), [7], ["PG445"]),
            (.live(8), [], ["PG445"]),
            (.live(8), [7, 8], ["PG445"]), (.absent, [], ["PG444"]), (.absent, [7], ["PG444", "PG445"]),
            (.unknown(reason: "hidden"), [7], ["PG448"]),
        ])
    func controlGroups(look: ControlGroups.Look, held: [UInt64], codes: [String]) throws {
        let table = try Self.table([Self.process(cgroup: "a.slice")])
        #expect(Self.host(group: look).findings(table, door: Self.door(holding: held)).map(\.code) == codes)
    }

    @Test("PG446: an account that has another number, or none")
    func accounts() throws {
        let then = AccountDatabase(user: { $0 == "app" || $0 == "pc$" ? 61_001 : nil }, group: { _ in nil })
        let table = try Self.table([Self.process(user: "app"), Self.process(user: "pc$")], accounts: then)
        let now = { (number: UInt32?) in AccountDatabase(user: { _ in number }, group: { _ in nil }) }
        let door = Self.door(holding: [])
        #expect(Self.host(accounts: now(61_001)).findings(table, door: door).isEmpty)
        #expect(Self.host(accounts: now(61_002)).findings(table, door: door).map(\.code) == ["PG446", "PG446"])
        #expect(Self.host(accounts: now(nil)).findings(table, door: door).map(\.code) == ["PG446", "PG446"])
    }

    @Test("PG441 PG442 PG443 PG447: what WireGuard's peers are bound to")
    func peers() throws {
        let table = try Self.table([.wireguard(interface: "wg0", addresses: GateSample.addresses(["10.8.0.4/30"]))])
        let door = Self.door(holding: [])
        let bound = WireGuardPeers.parse(Array("KEY\t10.8.0.4/31\nOTHER\t(none)\nTHIRD\tfd00::/8 10.8.0.7/32\n".utf8))
        let cases: [(IdentityAudit, [String], isRefused: Bool)] = [
            (Self.host(interfaces: ["wg0"]), [], false), (Self.host(), ["PG443"], false),
            (Self.host(interfaces: ["wg0"], peers: bound), ["PG442"], true),
            (Self.host(interfaces: ["wg0"], peers: .refused("Protocol not supported")), ["PG442"], true),
            (Self.host(interfaces: ["wg0"], peers: .unknown(reason: "there is no wg here")), ["PG447"], false),
        ]
        for (audit, codes, isRefused) in cases {
            #expect(audit.findings(table, door: door).map(\.code) == codes)
            var code: String?
            do throws(GateFailure) { try audit.check(table) } catch { code = error.diagnostic.code }
            #expect(code == (isRefused ? "PG441" : nil))
        }
        let found = Self.host(interfaces: ["wg0"], peers: bound).findings(table, door: door)
        #expect(found.map(\.message) == ["rule db/rule lets 10.8.0.6 in over wg0, where no peer is bound to that"])
    }

    @Test("the root of the unified hierarchy is found in mountinfo, whatever else is mounted")
    func mountPoint() {
        let text = """
            24 1 0:22 / /sys rw - sysfs sysfs rw
            31 24 0:28 / /sys/fs/cgroup rw shared:9 - tmpfs tmpfs rw,mode=755
            37 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
            41 31 0:38 /part /mnt/part rw - cgroup2 cgroup2 rw
            42 31 0:38 / /mnt/with\\040blank rw shared:10 master:2 - cgroup2 cgroup2 rw
            43 31 0:39 / /broken rw

            """
        #expect(ControlGroups.mountPoint(in: Array(text.utf8)) == "/mnt/with blank")
        #expect(ControlGroups.mountPoint(in: []) == nil)
        #expect(ControlGroups(root: nil).look(at: "a.slice") != .absent)
        #expect(ControlGroups(root: "/proc").look(at: "1") == .unknown(reason: "another file system covers it"))
        #expect(ControlGroups.find().look(at: "portgate-no-such-cgroup") == .absent)
    }
}
