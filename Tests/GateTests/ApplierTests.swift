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
    private let first = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8", "fd00::/8"])]),
        GateSample.port("web", 8443, rules: [GateSample.rule("office", ["10.20.0.0/16"])]),
    ])
    private let second = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/9"])])
    ])

    /// One host: a kernel, a state directory and an applier over them.
    private struct Bench: Sendable {
        let folder: StateFolder
        var door = KernelDoor.live()

        init() throws { folder = try StateFolder() }

        func apply(_ change: GateChange, seen: LiveLook? = nil) throws -> Applier.Report {
            let applier = Applier(door: door, state: folder.directory, appliedBy: "tests") { GateSample.now }
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            return try applier.apply(change, seen: try seen ?? KernelDoor.live().look(), holding: lock)
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

    @Test("A10: when a transaction fails what was live before is live again, and the failure says so", arguments: 0..<3)
    func returns(failing: Int) throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let real = KernelDoor.live()
            let loads = Mutex(0)
            bench.door.load = { text throws(GateFailure) in
                let number = loads.withLock { count in
                    count += 1
                    return count - 1
                }
                // The text is broken on the way: the kernel refuses it whole.
                try real.load(number == failing ? text + Array("nonsense\n".utf8) : text)
            }
            let failure = try #require(bench.failure(GateSample.change(second)))
            #expect(failure.exit == .rolledBack)
            #expect(failure.diagnostic.code == "PG412")
            #expect(try real.look().table == GateSample.table(first))
            #expect(try bench.folder.directory.current()?.number == 1)
            #expect(try bench.folder.directory.outcome(of: 2)?.result == .returned)
            #expect(try bench.folder.directory.interrupted() == nil)
            // The way forward stays open.
            bench.door = real
            _ = try bench.apply(GateSample.change(second))
            #expect(try real.look().table == GateSample.table(second))
        }
    }

    @Test("a first apply that fails leaves no table")
    func returnsToNothing() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            let real = KernelDoor.live()
            let loads = Mutex(0)
            bench.door.load = { text throws(GateFailure) in
                let isSecond = loads.withLock { count in
                    count += 1
                    return count == 2
                }
                try real.load(isSecond ? Array("nonsense\n".utf8) : text)
            }
            #expect(bench.failure(GateSample.change(first))?.exit == .rolledBack)
            #expect(try real.look().table == nil)
        }
    }

    @Test("a worker that dies after the kernel has committed has done its work: the kernel is the truth")
    func believesTheKernel() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            let real = KernelDoor.live()
            let loads = Mutex(0)
            bench.door.load = { text throws(GateFailure) in
                try real.load(text)
                let isLast = loads.withLock { count in
                    count += 1
                    return count == 2
                }
                if isLast { _ = try KernelDoor.live(worker: NftWorker(path: "/nonexistent")).list() }
            }
            #expect(try bench.apply(GateSample.change(first)) == .applied(generation: 1, transactions: 2))
        }
    }

    @Test("a loader that says yes and does nothing is found out")
    func readsBack() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            bench.door.load = { _ in }
            let failure = try #require(bench.failure(GateSample.change(second)))
            #expect(failure.diagnostic.message.contains("read back, it is not what was loaded"))
            #expect(try KernelDoor.live().look().table == GateSample.table(first))
        }
    }

    @Test("when the way back fails too, the failure says what is live")
    func stranded() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let real = KernelDoor.live()
            let loads = Mutex(0)
            bench.door.load = { text throws(GateFailure) in
                let isFirst = loads.withLock { count in
                    count += 1
                    return count == 1
                }
                try real.load(isFirst ? text : Array("nonsense\n".utf8))
            }
            let failure = try #require(bench.failure(GateSample.change(second)))
            #expect(failure.exit == .couldNotLook)
            #expect(failure.diagnostic.code == "PG413")
            #expect(failure.diagnostic.notes.contains { $0.message.contains("pg_gate, pg_local") })
            #expect(try bench.folder.directory.outcome(of: 2)?.result == .stranded)
        }
    }

    @Test("A12: a table changed by another program between the look and the load ends the apply, which changes nothing")
    func foreignWriter() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let real = KernelDoor.live()
            // The host is asked for between the look and the first transaction.
            bench.door.host = { () throws(GateFailure) in
                _ = try? NftTool.run("add", "set", "inet", "portgate", "foreign", "{ type ipv4_addr; }")
                return try real.host()
            }
            let failure = try #require(bench.failure(GateSample.change(second)))
            #expect(failure.exit == .refused)
            #expect(failure.diagnostic.code == "PG406")
            try NftTool.run("delete", "set", "inet", "portgate", "foreign")
            #expect(try real.look().table == GateSample.table(first))
            #expect(try bench.folder.directory.numbers() == [1], "what never touched the kernel crowds nothing out")
            #expect(try bench.folder.directory.interrupted() == nil)
        }
    }

    @Test("other programs that keep changing their own tables hold nobody up")
    func busyHost() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            try NftTool.run("add", "table", "ip", "foreign")
            _ = try bench.apply(GateSample.change(first))
            let real = KernelDoor.live()
            let number = Mutex(0)
            // Another transaction of somebody else's before each of ours, and during each look.
            let interfere = { @Sendable in
                let next = number.withLock { value in
                    value += 1
                    return value
                }
                _ = try? NftTool.run("add", "set", "ip", "foreign", "s\(next)", "{ type ipv4_addr; }")
            }
            bench.door.load = { text throws(GateFailure) in
                interfere()
                try real.load(text)
            }
            bench.door.list = { () throws(GateFailure) in
                interfere()
                return try real.list()
            }
            #expect(try bench.apply(GateSample.change(second)) == .applied(generation: 2, transactions: 3))
            #expect(try real.look().table == GateSample.table(second))
        }
    }

    @Test("a change of the table between two transactions takes the change back")
    func foreignBetween() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            let real = KernelDoor.live()
            let loads = Mutex(0)
            bench.door.generation = { () throws(GateFailure) in
                // The third question is the one before the second transaction.
                let isBetween = loads.withLock { $0 == 1 }
                if isBetween {
                    loads.withLock { $0 = 2 }
                    return try real.generation()
                }
                if loads.withLock({ $0 == 2 }) {
                    loads.withLock { $0 = 3 }
                    _ = try? NftTool.run("add", "set", "inet", "portgate", "foreign", "{ type ipv4_addr; }")
                }
                return try real.generation()
            }
            bench.door.load = { text throws(GateFailure) in
                try real.load(text)
                loads.withLock { if $0 == 0 { $0 = 1 } }
            }
            let failure = try #require(bench.failure(GateSample.change(second)))
            #expect(failure.exit == .rolledBack)
            #expect(try real.look().table == GateSample.table(first))
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

    @Test("A12: a table that is no longer the one the plan was made for is not replaced")
    func movedOn() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            let seen = try bench.door.look()
            _ = try bench.apply(GateSample.change(first))
            #expect(bench.failure(GateSample.change(second), seen: seen)?.diagnostic.code == "PG406")
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
            #expect(try bench.folder.read("generations/1/ruleset.nft") == change.text)
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

    @Test("a state directory that cannot be written stops the change before the kernel is touched")
    func stateFirst() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            try bench.folder.write("current.new/in-the-way", "")
            let failure = try #require(bench.failure(GateSample.change(first)))
            #expect(failure.exit == .refused)
            #expect(failure.diagnostic.code == "PG401")
            #expect(try bench.door.look().table == nil)
        }
    }

    @Test("I03: a table that changes during every look is not reported on, and that is said")
    func unsteady() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            var door = KernelDoor.live()
            let generation = Mutex(UInt32(0))
            door.generation = {
                generation.withLock { value in
                    value += 1
                    return value
                }
            }
            let tables = [GateSample.table(first), GateSample.table(second)]
            door.list = { tables[Int(generation.withLock { $0 } / 2 % 2)] }
            let failure = #expect(throws: GateFailure.self) { try door.look(tries: 3) }
            #expect(failure?.diagnostic.message.contains("changed during each of 3 looks") == true)
            #expect(failure?.diagnostic.code == "PG405")
            #expect(failure?.exit == .couldNotLook)
        }
    }
}
