import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// More failure modes by their ids in docs/limits.md: logging, sets and what is matched where.
@Suite struct LoggingRowTests {
    private func tables() throws -> [Table] { try FailureRowTests.texts.map { try Gates.table($0) } }

    @Test("F06: no set holds intervals and time-outs at once")
    func f06() throws {
        var dynamic = 0
        for set in try tables().flatMap(\.sets) {
            let isTimed: Bool
            if case .dynamic = set.content { isTimed = true } else { isTimed = false }
            dynamic += isTimed ? 1 : 0
            let text = String(decoding: try Table(name: "portgate", sets: [set]).rendered(), as: UTF8.self)
            #expect(text.contains("timeout") == isTimed)
            #expect(text.contains("interval") == !isTimed)
        }
        #expect(dynamic > 0)
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

    @Test("H05: no interface is matched by its number, and only loopback by its name")
    func h05() throws {
        for table in try tables() {
            for statement in table.chains.flatMap(\.rules).flatMap(\.statements) {
                switch statement {
                case .inputInterface(let name, _), .outputInterface(let name, _): #expect(name == "lo")
                default: break
                }
            }
            let words = String(decoding: try table.rendered(), as: UTF8.self).split { " \t\n".contains($0) }
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
                case .dispatch(let map) where map != "pg_own":
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
