import Foundation
import Nftables
import Policy
import Synchronization
import TestSupport
import Testing

@testable import Gate

// Applies that change elements of sets and nothing else that judges.
extension ApplierTests {
    private static func networks(_ blocks: [String], line: UInt32 = 1, text: String = "a") -> Policy {
        GateSample.policy(
            [
                GateSample.port("db", 5432, rules: [GateSample.rule("billing", blocks, line: line)]),
                GateSample.port("web", 8443, rules: [GateSample.rule("office", ["10.20.0.0/16", "fd00::/8"])]),
            ], text: text)
    }

    private static let before = networks(["10.0.0.0/8", "192.0.2.7/32", "203.0.113.0/24"])
    /// One network goes, one comes, and every rule below moves by a line.
    private static let after = networks(["10.0.0.0/8", "198.51.100.0/24", "203.0.113.0/24"], line: 2, text: "b")

    /// Returns the number that the kernel gave the set of the rule; another one when it is made anew.
    private static func handle() throws -> Substring? {
        try NftTool.run("-a", "list", "sets", "inet").split(separator: "\n")
            .first { $0.contains("pg_s4_db/billing") }?.split(separator: " ").last
    }

    @Test("F04: changed networks are sent as elements: the set stays, and is not read, neither before nor after")
    func byElements() throws {
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(Self.before))
            let handle = try Self.handle()
            let record = try #require(try bench.folder.directory.current())
            let real = KernelDoor.live()
            let listings = Mutex(0)
            let changes = Mutex<[SetChange]>([])
            bench.door.list = { () throws(GateFailure) in
                listings.withLock { $0 += 1 }
                return try real.list()
            }
            bench.door.elements = { set throws(GateFailure) in
                listings.withLock { $0 += 1 }
                return try real.elements(set)
            }
            bench.door.change = { sent, generation throws(GateFailure) in
                changes.withLock { $0 += sent }
                try real.change(sent, generation)
            }
            let look = try bench.folder.directory.look(
                through: bench.door, record: record, recorded: GateSample.table(Self.before))
            #expect(
                try bench.apply(GateSample.change(Self.after), seen: look) == .applied(generation: 2, transactions: 2))
            #expect(listings.withLock { $0 } == 0)
            let sent = changes.withLock { $0 }
            #expect(sent.count == 1)
            #expect(sent.first?.removed == [SetElement(0xc000_0207 as UInt32)])
            #expect(sent.first?.added == [SetElement(0xc633_6400, 0xc633_64ff)])
            #expect(handle != nil)
            #expect(try Self.handle() == handle)
            #expect(try real.look().table == GateSample.table(Self.after))
            // What is live now is known again, without reading it.
            let next = try #require(try bench.folder.directory.current())
            let known = try bench.folder.directory.look(
                through: bench.door, record: next, recorded: GateSample.table(Self.after))
            #expect(known.table == GateSample.table(Self.after))
            #expect(listings.withLock { $0 } == 0)
        }
    }

    @Test(
        "a large set is neither dumped nor written as text: applied, joined by a port, changed by another hand, taken back"
    )
    func largeSet() throws {
        let blocks = (0..<KernelDoor.manyElements + 5).map {
            "10.\($0 >> 10 & 255).\($0 >> 2 & 255).\(($0 & 3) * 64)/28"
        }
        let rule = GateSample.rule("billing", blocks)
        let alone = GateSample.policy([GateSample.port("db", 5432, rules: [rule])])
        let joined = GateSample.policy(
            [
                GateSample.port("db", 5432, rules: [rule]),
                GateSample.port("web", 8443, rules: [GateSample.rule("office", ["10.20.0.0/16"])]),
            ], text: "joined")
        let (first, second) = (GateSample.change(alone), GateSample.change(joined))
        let (aloneTable, joinedTable) = (try #require(first.table), try #require(second.table))
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            let real = KernelDoor.live()
            let dumps = Mutex<[String]>([])
            bench.door.list = { () throws(GateFailure) in
                dumps.withLock { $0.append("list") }
                return try real.list()
            }
            bench.door.elements = { set throws(GateFailure) in
                if set.name.hasPrefix("pg_s4_db") { dumps.withLock { $0.append(set.name) } }
                return try real.elements(set)
            }
            _ = try bench.apply(first, seen: LiveLook(table: nil, generation: try real.generation()))
            _ = try bench.apply(
                second,
                seen: LiveLook(table: aloneTable, generation: try real.generation()))
            #expect(dumps.withLock { $0 } == [])
            #expect(try real.look().table == joinedTable)
            let record = try #require(try bench.folder.directory.current())
            #expect(try bench.folder.directory.table(of: record) == joinedTable)
            #expect(try bench.folder.read("generations/2/ruleset.nft").count < 20_000)

            // Another hand's element is found, though the set is not dumped as long as it is what was recorded.
            func seen() throws -> LiveLook {
                try bench.folder.directory.look(
                    through: bench.door, record: record, recorded: joinedTable)
            }
            try NftTool.run("add", "table", "inet", "foreign")
            #expect(try seen().table == joinedTable)
            #expect(dumps.withLock { $0 } == [])
            try NftTool.run("add", "element", "inet", "portgate", "pg_s4_db/billing", "{ 192.0.2.0/24 }")
            let found = try #require(try seen().table)
            #expect(
                TableDeviation.between(expected: joinedTable, found: found).count == 1,
                "an element that another hand added")
            let back = try Rollback(state: bench.folder.directory).change(to: 1).entering(after: found)
            _ = try bench.apply(back, seen: try seen())
            #expect(try real.look().table == back.table)
        }
    }

    @Test("K11: another program's transaction between the look and the elements ends the apply, which changes nothing")
    func foreignBeforeElements() throws {
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(Self.before))
            let real = KernelDoor.live()
            bench.door.change = { sent, generation throws(GateFailure) in
                _ = try? NftTool.run("add element inet portgate pg_s4_db/billing { 192.0.2.99 }")
                try real.change(sent, generation)
            }
            let failure = try #require(bench.failure(GateSample.change(Self.after)))
            #expect(failure.diagnostic.code == "PG406")
            #expect(failure.exit == .refused)
            try NftTool.run("delete element inet portgate pg_s4_db/billing { 192.0.2.99 }")
            #expect(try real.look().table == GateSample.table(Self.before))
            #expect(try bench.folder.directory.numbers() == [1])
            #expect(try bench.folder.directory.interrupted() == nil)
        }
    }

    @Test("I09: an element that another hand changed is seen, though nothing else was read since")
    func foreignElement() throws {
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(Self.before))
            let record = try #require(try bench.folder.directory.current())
            let recorded = GateSample.table(Self.before)
            let directory = bench.folder.directory
            #expect(try directory.look(through: bench.door, record: record, recorded: recorded).table == recorded)
            try NftTool.run("add element inet portgate pg_s4_db/billing { 192.0.2.99 }")
            let look = try directory.look(through: bench.door, record: record, recorded: recorded)
            #expect(look.table != recorded)
            let listed = try bench.door.list()
            #expect(look.table == listed)
        }
    }

    @Test("what was known of one network namespace is not believed of another at the same generation")
    func otherNamespace() throws {
        let folder = try StateFolder()
        let generation = try ScratchNetworkNamespace.run {
            var bench = Bench(folder: folder)
            bench.door.host = { HostIdentity(namespace: 1, boot: "same") }
            _ = try bench.apply(GateSample.change(Self.before))
            return try bench.door.generation()
        }
        try ScratchNetworkNamespace.run {
            var door = KernelDoor.live()
            door.generation = { generation }
            let record = try #require(try folder.directory.current())
            let look = try folder.directory.look(
                through: door, record: record, recorded: GateSample.table(Self.before))
            #expect(look.table == nil)
        }
    }

    @Test("an apply of elements that fails afterwards takes them back")
    func elementsReturn() throws {
        try ScratchNetworkNamespace.run {
            var bench = try Bench()
            _ = try bench.apply(GateSample.change(Self.before))
            let real = KernelDoor.live()
            bench.door.load = { text throws(GateFailure) in try real.load(text + Array("nonsense\n".utf8)) }
            let failure = try #require(bench.failure(GateSample.change(Self.after)))
            #expect(failure.diagnostic.code == "PG412")
            #expect(try real.look().table == GateSample.table(Self.before))
        }
    }

    @Test("rules listed without their sets' elements are the rules", arguments: 0..<8)
    func rulesAlone(seed: UInt64) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: 3_100 + seed)
            let table = generator.next()
            try NftTool.run("add table ip other; add chain ip other x; add rule ip other x counter comment \"plain\"")
            for batch in try table.transition(from: nil) { #expect(NftWorker().load(batch.text) == .ok) }
            var expected = table
            for index in expected.sets.indices {
                switch expected.sets[index].content {
                case .ipv4: expected.sets[index].content = .ipv4([])
                case .ipv6: expected.sets[index].content = .ipv6([])
                case .time: expected.sets[index].content = .time([])
                case .dynamic, .timed, .cgroups, .connections, .timedProtocols: continue
                }
            }
            #expect(try NftWorker().rules() == expected)
        }
    }

    @Test("a text of another table that could pass for something else makes the short listing refuse")
    func doubtfulRules() throws {
        try ScratchNetworkNamespace.run {
            #expect(try NftWorker().rules() == nil)
            try NftTool.run("add table inet portgate; add table ip other { comment \"caf\u{e9}\"; }")
            #expect(throws: NftWorkerError.self) { try NftWorker().rules() }
            #expect(try KernelDoor.live().look().table == Table(name: "portgate"))
        }
    }

    @Test("random tables become others by elements where they can, exactly", arguments: 0..<30)
    func randomPairs(seed: UInt64) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: 5_500 + seed)
            let door = KernelDoor.live()
            let first = generator.next()
            for table in [first, generator.variation(of: first), first] {
                let look = try door.look()
                let batches = try table.transition(from: look.table, byElements: true)
                var generation = look.generation
                for batch in batches {
                    try door.put(batch, expecting: generation)
                    let next = try door.generation()
                    #expect(next == KernelDoor.generation(after: generation), "seed \(seed)")
                    generation = next
                }
                let live = try door.list()
                #expect(live == table, "seed \(seed): \(TableDeviation.between(expected: table, found: live))")
                let short = try door.look(after: batches, from: look, to: table, at: generation)
                #expect(short.table == table, "seed \(seed)")
            }
        }
    }
}
