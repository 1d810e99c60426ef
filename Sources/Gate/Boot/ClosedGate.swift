import Nftables

/// The gate for a host whose records are beyond repair: it lets nobody in.
enum ClosedGate {
    /// Protocols with ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
    private static let transports: [UInt8] = [6, 17, 33, 132, 136]
    /// UDP ports that an address is got over, which no connection of ours precedes: DHCP and DHCPv6 clients.
    private static let addressPorts: [UInt16] = [68, 546]

    /// Refuses ports to everybody; when none are known, everything that arrives from outside and is no answer.
    static func table(ports: [VerdictMap.Element]) -> Table {
        let isAll = ports.isEmpty
        let elements = isAll ? everything : ports
        return Table(
            name: "portgate", counters: [NamedCounter(name: "pg_d_closed")],
            maps: [
                VerdictMap(name: "pg_own", elements: isAll ? [] : leading(elements, to: "pg_l_closed")),
                VerdictMap(name: "pg_remote", elements: leading(elements, to: "pg_p_closed")),
            ], chains: chains(isAll: isAll))
    }

    private static func leading(_ elements: [VerdictMap.Element], to chain: String) -> [VerdictMap.Element] {
        elements.map { element in
            var element = element
            element.verdict = .goto(chain)
            return element
        }
    }

    private static var everything: [VerdictMap.Element] {
        transports.flatMap { transport in
            var first: UInt16 = 1
            var elements: [VerdictMap.Element] = []
            for port in transport == 17 ? addressPorts : [] {
                elements.append(
                    VerdictMap.Element(transport: transport, first: first, last: port - 1, verdict: .accept))
                first = port + 1
            }
            elements.append(
                VerdictMap.Element(transport: transport, first: first, last: .max, verdict: .accept))
            return elements
        }
    }

    private static func chains(isAll: Bool) -> [Chain] {
        let comment = "closed at boot: no recorded generation could be loaded"
        let refuse = Rule([.verdict(.goto("pg_r_closed"))], comment: comment)
        // An answer to what this host asked for.
        let answers = Rule([.connectionState([.established, .related]), .verdict(.accept)], comment: comment)
        return [
            Chain(
                name: "pg_gate", hook: Chain.Hook(point: .prerouting, priority: -150, policy: .accept),
                rules: [
                    Rule([.inputInterface("lo", negated: false), .verdict(.accept)]),
                    Rule([
                        .destinationType([.local, .broadcast, .anycast, .multicast]), .dispatch(map: "pg_remote"),
                    ]),
                ]),
            Chain(
                name: "pg_local", hook: Chain.Hook(point: .output, priority: -150, policy: .accept),
                rules: [
                    Rule([.outputInterface("lo", negated: false), .dispatch(map: "pg_own")]),
                    Rule([.destinationType([.local]), .dispatch(map: "pg_own")]),
                ]),
            Chain(name: "pg_p_closed", rules: (isAll ? [answers] : []) + [refuse]),
            Chain(name: "pg_l_closed", rules: [refuse]),
            Chain(
                name: "pg_r_closed",
                rules: [
                    Rule([.transport(6), .counter("pg_d_closed"), .rejectReset], comment: comment),
                    Rule([.counter("pg_d_closed"), .rejectProhibited], comment: comment),
                ]),
        ]
    }
}
