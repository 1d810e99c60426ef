import Drift
import Policy
import TestSupport
import Testing

@testable import Gate

/// How a change of the ruleset is noticed: by a digest of each table, and by the kernel's events.
@Suite("changes of the ruleset")
struct RulesetEventTests {
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
