import Compiler
import Foundation
import Nftables
import Policy
import TestSupport
import Testing

/// More failure modes by their ids in docs/limits.md: logging, sets and what is matched where.
@Suite struct LoggingRowTests {
    private func tables() throws -> [Table] { (Gates.samples + Gates.wideSamples).map(\.table) }

    @Test("F06: no set holds intervals and time-outs at once but the grants', which no packet and no rule fills")
    func f06() throws {
        var seen: Set<String> = []
        let all = try tables()
        let sets = Dictionary(all.flatMap(\.sets).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for set in sets.values.sorted(by: { $0.name < $1.name }) {
            let text = String(decoding: try Table(name: "portgate", sets: [set]).rendered(), as: UTF8.self)
            let isTimed = text.contains("timeout")
            let isRanges = text.contains("interval")
            switch set.content {
            case .ipv4, .ipv6, .time: #expect(!isTimed && isRanges)
            case .timed(_, ranges: true, _):
                #expect(isTimed && isRanges && set.name.hasPrefix("pg_g"))
                seen.insert("grants")
            case .dynamic, .timed, .connections:
                #expect(isTimed && !isRanges)
                seen.insert("timed")
            default: #expect(!isRanges)
            }
        }
        #expect(seen == ["grants", "timed"])
        for statement in all.flatMap(\.chains).flatMap(\.rules).flatMap(\.statements) {
            switch statement {
            case .meter(let set, _, _), .remember(_, let set, _, _): #expect(!set.hasPrefix("pg_g"))
            default: break
            }
        }
    }

    @Test("G07: every log statement says how long records may wait for others")
    func g07() throws {
        var logs = 0
        for statement in try tables().flatMap(\.chains).flatMap(\.rules).flatMap(\.statements) {
            guard case .log(_, _, _, let threshold) = statement else { continue }
            logs += 1
            #expect((threshold ?? 0) > 0)
        }
        #expect(logs > 0)
    }

    @Test("G09: the owner of a socket is asked for only where it is known, on the way out")
    func g09() throws {
        var asked = 0
        for table in try tables() {
            let inbound = reachable(from: "pg_gate", in: table)
            for chain in table.chains {
                for statement in chain.rules.flatMap(\.statements) {
                    switch statement {
                    case .socketUser, .socketGroup, .socketHasOwner:
                        asked += 1
                        #expect(!inbound.contains(chain.name), "\(chain.name)")
                    default:
                        break
                    }
                }
            }
        }
        #expect(asked > 0)
    }

    @Test("H05: no interface is matched by its number, and only loopback and those of a policy by their names")
    func h05() throws {
        for sample in Gates.samples + Gates.wideSamples {
            var names: Set<String> = ["lo"]
            for identity in sample.policy.identities {
                switch identity.proof {
                case .wireguard(let interface, _): names.insert(interface)
                case .link(let proof): names.formUnion([proof.interface].compactMap(\.self))
                default: break
                }
            }
            for statement in sample.table.chains.flatMap(\.rules).flatMap(\.statements) {
                switch statement {
                case .inputInterface(let name, _), .outputInterface(let name, _): #expect(names.contains(name))
                default: break
                }
            }
            // The routing table is asked whether there is any interface at all: `oif 0` is none.
            let text = String(decoding: sample.result.text, as: UTF8.self)
            let asked = text.replacingOccurrences(of: "fib saddr . iif oif 0 ", with: "")
            let words = asked.split { " \t\n".contains($0) }
            #expect(!words.contains("iif") && !words.contains("oif"))
        }
    }

    /// Returns the chains that a packet from outside can come to. The gate sends this host's own group packets, which come
    /// back by the interface they left by, to `pg_own`; they have lost their socket, and no rule for a process takes them.
    private func reachable(from name: String, in table: Table) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            guard found.insert(next).inserted, let chain = table.chains.first(where: { $0.name == next }) else {
                continue
            }
            for statement in chain.rules.flatMap(\.statements) {
                switch statement {
                case .verdict(.goto(let target)), .verdict(.jump(let target)):
                    open.append(target)
                case .dispatch(let map) where !map.hasPrefix("pg_own"), .dispatchAsked(let map):
                    for element in table.maps.first(where: { $0.name == map })?.elements ?? [] {
                        if case .goto(let target) = element.verdict { open.append(target) }
                        if case .jump(let target) = element.verdict { open.append(target) }
                    }
                default:
                    break
                }
            }
        }
        return found
    }
}
