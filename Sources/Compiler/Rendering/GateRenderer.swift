import Nftables
import Policy

/// Puts the ports' chains behind the base chains.
struct GateRenderer {
    /// After conntrack (-200), which also reassembles fragments, and before DNAT (-100), so that the port asked for is judged.
    static let priority: Int32 = -150
    /// The version of the rendering's shape.
    static let format = 2

    let policy: Policy
    let ports: [PortRenderer]
    let pool: SetPool
    let settings: RenderSettings
    /// Facts for people and for later versions, one comment each.
    let facts: [String]

    /// The whole table.
    var table: Table {
        var counters: [NamedCounter] = []
        var sets = pool.sets
        var chains = [gate, local, arriving, leaving]
        if !only(.host).isEmpty { chains.append(input) }
        if !only(.forwarded).isEmpty { chains.append(forward) }
        chains += SharedChains(states: settings.states, servers: ports.contains { $0.serves != nil }).chains
        chains.append(about)
        for port in ports {
            counters += port.counters
            sets += port.sets
            chains += port.chains
        }
        if ports.contains(where: \.needsUntrackedMeters) {
            sets.append(PortRenderer.meter(ObjectNames.untrackedMeter(v6: false), .v4, .second))
            sets.append(PortRenderer.meter(ObjectNames.untrackedMeter(v6: true), .v6, .second))
        }
        if ports.contains(where: \.judgesSegments) {
            let size = settings.rememberedConnections
            sets += [
                NamedSet(
                    name: ObjectNames.firstBytes,
                    content: .connections(sequence: true, size: size, timeoutSeconds: Remembered.first)),
                NamedSet(
                    name: ObjectNames.opened,
                    content: .connections(sequence: false, size: size, timeoutSeconds: Remembered.firstConnection)),
            ]
        }
        // A set that several ports use is one set.
        var seen: Set<String> = []
        sets = sets.filter { seen.insert($0.name).inserted }
        let used = Set(chains.flatMap { $0.rules.flatMap { $0.statements.compactMap(\.map) } })
        return Table(
            name: ObjectNames.table, counters: counters.sorted { $0.name < $1.name },
            sets: sets.sorted { $0.name < $1.name },
            // Sorted by name, as every kind of object is.
            maps: maps.filter { used.contains($0.name) }.sorted { $0.name < $1.name }, chains: chains)
    }

    // MARK: Base chains

    /// Everything that arrives for this host: unicast, and the broadcast, anycast and multicast that sockets receive too.
    private var gate: Chain {
        base(
            ObjectNames.gate, .prerouting,
            [
                // Judged when it left, in the output hook, where its process is known.
                Rule([.inputInterface("lo", negated: false), .verdict(.accept)])
            ] + toJudges(ObjectNames.arriving))
    }

    /// Everything that this host sends: to itself, and the answers of its sockets.
    private var local: Chain { base(ObjectNames.local, .output, toJudges(ObjectNames.leaving)) }

    /// Lets live connections pass. A SYN opens another one, whatever is known of an earlier one between the same ends: its data
    /// and the place of its first byte are still to be judged.
    private func toJudges(_ chain: String) -> [Rule] {
        [
            Rule([.tcpFlags(.synchronizing), .verdict(.goto(chain))]),
            Rule([settings.states.isLive, .verdict(.accept)]),
            Rule([.verdict(.goto(chain))]),
        ]
    }

    private var arriving: Chain {
        var rules = [
            Rule([settings.states.isDead, .verdict(.jump(ObjectNames.dead))]),
            // What this host sends to a group comes back to it as if from outside: it is its own all the same.
            Rule([
                .destinationType([.broadcast, .multicast]), .sourceType([.local]),
                .dispatch(map: ObjectNames.ownMap),
            ]),
            Rule([
                .destinationType([.local, .broadcast, .anycast, .multicast]), .dispatch(map: ObjectNames.remoteMap),
            ]),
        ]
        for transport in transports(of: ports.filter { $0.port.reach.contains(.forwarded) }) {
            rules.append(
                Rule([
                    .connectionDirection(.reply), .destinationTranslated, .transport(transport),
                    .dispatchAsked(map: ObjectNames.returningMap),
                ]))
        }
        return Chain(name: ObjectNames.arriving, rules: rules)
    }

    private var leaving: Chain {
        var rules = [
            Rule([settings.states.isDead, .verdict(.jump(ObjectNames.dead))]),
            // Whatever leaves over lo stays here, group and broadcast addresses too.
            Rule([
                .outputInterface("lo", negated: false), .connectionDirection(.reply),
                .dispatchSource(map: ObjectNames.ownAnswerMap),
            ]),
            Rule([.outputInterface("lo", negated: false), .dispatch(map: ObjectNames.ownMap)]),
            Rule([.outputInterface("lo", negated: false), .verdict(.accept)]),
            Rule([.destinationType([.local]), .dispatch(map: ObjectNames.ownMap)]),
        ]
        for transport in transports(of: ports.filter { $0.port.reach.contains(.host) }) {
            rules.append(
                Rule([
                    .connectionDirection(.reply), .destinationTranslated, .transport(transport),
                    .dispatchAsked(map: ObjectNames.translatedMap),
                ]))
        }
        rules += [
            // By the port that was asked for, and by no other.
            Rule([.destinationTranslated, .verdict(.accept)]),
            Rule([.connectionDirection(.reply), .dispatchSource(map: ObjectNames.answerMap)]),
            // Segments of a connection that conntrack took up in its midst, from the server's side.
            Rule([.tcpFlags(.opening), .verdict(.accept)]),
            Rule([.dispatchSource(map: ObjectNames.takenUpMap)]),
        ]
        return Chain(name: ObjectNames.leaving, rules: rules)
    }

    /// Ports that are gated for this host's sockets only, after the destination is translated.
    private var input: Chain {
        var rules = [
            Rule([.inputInterface("lo", negated: false), .verdict(.accept)]),
            Rule([settings.states.isLive, .verdict(.accept)]),
        ]
        rules += asked(only(.host), ObjectNames.hostMap)
        rules += [
            Rule([.destinationTranslated, .verdict(.accept)]), Rule([.dispatch(map: ObjectNames.hostMap)]),
        ]
        return base(ObjectNames.input, .input, rules)
    }

    /// Ports that are gated only where they lead behind a translated destination.
    private var forward: Chain {
        base(
            ObjectNames.forward, .forward,
            [Rule([settings.states.isLive, .verdict(.accept)])]
                + asked(only(.forwarded), ObjectNames.forwardedMap))
    }

    private func asked(_ ports: [PortRenderer], _ map: String) -> [Rule] {
        transports(of: ports).map { transport in
            Rule([
                .connectionDirection(.original), .destinationTranslated, .transport(transport),
                .dispatchAsked(map: map),
            ])
        }
    }

    private func base(_ name: String, _ point: Chain.HookPoint, _ rules: [Rule]) -> Chain {
        Chain(name: name, hook: Chain.Hook(point: point, priority: Self.priority, policy: .accept), rules: rules)
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

    // MARK: Maps

    private var maps: [VerdictMap] {
        let both = ports.filter { $0.port.reach.count == 2 }
        let host = ports.filter { $0.port.reach.contains(.host) }
        let forwarded = ports.filter { $0.port.reach.contains(.forwarded) }
        return [
            map(ObjectNames.remoteMap, both, ObjectNames.remoteJudge),
            map(ObjectNames.hostMap, only(.host), ObjectNames.remoteJudge),
            map(ObjectNames.forwardedMap, only(.forwarded), ObjectNames.remoteJudge),
            map(ObjectNames.ownMap, ports, ObjectNames.ownJudge),
            map(ObjectNames.ownAnswerMap, ports, ObjectNames.ownAnswers),
            map(ObjectNames.answerMap, host, ObjectNames.answerJudge),
            map(ObjectNames.takenUpMap, host, ObjectNames.answerJudge, transports: [.tcp]),
            map(ObjectNames.translatedMap, host, ObjectNames.translatedJudge),
            map(ObjectNames.returningMap, forwarded, ObjectNames.translatedJudge),
        ]
    }

    private func only(_ reach: Port.Reach) -> [PortRenderer] { ports.filter { $0.port.reach == [reach] } }

    private func transports(of ports: [PortRenderer]) -> [UInt8] {
        Set(ports.flatMap(\.port.protocols)).map(\.rawValue).sorted()
    }

    private func map(
        _ name: String, _ ports: [PortRenderer], _ chain: (Name) -> String,
        transports: [TransportProtocol] = TransportProtocol.allCases
    ) -> VerdictMap {
        var elements: [VerdictMap.Element] = []
        for renderer in ports {
            let verdict = Verdict.goto(chain(renderer.port.name))
            for transport in renderer.port.protocols where transports.contains(transport) {
                for range in renderer.port.ports {
                    elements.append(
                        VerdictMap.Element(
                            transport: transport.rawValue, first: range.first, last: range.last, verdict: verdict))
                }
            }
        }
        return VerdictMap(
            name: name, elements: elements.sorted { ($0.transport, $0.first) < ($1.transport, $1.first) })
    }
}

extension Statement {
    /// The map that it looks into.
    fileprivate var map: String? {
        switch self {
        case .dispatch(let map), .dispatchSource(let map), .dispatchAsked(let map): map
        default: nil
        }
    }
}
