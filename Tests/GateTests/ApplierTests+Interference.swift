import Foundation
import Gate
import Nftables
import Policy
import Synchronization
import TestSupport
import Testing

// Applies that fail, are interrupted, or meet another writer.
extension ApplierTests {
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
