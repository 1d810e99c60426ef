import Foundation
import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

/// What netlink says of a ruleset, against what nft prints of its bytecode.
@Suite("Ruleset reader")
struct RulesetReaderTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Rulesets")

    /// A ruleset as this reader sees it, and as `nft --debug=netlink` tells it.
    private struct Both: Sendable {
        let live: LiveRuleset
        let told: [String]
    }

    /// Loads a file, and of another one the lines that this kernel takes.
    private static func load(_ file: String, lines: String? = nil) throws -> Both {
        try ScratchNetworkNamespace.run {
            try NftTool.run("-f", folder.appending(path: file).path)
            if let lines {
                let text = try String(contentsOf: folder.appending(path: lines), encoding: .utf8)
                for line in text.split(separator: "\n") {
                    do { try NftTool.run(String(line)) } catch is NftTool.Failure { continue }
                }
            }
            let told = try NftTool.run("--debug=netlink", "list", "ruleset")
            return Both(
                live: try RulesetReader().read(),
                told: told.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }

    private static let every = Result { try load("every-expression.nft", lines: "where-the-kernel-has-it.nft") }

    @Test("every expression that nft writes is understood")
    func understood() throws {
        let live = try Self.every.get().live
        #expect(live.unread.isEmpty)
        for table in live.tables {
            for chain in table.chains {
                for rule in chain.rules where rule.description.contains("not understood") {
                    Issue.record("\(table.name) \(chain.name): \(rule)")
                }
            }
            for set in table.sets {
                #expect(set.unreadElements == nil)
                for detail in set.elements.details.values {
                    #expect(!detail.expressions.contains { $0.description.contains("not understood") })
                }
            }
        }
    }

    @Test("each rule is told as nft tells it, expression by expression")
    func asTold() throws {
        let both = try Self.every.get()
        var rules: [String: [String]] = [:]
        for table in both.live.tables {
            for chain in table.chains {
                for rule in chain.rules {
                    rules["\(table.family) \(table.name) \(chain.name) \(rule.handle)"] = rule.expressions.map {
                        DebugLine.ours($0.description)
                    }
                }
            }
        }
        var told: [String: [String]] = [:]
        var current: String?
        for line in both.told {
            if line.hasPrefix("  [ ") {
                if let current { told[current, default: []].append(DebugLine.told(line)) }
            } else {
                let words = line.split(separator: " ")
                let isRule =
                    words.count >= 4 && !line.hasPrefix("\t") && words.dropFirst(3).allSatisfy { Int($0) != nil }
                current = isRule ? words.prefix(4).joined(separator: " ") : nil
            }
        }
        #expect(told.count > 250)
        #expect(Set(told.keys) == Set(rules.keys))
        for (rule, lines) in told {
            #expect(rules[rule] == lines, "\(rule)")
        }
    }

    @Test("sets, maps and objects say what was loaded")
    func sets() throws {
        let live = try Self.every.get().live
        let table = try #require(live.table(.inet, "every"))
        #expect(table.comment == "a table's comment")
        #expect(
            table.objects.first { $0.type == 1 } == LiveObject(type: 1, name: "hits", comment: "an object's comment"))
        #expect(Set(table.objects.map(\.type)).isSuperset(of: [1, 2, 3, 4, 7, 9, 10]))
        let sets = Dictionary(table.sets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let plain = try #require(sets["plain"])
        #expect(plain.comment == "a set's comment")
        #expect(plain.elements.details.values.map(\.comment) == ["an element's comment"])
        #expect(plain.intervals() == [0xc000_0201...0xc000_0201, 0xc000_0202...0xc000_0202])
        #expect(
            sets["nets"]?.intervals() == [
                0x0a00_0000...0x0aff_ffff, 0xc0a8_0000...0xc0a8_0307, 0xffff_ff00...0xffff_ffff,
            ])
        #expect(sets["ports"]?.intervals() == [22...22, 80...89, 65_000...65_535])
        #expect(sets["rest"]?.intervals() == [0...0xffff_ffff])
        #expect(sets["six"]?.intervals()?.count == 1)
        let boxes = try #require(sets["boxes"])
        #expect(boxes.fieldLengths == [4, 1, 2])
        #expect(boxes.intervals() == nil)
        #expect(
            (0..<boxes.elements.count).contains { index in
                Array(boxes.elements.key(at: index)) == [10, 0, 0, 0, 6, 0, 0, 0, 0, 80, 0, 0]
                    && Array(boxes.elements.keyEnd(at: index)) == [10, 255, 255, 255, 6, 0, 0, 0, 0, 89, 0, 0]
            })
        #expect(sets["lived"]?.elements.details[0]?.timeoutMilliseconds == 1_800_000)
        #expect(sets["lived"]?.timeoutMilliseconds == 3_600_000)
        #expect(sets["counted"]?.elements.details[0]?.expressions == [.counter])
        let verdicts = Set(try #require(sets["decide"]).elements.details.values.compactMap(\.verdict))
        #expect(verdicts == [.accept, .drop, .jump("later"), .goto("later"), .return, .continue])
        let nets = try #require(sets["decide_nets"])
        let catchAll = try #require(nets.elements.flags.firstIndex { $0 & 2 != 0 })
        #expect(nets.elements.details[catchAll]?.verdict == .drop)
        #expect(sets["count_by"]?.elements.details[0]?.object == "hits")
        #expect(sets["translate2"]?.elements.details[0]?.data == [198, 51, 100, 1, 0, 80, 0, 0])
    }

    @Test("every family, hook and device is told, and a table that sleeps")
    func tables() throws {
        let live = try Self.every.get().live
        #expect(live.generation != nil)
        #expect(
            live.tables.map { "\($0.family) \($0.name)" } == [
                "inet every", "ip four", "ip6 six", "arp resolving", "bridge bridged", "netdev wire", "inet asleep",
            ])
        #expect(live.tables.filter(\.isDormant).map(\.name) == ["asleep"])
        let every = try #require(live.table(.inet, "every"))
        let entering = try #require(every.chains.first { $0.name == "entering" })
        #expect(entering.hook == LiveChain.Hook(number: 1, priority: -5, policy: 0))
        #expect(entering.rules.last?.comment == "names, and more")
        #expect(every.chains.first { $0.name == "sources" }?.hook?.type == "nat")
        #expect(every.chains.first { $0.name == "later" }?.hook == nil)
        // A chain in braces has a name of the kernel's making, and what jumps to it says that name.
        let unnamed = try #require(every.chains.first { $0.flags & 4 != 0 })
        let jumps = every.chains.flatMap(\.rules).flatMap(\.expressions)
        #expect(jumps.contains(.verdict(.jump(unnamed.name))))
        let wire = try #require(live.table(.netdev, "wire"))
        #expect(wire.chains.compactMap(\.hook).map(\.devices) == [["lo"], ["lo"]])
        #expect(wire.chains.compactMap(\.hook?.number) == [0, 1])
    }

    @Test("counting changes nothing of what is read")
    func counting() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(
                """
                table ip t {
                    counter c { packets 5 bytes 50 }
                    quota q { 100 bytes used 0 bytes }
                    chain i { type filter hook input priority 0; counter packets 3 bytes 9; quota 10 bytes used 0 bytes; }
                }
                """)
            let before = try RulesetReader().read()
            try NftTool.run(
                """
                flush ruleset
                table ip t {
                    counter c { packets 7 bytes 70 }
                    quota q { 100 bytes used 100 bytes }
                    chain i { type filter hook input priority 0; counter packets 8 bytes 8; quota 10 bytes used 10 bytes; }
                }
                """)
            let after = try RulesetReader().read()
            #expect(before.tables.map(\.objects) == after.tables.map(\.objects))
            #expect(
                before.tables.flatMap(\.chains).flatMap(\.rules).map(\.expressions)
                    == after.tables.flatMap(\.chains).flatMap(\.rules).map(\.expressions))
        }
    }

    @Test("a set that was not asked for says so, and the others are read")
    func filter() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run(
                "table ip t { set a { type mark; elements = { 1 } }; set b { type mark; elements = { 1, 2 } }; }")
            let live = try RulesetReader().read { _, table, set in !(table == "t" && set.name == "a") }
            let sets = try #require(live.table(.ip, "t")).sets
            #expect(sets.map(\.unreadElements) == [RulesetReader.notWanted, nil])
            #expect(sets.map(\.elements.count) == [0, 2])
            #expect(sets.map { $0.intervals()?.count } == [nil, 2])
        }
    }

    @Test("rules that keep changing are said to, when patience ends")
    func unsteady() throws {
        try ScratchNetworkNamespace.run {
            try NftTool.run("table ip t { set a { type mark; elements = { 1 } }; }")
            do throws(GateFailure) {
                _ = try RulesetReader(patience: .milliseconds(20)).read { _, _, _ in
                    // Between the two looks at the generation, each time.
                    (try? NftTool.run("add table ip u; delete table ip u")) != nil
                }
                Issue.record("nothing was said")
            } catch {
                #expect(error.diagnostic.code == "PG405")
            }
        }
    }

    @Test("an empty host has an empty ruleset")
    func empty() throws {
        let live = try ScratchNetworkNamespace.run { try RulesetReader().read() }
        #expect(live.tables.isEmpty && live.unread.isEmpty)
    }

    @Test("twenty thousand intervals are read as nft lists them")
    func large() throws {
        try ScratchNetworkNamespace.run {
            let elements = (0..<20_000).map { "\(10 + $0 >> 15).\($0 >> 7 & 255).\($0 << 1 & 255).0/24" }
            let file = FileManager.default.temporaryDirectory.appending(path: "pg-ruleset-\(UUID().uuidString).nft")
            defer { try? FileManager.default.removeItem(at: file) }
            try
                "table ip t { set a { type ipv4_addr; flags interval; elements = { \(elements.joined(separator: ", ")) }; }; }"
                .write(to: file, atomically: true, encoding: .utf8)
            try NftTool.run("-f", file.path)
            let set = try #require(try RulesetReader().read().table(.ip, "t")?.sets.first)
            let expected = (0..<20_000).map { index -> ClosedRange<UInt128> in
                let first =
                    UInt128(10 + index >> 15) << 24 | UInt128(index >> 7 & 255) << 16 | UInt128(index << 1 & 255) << 8
                return first...first + 255
            }
            #expect(set.intervals() == expected)
        }
    }
}
