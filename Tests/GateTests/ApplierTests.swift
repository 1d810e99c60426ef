import Foundation
import Gate
import Nftables
import Policy
import Synchronization
import TestSupport
import Testing

/// Changes of a real kernel, each in a network namespace of its own.
@Suite("Applier")
struct ApplierTests {
    let first = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8", "fd00::/8"])]),
        GateSample.port("web", 8443, rules: [GateSample.rule("office", ["10.20.0.0/16"])]),
    ])
    let second = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/9"])]),
        GateSample.port("mail", 25, rules: [GateSample.rule("relay", ["192.0.2.0/24"])]),
    ])

    /// One host: a kernel, a state directory and an applier over them.
    struct Bench: Sendable {
        let folder: StateFolder
        var door = KernelDoor.live()

        init() throws { folder = try StateFolder() }

        init(folder: StateFolder) { self.folder = folder }

        func apply(
            _ change: GateChange, seen: LiveLook? = nil, confirmWithin: Int? = nil
        ) throws -> Applier.Report {
            let applier = Applier(door: door, state: folder.directory, appliedBy: "tests") { GateSample.now }
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            return try applier.apply(
                change, seen: try seen ?? KernelDoor.live().look(), confirmWithin: confirmWithin, holding: lock)
        }

        /// Returns the failure that applying ends with.
        func failure(_ change: GateChange, seen: LiveLook? = nil) -> GateFailure? {
            do {
                _ = try apply(change, seen: seen)
                return nil
            } catch { return error as? GateFailure }
        }
    }

    @Test("A04: applying twice changes nothing, and what left the policy has left the kernel")
    func appliesTwice() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            #expect(try bench.apply(GateSample.change(first)) == .applied(generation: 1, transactions: 2))
            let listing = try NftTool.run("-s", "list", "ruleset")
            #expect(try bench.apply(GateSample.change(first)) == .nothingToDo(generation: 1))
            #expect(try NftTool.run("-s", "list", "ruleset") == listing)
            _ = try bench.apply(GateSample.change(second))
            let after = try NftTool.run("-s", "list", "ruleset")
            #expect(!after.contains("web"))
            #expect(!after.contains("10.20.0.0"))
        }
    }

    @Test("A08: after a change the live table is the declared one, object by object")
    func leavesNothingStale() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            _ = try bench.apply(GateSample.change(second))
            #expect(try bench.door.look().table == GateSample.table(second))
        }
    }

    @Test("A06: tables of others stay as they are, to the byte")
    func touchesNothingElse() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            try NftTool.run(
                "add table ip docker; add chain ip docker nat { type nat hook prerouting priority -100; }; "
                    + "add table inet f2b; add set inet f2b banned { type ipv4_addr; elements = { 192.0.2.1 }; }")
            let before = try NftTool.run("list", "ruleset")
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            _ = try bench.apply(GateSample.change(second))
            try NftTool.run("delete", "table", "inet", "portgate")
            #expect(try NftTool.run("list", "ruleset") == before)
        }
    }

    @Test("A07: counters keep their values over a change")
    func keepsCounters() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            // A refused connection of the host to itself.
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(client) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(5432).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(connected != 0)
            let refused = try #require(try bench.door.counters()["pg_d_db"])
            #expect(refused.packets >= 1)
            _ = try bench.apply(GateSample.change(second))
            #expect(try bench.door.counters()["pg_d_db"] == refused)
        }
    }

    @Test("A09: a base chain of another priority is put in its place")
    func movesBaseChains() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            try NftTool.run(
                "add table inet portgate; add chain inet portgate pg_gate "
                    + "{ type filter hook prerouting priority 10; policy accept; }")
            _ = try bench.apply(GateSample.change(first))
            #expect(try bench.door.look().table == GateSample.table(first))
        }
    }

    @Test("0 takes the gate away, and the way back from there is the gate that was")
    func takesAway() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let rollback = Rollback(state: bench.folder.directory)
            _ = try bench.apply(rollback.change(to: 0))
            #expect(try bench.door.look().table == nil)
            let record = try #require(try bench.folder.directory.current())
            #expect(record.origin == .noGate)
            #expect(try bench.apply(rollback.change(to: 0)) == .nothingToDo(generation: 2))
            _ = try bench.apply(rollback.change(to: nil))
            #expect(try bench.door.look().table == GateSample.table(first))
            _ = try bench.apply(rollback.change(to: nil))
            #expect(try bench.door.look().table == nil)
        }
    }

    @Test("what an interrupted change left is no other hand's, and the way back leads to what was recorded")
    func interrupted() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            _ = try bench.apply(GateSample.change(second))
            let state = bench.folder.directory
            let record = try #require(try state.current())
            // All of it is live, and nobody wrote down how it ended.
            try bench.folder.write("current", "{\"format\":1,\"generation\":1}")
            try bench.folder.write("intent.json", "{\"format\":1,\"generation\":2}")
            #expect(try state.interruptedTable(on: record.host) == GateSample.table(second))
            let recorded = GateSample.table(first)
            let planner = Planner(now: GateSample.now, policy: first)
            func alterations() throws -> [String] {
                planner.plan(
                    declared: recorded, live: try bench.door.look().table, recorded: recorded,
                    interrupted: try state.interruptedTable(on: record.host)
                ).alterations.map(\.object)
            }
            #expect(try alterations() == [])
            try NftTool.run("insert rule inet portgate pg_p_db accept")
            #expect(try alterations() == ["chain pg_p_db"])
            #expect(try Rollback(state: state).change(to: nil).origin == .rollback(to: 1))
        }
    }

    @Test("F05: elements that the kernel adds and lets expire, and counters, are no difference")
    func volatileParts() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let limit = "limit rate over 10/second burst 10 packets"
            try NftTool.run("add element inet portgate pg_m4_db { 192.0.2.1 \(limit) }")
            #expect(try NftTool.run("list", "set", "inet", "portgate", "pg_m4_db").contains("192.0.2.1"))
            #expect(try bench.door.look().table == GateSample.table(first))
        }
    }

    @Test("A13: a table that another hand has changed is put right without an address by handle")
    func putsRight() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            try NftTool.run("insert rule inet portgate pg_p_db accept; add set inet portgate extra { type ipv4_addr; }")
            let live = try bench.door.look()
            let plan = Planner(now: GateSample.now, policy: first).plan(
                declared: GateSample.table(first), live: live.table, recorded: GateSample.table(first))
            #expect(plan.alterations.map(\.object).sorted() == ["chain pg_p_db", "set extra"])
            _ = try bench.apply(GateSample.change(first))
            #expect(try bench.door.look().table == GateSample.table(first))
        }
    }

    @Test("A18: a generation holds the compiled text and the policy's own, not a listing")
    func recordsText() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            let change = GateSample.change(first)
            _ = try bench.apply(change)
            #expect(try bench.folder.read("generations/1/ruleset.nft") == change.table?.rendered())
            #expect(try bench.folder.read("generations/1/sources/0") == Array("version: 1\n".utf8))
            let record = try #require(try bench.folder.directory.current())
            #expect(record.policyDigest == first.digest)
            #expect(record.host == (try HostIdentity.current()))
            #expect(try bench.folder.directory.table(of: record) == GateSample.table(first))
        }
    }

    @Test("A20: what no port declares goes on over loopback as before")
    func leavesLoopback() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer {
                close(server)
                close(client)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(5433).bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let (bound, connected) = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    (bind(server, pointer, size) + listen(server, 1), connect(client, pointer, size))
                }
            }
            #expect(bound == 0)
            #expect(connected == 0)
        }
    }
}
