import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// No way to fail open, seen in the structure of the rendering: a rule's way in states every dimension that the rule states.
@Suite struct RestrictionTests {
    @Test("no source, proof, time, process, family or request restriction is ever missing from a way into a rule")
    func everyDimensionIsRendered() throws {
        var kinds: [String: Int] = [:]
        for sample in Gates.samples + Gates.wideSamples {
            let table = sample.table
            for (port, compiled) in zip(sample.policy.ports, sample.result.ports) {
                for (rule, described) in zip(port.rules, compiled.rules) {
                    let check = WayCheck(
                        policy: sample.policy, port: port, rule: rule, described: described, table: table,
                        context: "seed \(sample.seed) \(port.name)/\(rule.name)\n\(sample.yaml)")
                    for kind in try check.run() { kinds[kind, default: 0] += 1 }
                }
            }
        }
        // Each kind of way has been seen often enough to have been checked.
        for kind in [
            "addresses", "own addresses", "process", "cgroup", "session", "interface", "security", "link", "observed",
            "requests", "timed",
        ] {
            #expect(kinds[kind, default: 0] >= 5, "\(kind): \(kinds)")
        }
        #expect(kinds["addresses", default: 0] > 300, "\(kinds)")
    }

    @Test("nothing is let pass for as long as the epoch lasts but by a rule that only addresses tell")
    func livingIsByAddressAlone() throws {
        var seen = 0
        for sample in Gates.samples + Gates.wideSamples {
            let observing = Set(sample.policy.ports.filter { $0.mode == .observe }.map { "pg_u_\($0.name)" })
            for chain in sample.table.chains {
                for rule in chain.rules {
                    switch rule.statements.last {
                    case .verdict(.goto("pg_live")), .verdict(.jump("pg_live")):
                        let isLasting = ["pg_a_", "pg_w_", "pg_z_"].contains { chain.name.hasPrefix($0) }
                        #expect(
                            isLasting || chain.name == "pg_await_live" || observing.contains(chain.name),
                            "\(chain.name) \(sample.yaml)")
                    case .verdict(.goto("pg_await_live")):
                        #expect(chain.name.hasPrefix("pg_a_") || chain.name.hasPrefix("pg_w_"), "\(chain.name)")
                    case .verdict(.goto(let target)) where target.hasPrefix("pg_a_"),
                        .verdict(.jump(let target)) where target.hasPrefix("pg_w_") || target.hasPrefix("pg_z_"):
                        guard !chain.name.hasPrefix("pg_w_") else { continue }
                        seen += 1
                        let matches = rule.statements.dropLast()
                        #expect(matches.count == 1, "\(rule) \(sample.yaml)")
                        let set = matches.first?.sourceSet ?? matches.first?.answerSet
                        let content = sample.table.sets.first { $0.name == set }?.content
                        switch content {
                        case .ipv4, .ipv6: break
                        default: Issue.record("\(chain.name): \(rule) \(sample.yaml)")
                        }
                    default: continue
                    }
                }
            }
        }
        #expect(seen > 300)
    }

    @Test("every set that a rule refers to holds something, and holds it sorted and disjoint")
    func setsAreNeverEmpty() throws {
        for sample in Gates.samples + Gates.wideSamples {
            for set in sample.table.sets {
                switch set.content {
                case .ipv4(let ranges): #expect(!ranges.isEmpty)
                case .ipv6(let ranges): #expect(!ranges.isEmpty)
                case .time(let ranges): #expect(!ranges.isEmpty)
                default: #expect(!set.hasDeclaredElements)
                }
            }
        }
    }
}
