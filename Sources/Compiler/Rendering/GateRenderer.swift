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
    /// Every map, whether rules look into it or not.
    private let maps: [VerdictMap]

    init(policy: Policy, ports: [PortRenderer], pool: SetPool, settings: RenderSettings, facts: [String]) {
        self.policy = policy
        self.ports = ports
        self.pool = pool
        self.settings = settings
        self.facts = facts
        maps = Self.maps(of: ports)
    }

    /// The whole table.
    var table: Table {
        var counters: [NamedCounter] = []
        var sets = pool.sets
        var chains = [gate, local, arriving, group, leaving]
        if !only(.host).isEmpty { chains.append(input) }
        if !only(.forwarded).isEmpty { chains.append(forward) }
        chains += SharedChains(states: settings.states, servers: ports.contains { $0.serves != nil }).chains
        chains.append(about)
        for port in ports {
            counters += port.counters
            sets += port.sets
            chains += port.chains
        }
        chains += taps
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
        // Judged when it left, in the output hook, where its process is known.
        let own = Rule([.inputInterface("lo", negated: false), .verdict(.accept)])
        return base(ObjectNames.gate, .prerouting, toJudges(ObjectNames.arriving, but: [own]))
    }

    /// Everything that this host sends: to itself, and the answers of its sockets.
    private var local: Chain { base(ObjectNames.local, .output, toJudges(ObjectNames.leaving, but: [])) }

    /// Lets live connections pass first of all: each of their packets costs this one rule. But where first payloads are judged,
    /// a SYN opens another connection, whatever is known of an earlier one between the same ends: its data and the place of its
    /// first byte are still to be judged.
    private func toJudges(_ chain: String, but exceptions: [Rule]) -> [Rule] {
        let live = Rule([settings.states.isLive, .verdict(.accept)])
        let judge = Rule([.verdict(.goto(chain))])
        guard ports.contains(where: { $0.judgesSegments || $0.serves != nil }) else {
            return [live] + exceptions + [judge]
        }
        return exceptions + [Rule([.tcpFlags(.synchronizing), .verdict(.goto(chain))]), live, judge]
    }

    /// What is sent to one host is most of the traffic, and its kind of address is looked up once before its port.
    private var arriving: Chain {
        var rules = [Rule([settings.states.isDead, .verdict(.jump(ObjectNames.dead))])]
        rules += dispatch(ObjectNames.remoteMap, [.destinationType([.local, .anycast])], Statement.dispatch)
        rules.append(Rule([.destinationType([.broadcast, .multicast]), .verdict(.jump(ObjectNames.group))]))
        for transport in transports(of: ports.filter { $0.port.reach.contains(.forwarded) }) {
            rules += dispatch(
                ObjectNames.returningMap,
                [.connectionDirection(.reply), .destinationTranslated, .transport(transport)], Statement.dispatchAsked)
        }
        return Chain(name: ObjectNames.arriving, rules: rules)
    }

    private var group: Chain {
        // What this host sends to a group comes back to it as if from outside: it is its own all the same.
        Chain(
            name: ObjectNames.group,
            rules: dispatch(ObjectNames.ownMap, [.sourceType([.local])], Statement.dispatch)
                + dispatch(ObjectNames.remoteMap, [], Statement.dispatch))
    }

    private var leaving: Chain {
        let overLoopback = Statement.outputInterface("lo", negated: false)
        var rules = [Rule([settings.states.isDead, .verdict(.jump(ObjectNames.dead))])]
        // Whatever leaves over lo stays here, group and broadcast addresses too.
        rules += dispatch(
            ObjectNames.ownAnswerMap, [overLoopback, .connectionDirection(.reply)], Statement.dispatchSource)
        rules += dispatch(ObjectNames.ownMap, [overLoopback], Statement.dispatch)
        rules.append(Rule([overLoopback, .verdict(.accept)]))
        rules += dispatch(ObjectNames.ownMap, [.destinationType([.local])], Statement.dispatch)
        for transport in transports(of: ports.filter { $0.port.reach.contains(.host) }) {
            rules += dispatch(
                ObjectNames.translatedMap,
                [.connectionDirection(.reply), .destinationTranslated, .transport(transport)], Statement.dispatchAsked)
        }
        // By the port that was asked for, and by no other.
        rules.append(Rule([.destinationTranslated, .verdict(.accept)]))
        rules += dispatch(ObjectNames.answerMap, [.connectionDirection(.reply)], Statement.dispatchSource)
        // Segments of a connection that conntrack took up in its midst, from the server's side.
        rules.append(Rule([.tcpFlags(.opening), .verdict(.accept)]))
        rules += dispatch(ObjectNames.takenUpMap, [], Statement.dispatchSource)
        return Chain(name: ObjectNames.leaving, rules: rules)
    }

    /// Ports that are gated for this host's sockets only, after the destination is translated.
    private var input: Chain {
        var rules = [
            Rule([.inputInterface("lo", negated: false), .verdict(.accept)]),
            Rule([settings.states.isLive, .verdict(.accept)]),
        ]
        rules += asked(only(.host), ObjectNames.hostMap)
        rules.append(Rule([.destinationTranslated, .verdict(.accept)]))
        rules += dispatch(ObjectNames.hostMap, [], Statement.dispatch)
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
        transports(of: ports).flatMap { transport in
            dispatch(
                map, [.connectionDirection(.original), .destinationTranslated, .transport(transport)],
                Statement.dispatchAsked)
        }
    }

    /// Returns the rules that look a port up: among the single ports, and then among the ranges, where there are any.
    private func dispatch(_ map: String, _ matches: [Statement], _ lookup: (String) -> Statement) -> [Rule] {
        let ranges = ObjectNames.ranges(map)
        let used = maps.filter { ($0.name == map || $0.name == ranges) && !$0.elements.isEmpty }.map(\.name)
        return (used.isEmpty ? [map] : used).map { Rule(matches + [lookup($0)]) }
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

    // MARK: Handshakes

    /// A handshake is over, or told enough, in so many packets of both directions. A connection that is older than its accounting
    /// counts none of its packets, and is not heard.
    private static let handshakePackets: ClosedRange<UInt64> = 1...16

    /// Log the first payloads of connections that were let in, for the reader of handshakes. They stand behind the judges, decide
    /// nothing, and hear each packet once: what this host sends itself, as it leaves.
    private var taps: [Chain] {
        let heard = ports.filter(\.isHeard)
        guard !heard.isEmpty || !durable.isEmpty else { return [] }
        // Not an accept: who looks for the rule that let a packet in would take it for that.
        let late = Rule([.connectionPacketsOutside(Self.handshakePackets), .verdict(.return)])
        let own = Rule([.inputInterface("lo", negated: false), .verdict(.return)])
        let states = settings.states
        let data = [states.isLive, states.isIn(.admitted), states.isIn(.unserved)].flatMap { state in
            dispatch(
                ObjectNames.tapMap, [state, .hasPayload, .transport(TransportProtocol.tcp.rawValue)],
                Statement.dispatchAsked)
        }
        let beat = Rule([.outputInterface("lo", negated: false), .dispatch(map: ObjectNames.beatMap)])
        return [
            tap(ObjectNames.heard, .prerouting, [late, own] + data),
            tap(ObjectNames.said, .output, [late] + data + [beat]),
            Chain(name: ObjectNames.beat, rules: [Rule([settings.log("heartbeat")])] + durable),
        ] + heard.map(\.tap)
    }

    /// Begins the time anew that new connections to audited ports have, at the word of a recorder whose ledger is durable.
    private var durable: [Rule] {
        Set(ports.filter { !$0.onlyObserves }.compactMap { $0.audit?.withinSeconds }).sorted().map { seconds in
            Rule([
                .payload(PayloadMatch(offset: 0, bytes: Array("durable!".utf8))), .socketUser([0]),
                .refreshProtocol(set: ObjectNames.durable(within: seconds), timeoutSeconds: seconds),
            ])
        }
    }

    private func tap(_ name: String, _ point: Chain.HookPoint, _ rules: [Rule]) -> Chain {
        Chain(name: name, hook: Chain.Hook(point: point, priority: Self.priority + 1, policy: .accept), rules: rules)
    }

    // MARK: Maps

    private static func maps(of ports: [PortRenderer]) -> [VerdictMap] {
        let both = ports.filter { $0.port.reach.count == 2 }
        let host = ports.filter { $0.port.reach.contains(.host) }
        let forwarded = ports.filter { $0.port.reach.contains(.forwarded) }
        let all = [
            map(ObjectNames.remoteMap, both, ObjectNames.remoteJudge),
            map(ObjectNames.hostMap, ports.filter { $0.port.reach == [.host] }, ObjectNames.remoteJudge),
            map(ObjectNames.forwardedMap, ports.filter { $0.port.reach == [.forwarded] }, ObjectNames.remoteJudge),
            map(ObjectNames.ownMap, ports, ObjectNames.ownJudge),
            map(ObjectNames.ownAnswerMap, ports, ObjectNames.ownAnswers),
            map(ObjectNames.answerMap, host, ObjectNames.answerJudge),
            map(ObjectNames.takenUpMap, host, ObjectNames.answerJudge, transports: [.tcp]),
            map(ObjectNames.translatedMap, host, ObjectNames.translatedJudge),
            map(ObjectNames.returningMap, forwarded, ObjectNames.translatedJudge),
            map(ObjectNames.tapMap, ports.filter(\.isHeard), ObjectNames.tap, transports: [.tcp]),
        ]
        // The discard port of UDP, to which nothing else is sent that anybody would miss.
        let beat = VerdictMap.Element(transport: 17, first: 9, last: 9, verdict: .goto(ObjectNames.beat))
        return all.flatMap { [$0.singles, $0.ranges] }
            + [VerdictMap(name: ObjectNames.beatMap, elements: [beat], takesRanges: false)]
    }

    private func only(_ reach: Port.Reach) -> [PortRenderer] { ports.filter { $0.port.reach == [reach] } }

    private func transports(of ports: [PortRenderer]) -> [UInt8] {
        Set(ports.flatMap(\.port.protocols)).map(\.rawValue).sorted()
    }

    private static func map(
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

extension VerdictMap {
    /// The map of its single ports, which the kernel finds by hashing.
    fileprivate var singles: VerdictMap {
        VerdictMap(name: name, elements: elements.filter { $0.first == $0.last }, takesRanges: false)
    }

    /// The map of its ranges.
    fileprivate var ranges: VerdictMap {
        VerdictMap(name: ObjectNames.ranges(name), elements: elements.filter { $0.first != $0.last })
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
