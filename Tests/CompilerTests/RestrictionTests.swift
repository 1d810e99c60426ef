import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// No way to fail open, seen in the structure of the rendering: a rule's way in states every dimension that the rule states.
@Suite struct RestrictionTests {
    @Test("no source, time, process or family restriction is ever missing from a way into a rule")
    func everyDimensionIsRendered() throws {
        var ways = 0
        for seed in UInt64(1)...400 {
            let yaml = PolicyGenerator.yaml(seed: seed)
            let policy = try Gates.policy(yaml)
            let result = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now))
            let table = try #require(result.table, "seed \(seed) \(result.diagnostics.map(\.message))")
            for (port, compiled) in zip(policy.ports, result.ports) {
                for (rule, described) in zip(port.rules, compiled.rules) {
                    ways += try check(rule, described, of: port, in: table, "seed \(seed)\n\(yaml)")
                }
            }
        }
        #expect(ways > 1000)
    }

    /// Returns how many ways into the rule were seen.
    private func check(
        _ rule: AccessRule, _ described: CompiledRule, of port: Port, in table: Table, _ context: String
    ) throws -> Int {
        var ways = 0
        for chain in table.chains {
            for entry in chain.rules where entry.statements.last == .verdict(.goto(described.chain)) {
                ways += 1
                let matches = entry.statements.dropLast()
                let times = matches.filter { $0.isTime }
                let statesTime = rule.windows != .unrestricted || rule.expires != nil
                #expect(times.count == (statesTime ? 1 : 0), "\(entry) \(context)")
                if rule.windows != .unrestricted {
                    #expect(times == [.timeInSet(described.timeSet ?? "")], "\(entry) \(context)")
                }
                switch chain.name {
                case "pg_p_\(port.name)":
                    let sets = matches.compactMap { $0.sourceSet }
                    #expect(sets.count == 1, "\(entry) \(context)")
                    #expect([described.v4.set, described.v6.set].contains(sets.first), "\(entry) \(context)")
                    #expect(matches.count == 1 + times.count, "\(entry) \(context)")
                case "pg_l_\(port.name)":
                    let addresses = matches.filter { $0.sourceSet != nil || $0.isFamily }
                    let owners = matches.filter { $0.isOwner }
                    #expect(addresses.count == 1, "\(entry) \(context)")
                    #expect(
                        matches.count == addresses.count + owners.count + times.count, "\(entry) \(context)")
                    if rule.networks == .unrestricted, addresses.first?.isFamily == true {
                        let byAddress = described.own.contains {
                            $0.anyAddress && $0.users == nil && $0.groups == nil
                        }
                        #expect(!owners.isEmpty || byAddress, "\(entry) \(context)")
                    }
                default:
                    Issue.record("a way into \(described.chain) from \(chain.name) \(context)")
                }
            }
        }
        return ways
    }

    @Test("every set that a rule refers to holds something, and holds it sorted and disjoint")
    func setsAreNeverEmpty() throws {
        for seed in UInt64(1)...200 {
            let result = try Gates.compile(PolicyGenerator.yaml(seed: seed))
            let table = try #require(result.table)
            for set in table.sets {
                switch set.content {
                case .ipv4(let ranges): #expect(!ranges.isEmpty)
                case .ipv6(let ranges): #expect(!ranges.isEmpty)
                case .time(let ranges): #expect(!ranges.isEmpty)
                case .dynamic, .timed, .cgroups, .connections, .timedProtocols: continue
                }
            }
        }
    }
}

extension Statement {
    fileprivate var isTime: Bool {
        switch self {
        case .timeInSet, .timeBefore: true
        default: false
        }
    }

    fileprivate var isOwner: Bool {
        switch self {
        case .socketUser(let list), .socketGroup(let list): !list.isEmpty
        default: false
        }
    }

    fileprivate var isFamily: Bool {
        if case .family = self { return true }
        return false
    }

    fileprivate var sourceSet: String? {
        if case .sourceInSet(_, let set) = self { return set }
        return nil
    }
}
