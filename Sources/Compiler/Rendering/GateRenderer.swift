import Nftables
import Policy

/// Puts the ports' chains behind the two base chains.
struct GateRenderer {
    /// After conntrack (-200), which also reassembles fragments, and before DNAT (-100), so that the port asked for is judged.
    static let priority: Int32 = -150
    /// The version of the rendering's shape.
    static let format = 1

    let policy: Policy
    let ports: [PortRenderer]
    let pool: SetPool
    /// Facts for people and for later versions, one comment each.
    let facts: [String]

    /// The whole table.
    var table: Table {
        var counters: [NamedCounter] = []
        var sets = pool.sets
        var chains = [gate, local, about]
        for port in ports {
            counters += port.counters
            sets += port.meters
            chains += port.chains
        }
        if ports.contains(where: \.needsUntrackedMeters) {
            sets.append(PortRenderer.meter(ObjectNames.untrackedMeter(v6: false), .v4))
            sets.append(PortRenderer.meter(ObjectNames.untrackedMeter(v6: true), .v6))
        }
        return Table(
            name: ObjectNames.table, counters: counters.sorted { $0.name < $1.name },
            sets: sets.sorted { $0.name < $1.name },
            maps: [
                // Sorted by name, as every kind of object is.
                VerdictMap(name: ObjectNames.ownMap, elements: elements(ObjectNames.ownJudge)),
                VerdictMap(name: ObjectNames.remoteMap, elements: elements(ObjectNames.remoteJudge)),
            ],
            chains: chains)
    }

    /// Everything that arrives for this host: unicast, and the broadcast, anycast and multicast that sockets receive too.
    private var gate: Chain {
        Chain(
            name: ObjectNames.gate, hook: Chain.Hook(point: .prerouting, priority: Self.priority, policy: .accept),
            rules: [
                // Judged when it left, in the output hook, where its process is known.
                Rule([.inputInterface("lo", negated: false), .verdict(.accept)]),
                // What this host sends to a group comes back to it as if from outside: it is its own all the same.
                Rule([
                    .destinationType([.broadcast, .multicast]), .sourceType([.local]),
                    .dispatch(map: ObjectNames.ownMap),
                ]),
                Rule([
                    .destinationType([.local, .broadcast, .anycast, .multicast]), .dispatch(map: ObjectNames.remoteMap),
                ]),
            ])
    }

    /// Everything that this host sends to itself.
    private var local: Chain {
        Chain(
            name: ObjectNames.local, hook: Chain.Hook(point: .output, priority: Self.priority, policy: .accept),
            rules: [
                // Whatever leaves over lo stays here, group and broadcast addresses too.
                Rule([.outputInterface("lo", negated: false), .dispatch(map: ObjectNames.ownMap)]),
                Rule([.destinationType([.local]), .dispatch(map: ObjectNames.ownMap)]),
            ])
    }

    /// Never reached. Its rules carry the facts, and its mention of conntrack keeps tracking and with it the reassembly of
    /// fragments switched on, whatever the ports log.
    private var about: Chain {
        Chain(
            name: ObjectNames.about,
            rules: facts.map { Rule([.verdict(.return)], comment: Provenance.fact($0)) } + [
                Rule([.connectionState([.invalid]), .verdict(.return)], comment: "conntrack reassembles fragments")
            ])
    }

    private func elements(_ chain: (Name) -> String) -> [VerdictMap.Element] {
        var elements: [VerdictMap.Element] = []
        for renderer in ports {
            let verdict = Verdict.goto(chain(renderer.port.name))
            for transport in renderer.port.protocols {
                for range in renderer.port.ports {
                    elements.append(
                        VerdictMap.Element(
                            transport: transport.rawValue, first: range.first, last: range.last, verdict: verdict))
                }
            }
        }
        return elements.sorted { ($0.transport, $0.first) < ($1.transport, $1.first) }
    }
}
