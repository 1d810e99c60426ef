import Gate
import Glibc
import Host
import Nftables
import TestSupport
import Testing

/// The change of one live table into another, in network namespaces of their own.
@Suite("Transitions in the kernel")
struct NftWorkerTransitionTests {
    private static let worker = NftWorker()

    /// Loads a change and returns what was refused.
    private static func change(to table: Table, upTo count: Int = .max) throws -> NftWorker.Answer {
        for batch in try table.transition(from: worker.list()).prefix(count) {
            let answer = worker.load(batch.text)
            if answer != .ok { return answer }
        }
        return .ok
    }

    /// Names what differs, so that a failure can be read.
    private static func differences(_ live: Table?, _ table: Table) -> String {
        guard let live else { return "there is no table" }
        var lines = live.foreign.map { "foreign: \($0)" }
        for (name, left, right) in zipped(live.chains, table.chains, \.name) {
            lines.append("\(name): \(left) | \(right)")
        }
        for (name, left, right) in zipped(live.sets, table.sets, \.name) { lines.append("\(name): \(left) | \(right)") }
        for (name, left, right) in zipped(live.maps, table.maps, \.name) { lines.append("\(name): \(left) | \(right)") }
        return lines.joined(separator: "\n")
    }

    private static func zipped<Item: Equatable>(
        _ left: [Item], _ right: [Item], _ name: KeyPath<Item, String>
    ) -> [(String, String, String)] {
        let names = Set(left.map { $0[keyPath: name] } + right.map { $0[keyPath: name] })
        return names.compactMap { wanted in
            let one = left.first { $0[keyPath: name] == wanted }
            let other = right.first { $0[keyPath: name] == wanted }
            return one == other ? nil : (wanted, "\(one as Any)", "\(other as Any)")
        }
    }

    @Test("A08, I06: a random table becomes another random one, exactly, and nothing stale stays", arguments: 0..<50)
    func pairs(seed: Int) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: UInt64(seed))
            let first = generator.next()
            let second = seed.isMultiple(of: 2) ? generator.next() : generator.variation(of: first)
            for table in [first, second, first] {
                let answer = try Self.change(to: table)
                #expect(answer == .ok, "seed \(seed)")
                let live = try Self.worker.list()
                #expect(live == table, "seed \(seed): \(Self.differences(live, table))")
                let rest = try table.transition(from: live)
                #expect(rest.isEmpty)
            }
        }
    }

    /// What decides over packets: chains, maps, and the sets that rules refer to.
    private static func judgement(_ table: Table?) -> Table? {
        guard var table, !table.chains.isEmpty else { return nil }
        var used: Set<String> = []
        for statement in table.chains.flatMap(\.rules).flatMap(\.statements) {
            switch statement {
            case .sourceInSet(_, let set), .destinationInSet(_, let set), .originalSourceInSet(_, let set),
                .timeInSet(let set), .meter(let set, _, _), .connectionKnown(_, let set, _),
                .remember(_, let set, _, _), .cgroupInSet(_, let set):
                used.insert(set)
            default: break
            }
        }
        table.sets.removeAll { !used.contains($0.name) }
        let maps = Set(
            table.chains.flatMap(\.rules).flatMap(\.statements).compactMap { statement in
                switch statement {
                case .dispatch(let map), .dispatchSource(let map), .dispatchAsked(let map): map
                default: nil
                }
            })
        table.maps.removeAll { !maps.contains($0.name) }
        table.counters = []
        return table
    }

    @Test(
        "A08: a change that stops between batches judges by the old or the new rules, and is taken up to any end",
        arguments: 100..<112)
    func interrupted(seed: Int) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: UInt64(seed))
            let old = generator.next()
            let new = seed.isMultiple(of: 2) ? generator.next() : generator.variation(of: old)
            let third = generator.next()
            for (count, end) in [(0, new), (1, new), (2, new), (1, third), (2, old)] {
                let prepared = try Self.change(to: old)
                #expect(prepared == .ok)
                let answer = try Self.change(to: new, upTo: count)
                #expect(answer == .ok, "seed \(seed)")
                let halfway = Self.judgement(try Self.worker.list())
                #expect(
                    halfway == Self.judgement(old) || halfway == Self.judgement(new), "seed \(seed), \(count) batches")
                let resumed = try Self.change(to: end)
                #expect(resumed == .ok, "seed \(seed)")
                let live = try Self.worker.list()
                #expect(live == end, "seed \(seed): \(Self.differences(live, end))")
            }
        }
    }

    @Test("a batch that is refused leaves what was", arguments: 200..<210)
    func refused(seed: Int) throws {
        try ScratchNetworkNamespace.run {
            var generator = TableGenerator(seed: UInt64(seed))
            let old = generator.next()
            let new = generator.next()
            let prepared = try Self.change(to: old)
            #expect(prepared == .ok)
            for batch in try new.transition(from: old) {
                guard case .refused = Self.worker.load(batch.text + Array("delete set inet portgate pg_none\n".utf8))
                else {
                    Issue.record("seed \(seed): a broken batch is taken")
                    continue
                }
            }
            let live = try Self.worker.list()
            #expect(live == old)
        }
    }

    /// Sends datagrams to this namespace's own loopback.
    private static func send(_ count: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(9).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        for _ in 0..<count {
            let sent = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, "x", 1, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(sent == 1)
        }
    }

    private static func nft(_ arguments: String...) throws -> String {
        let outcome = try Subprocess(path: "/usr/sbin/nft", arguments: arguments).run()
        #expect(outcome.succeeded, "\(String(decoding: outcome.error, as: UTF8.self))")
        return String(decoding: outcome.output, as: UTF8.self)
    }

    @Test("A07: counters keep their values and meters their elements while rules and sets change")
    func survivors() throws {
        try ScratchNetworkNamespace.run {
            let meter = NamedSet(name: "pg_m4_db", content: .dynamic(family: .v4, size: 65535, timeoutSeconds: 3600))
            let limit = Limit(over: false, count: 1000, unit: "second", burst: 5)
            func table(_ source: Range32, comment: String) -> Table {
                let set = NamedSet(name: "pg_s4_\(comment)", content: .ipv4([source]))
                let rule = Rule(
                    [
                        .transport(17), .sourceInSet(family: .v4, set: set.name),
                        .meter(set: meter.name, family: .v4, limit: limit), .counter("pg_a_db"), .verdict(.accept),
                    ], comment: comment)
                let hook = Chain.Hook(point: .output, priority: -150, policy: .accept)
                return Table(
                    name: "portgate", counters: [NamedCounter(name: "pg_a_db")], sets: [meter, set],
                    chains: [Chain(name: "pg_local", hook: hook, rules: [rule])])
            }
            let first = try Self.change(to: table(Range32(0, .max), comment: "one"))
            #expect(first == .ok)
            Self.send(3)
            let second = try Self.change(to: table(Range32(0x7f00_0000, 0x7fff_ffff), comment: "two"))
            #expect(second == .ok)
            #expect(try Self.nft("list", "counter", "inet", "portgate", "pg_a_db").contains("packets 3 "))
            #expect(try Self.nft("list", "set", "inet", "portgate", "pg_m4_db").contains("127.0.0.1"))
            Self.send(2)
            #expect(try Self.nft("list", "counter", "inet", "portgate", "pg_a_db").contains("packets 5 "))
        }
    }

    @Test("A09: a base chain whose hook or priority changes is remade in one transaction with its rules")
    func hook() throws {
        try ScratchNetworkNamespace.run {
            for (point, priority) in [(Chain.HookPoint.prerouting, -150), (.prerouting, -160), (.input, -160)] {
                let hook = Chain.Hook(point: point, priority: Int32(priority), policy: .accept)
                let chain = Chain(name: "pg_gate", hook: hook, rules: [Rule([.transport(6), .verdict(.accept)])])
                let table = Table(name: "portgate", chains: [chain])
                let batches = try table.transition(from: Self.worker.list())
                #expect(batches.filter { $0.step == .switchOver }.count == 1)
                let answer = try Self.change(to: table)
                #expect(answer == .ok)
                let live = try Self.worker.list()
                #expect(live == table)
            }
        }
    }

    @Test(
        "A08, I04: what a foreign hand did to the table is undone",
        arguments: [
            "add table inet portgate { flags dormant; }",
            "add set inet portgate pg_foreign { type mark; }",
            "add set inet portgate foreign { type mark; }",
            "add set inet portgate pg_foreign { type ipv4_addr; flags timeout; elements = { 1.2.3.4 timeout 1h }; }",
            "add counter inet portgate pg_foreign { comment \"x\"; }",
            "add quota inet portgate q { over 5 mbytes; }",
            "add chain inet portgate pg_foreign { type nat hook prerouting priority -100; }",
            "add chain inet portgate foreign { type filter hook input priority 0; policy drop; }",
            "add chain inet portgate pg_gate { policy drop; }",
            "add chain inet portgate pg_foreign { comment \"x\"; }",
            "insert rule inet portgate pg_gate tcp dport 22 accept",
            "add rule inet portgate pg_c jump { accept; }",
            "flush chain inet portgate pg_c",
            "delete element inet portgate pg_s4 { 10.0.0.0/8 }",
            "add element inet portgate pg_s4 { 12.0.0.1 }",
            "delete element inet portgate pg_remote { 6 . 22 }",
            "add element inet portgate pg_remote { 6 . 23 : accept }",
            "delete table inet portgate",
        ])
    func foreignHand(command: String) throws {
        try ScratchNetworkNamespace.run {
            let hook = Chain.Hook(point: .prerouting, priority: -150, policy: .accept)
            let verdict = Verdict.goto("pg_c")
            let table = Table(
                name: "portgate", counters: [NamedCounter(name: "pg_n")],
                sets: [NamedSet(name: "pg_s4", content: .ipv4([Range32(0x0a00_0000, 0x0aff_ffff)]))],
                maps: [
                    VerdictMap(
                        name: "pg_remote", elements: [.init(transport: 6, first: 22, last: 22, verdict: verdict)])
                ],
                chains: [
                    Chain(name: "pg_gate", hook: hook, rules: [Rule([.dispatch(map: "pg_remote")])]),
                    Chain(
                        name: "pg_c",
                        rules: [Rule([.sourceInSet(family: .v4, set: "pg_s4"), .counter("pg_n"), .verdict(.accept)])]),
                ])
            let loaded = try Self.change(to: table)
            #expect(loaded == .ok)
            _ = try Self.nft(command)
            let touched = try Self.worker.list()
            #expect(touched != table)
            let repaired = try Self.change(to: table)
            #expect(repaired == .ok)
            let live = try Self.worker.list()
            #expect(live == table, "\(Self.differences(live, table))")
        }
    }
}
