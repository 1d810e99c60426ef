import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// Failure modes of a host gate that a rendering can have or not have, by their ids in docs/limits.md.
@Suite struct FailureRowTests {
    static let texts: [String] = (UInt64(1)...20).map { PolicyGenerator.yaml(seed: $0, isWide: $0 > 10) }

    private static let tables: [Table] = (Gates.samples + Gates.wideSamples).map(\.table)

    func tables() throws -> [Table] { Self.tables }
    func rules(_ table: Table) -> [Rule] { table.chains.flatMap(\.rules) }

    func packet(_ source: IPAddress, _ transport: UInt8 = 6, _ port: UInt16 = 5432) -> Packet {
        Packet(source: source, transport: transport, port: port, second: Gates.now.seconds)
    }

    func v4(_ bits: UInt32) -> IPAddress { .v4(IPv4Address(bits: bits)) }
    func v6(_ bits: UInt128) -> IPAddress { .v6(IPv6Address(bits: bits)) }

    @Test("A04: compiling twice gives the same bytes, on another minute of the day too")
    func a04() throws {
        for yaml in Self.texts {
            let policy = try Gates.policy(yaml)
            let early = Instant(seconds: Gates.now.seconds - 12 * 3600)
            let late = Instant(seconds: Gates.now.seconds + 12 * 3600 - 1)
            let texts = [Gates.now, Gates.now, early, late].map { moment in
                PolicyCompiler.compile(policy, options: CompileOptions(now: moment, horizonDays: 60)).text
            }
            #expect(!texts[0].isEmpty && Set(texts).count == 1)
        }
    }

    @Test("A04: what a policy no longer says is not in its rendering")
    func a04Removed() throws {
        let before = try Gates.table(Gates.oneRule("cidrs: [10.0.0.1/32, 10.0.0.9/32]"))
        let after = try Gates.table(Gates.oneRule("cidrs: [10.0.0.9/32]"))
        #expect(try TableEvaluator(before).outcome(of: packet(v4(0x0a00_0001))).isAccepted)
        #expect(try !TableEvaluator(after).outcome(of: packet(v4(0x0a00_0001))).isAccepted)
        #expect(try TableEvaluator(after).outcome(of: packet(v4(0x0a00_0009))).isAccepted)
    }

    @Test("A15 E01 H03 H04: nothing is left for nft to resolve or convert: every word is nft's own, ours, or a number")
    func a15() throws {
        let words = Set(
            """
            table inet portgate counter set map chain type typeof flags interval dynamic timeout size elements hook \
            prerouting output input forward priority policy accept filter ipv4_addr ipv6_addr inet_proto inet_service \
            cgroupsv2 nf_proto verdict meta time ip ip6 saddr daddr nfproto l4proto th dport sport vmap goto jump drop return ct \
            state status direction original proto-dst mark id skuid skgid fib iif oif iifname oifname lo log prefix \
            group queue-threshold name update limit rate over burst packets reject with tcp sequence ackseq reset icmpx \
            comment ether ipsec in reqid spi socket cgroupv2 level option mptcp
            """.split(separator: " "))
        for sample in Gates.samples.prefix(20) + Gates.wideSamples.prefix(40) {
            let text = String(decoding: sample.result.text, as: UTF8.self)
            for line in text.split(separator: "\n") {
                // Quoted text means nothing to nft, but for the interface `lo`.
                let bare = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 0 || $0.element == "lo" }.map(\.element).joined(separator: " ")
                for word in bare.split(whereSeparator: { " \t{}=,;!&<>|".contains($0) }) {
                    let isOurs = word.hasPrefix("pg_") || word.hasPrefix("@pg_")
                    let isNumber = word.allSatisfy { $0.isHexDigit || "./:-x".contains($0) }
                    let isRate = word.contains("/") && word.first?.isNumber ?? false
                    let isSeconds = word.hasSuffix("s") && word.dropLast().allSatisfy(\.isNumber)
                    // A raw expression: where, and how many bits.
                    let isRaw = word == "@ih" || word == "/"
                    #expect(
                        isOurs || isNumber || isRate || isSeconds || isRaw || words.contains(word) || word == ".",
                        "\(word) in \(line)")
                }
            }
        }
    }

    @Test("B03 B04: the gate stands after conntrack and before DNAT, and judges the port asked for")
    func b03() throws {
        let table = try Gates.table(Gates.oneRule("cidrs: [any]"))
        let hooks = table.chains.compactMap(\.hook)
        #expect(hooks.map(\.point) == [.prerouting, .output, .prerouting, .output])
        #expect(hooks.map(\.priority) == [-150, -150, -149, -149])
        var heard = 0
        for table in try tables() {
            for chain in table.chains {
                guard let hook = chain.hook else { continue }
                #expect(hook.policy == .accept)
                let isTap = ["pg_heard", "pg_said"].contains(chain.name)
                #expect(hook.priority == (isTap ? -149 : -150), "\(chain.name)")
                guard isTap else { continue }
                heard += 1
                // Behind the judges nothing is decided: packets are logged, and go on.
                for end in chain.rules.compactMap(\.statements.last) {
                    switch end {
                    case .verdict(.return), .dispatchAsked(map: "pg_tapped"), .dispatchAsked(map: "pg_tapped_ranges"),
                        .dispatch(map: "pg_beats"):
                        continue
                    default: Issue.record("\(end) in \(chain.name)")
                    }
                }
            }
            for chain in table.chains where chain.name.hasPrefix("pg_tap_") || chain.name == "pg_beat" {
                guard let first = chain.rules.first?.statements, first.count == 1, case .log = first[0] else {
                    Issue.record("\(chain.rules.first?.statements ?? []) in \(chain.name)")
                    continue
                }
                // Beside that a heartbeat of root's keeps audited ports open.
                for rule in chain.rules.dropFirst() {
                    guard chain.name == "pg_beat", rule.statements.count == 3, case .payload = rule.statements[0],
                        rule.statements[1] == .socketUser([0]), case .refreshProtocol = rule.statements[2]
                    else {
                        Issue.record("\(rule.statements) in \(chain.name)")
                        continue
                    }
                }
            }
        }
        #expect(heard > 0)
    }

    @Test("B05: `reach` decides which path a port is gated on, before its translation or after")
    func b05() throws {
        for (reach, isForwarded, isHost) in [("host", false, true), ("forwarded", true, false)] {
            let evaluator = TableEvaluator(
                try Gates.table(
                    Gates.oneRule("cidrs: [10.0.0.0/8]", port: "port: 5432\n    reach: [\(reach)]")))
            var stranger = packet(v4(0x0b00_0001))
            #expect(try evaluator.outcome(of: stranger).isAccepted)
            stranger.hook = .input
            #expect(try evaluator.outcome(of: stranger).isAccepted != isHost)
            stranger.isDestinationTranslated = true
            #expect(try evaluator.outcome(of: stranger).isAccepted != isHost)
            stranger.hook = .forward
            #expect(try evaluator.outcome(of: stranger).isAccepted != isForwarded)
            // What is forwarded to somebody else's port is nobody's business here.
            stranger.isDestinationTranslated = false
            #expect(try evaluator.outcome(of: stranger).isAccepted)
        }
    }

    @Test(
        "B06 A20: own connections are a source of their own: refused unless declared, and never meant by `any`"
    )
    func b06() throws {
        let own = AccessAttempt(
            source: v4(0x7f00_0001), isOwn: true, port: 5432, transport: .tcp, time: Gates.now)
        let byOwnAddress = AccessAttempt(
            source: v4(0x0a63_0001), isOwn: true, port: 5432, transport: .tcp, time: Gates.now)
        let closed = TableEvaluator(try Gates.table(Gates.oneRule("cidrs: [any]")))
        let open = TableEvaluator(try Gates.table(Gates.oneRule("cidrs: [loopback]")))
        for attempt in [own, byOwnAddress] {
            #expect(try !closed.outcome(of: Packet(attempt, user: 0, group: 0)).isAccepted)
            #expect(try open.outcome(of: Packet(attempt, user: 0, group: 0)).isAccepted)
            #expect(try open.outcome(of: Packet(attempt)).isAccepted)
        }
    }

    @Test(
        "B07: a packet from outside for a loopback address is refused whatever the rules allow, and is not answered"
    )
    func b07() throws {
        let evaluator = TableEvaluator(try Gates.table(Gates.oneRule("cidrs: [any, loopback]")))
        for source in [v4(0x0a00_0001), v6(0x2001_0db8 << 96 | 1)] {
            var packet = packet(source)
            #expect(try evaluator.outcome(of: packet).isAccepted)
            packet.destinationIsLoopback = true
            #expect(try evaluator.outcome(of: packet).fate == .dropped)
        }
        // Loopback sources from outside are nobody's.
        for source in [v4(0x7f00_0001), v6(1)] {
            #expect(try evaluator.outcome(of: packet(source)).fate == .reset)
        }
    }

    @Test(
        "B12 D06: every port has a verdict for both families, on both paths, that an unmatched packet reaches"
    )
    func b12() throws {
        for table in try tables() {
            let evaluator = TableEvaluator(table)
            for map in table.maps where ["pg_remote", "pg_own", "pg_host", "pg_forwarded"].contains(map.name) {
                for element in map.elements {
                    for source in [v4(0xf000_0001), v6(0xff << 120 | 1)] {
                        var packet = packet(source, element.transport, element.first)
                        switch map.name {
                        case "pg_own":
                            packet.hook = .output
                            packet.outInterface = "lo"
                        case "pg_host": packet.hook = .input
                        case "pg_forwarded":
                            packet.hook = .forward
                            packet.isDestinationTranslated = true
                        default: break
                        }
                        packet.second = 9_000_000_000
                        packet.user = 77_777
                        packet.group = 77_777
                        let outcome = try evaluator.outcome(of: packet)
                        #expect(!outcome.counters.isEmpty, "\(element) leaves \(source) without a verdict")
                    }
                }
            }
        }
    }

    @Test("B18: a port that states no protocol is gated for every protocol with ports")
    func b18() throws {
        let table = try Gates.table(Gates.oneRule("cidrs: [10.0.0.0/8]", port: "port: 8443"))
        #expect(table.maps.map(\.name).contains("pg_remote") && table.maps.map(\.name).contains("pg_own"))
        for map in table.maps where map.name != "pg_beats" {
            // Maps of TCP connections, those that conntrack took up in their midst and those whose handshake is read, hold no other.
            let wanted: [UInt8] = ["pg_taken_up", "pg_tapped"].contains(map.name) ? [6] : [6, 17, 33, 132, 136]
            #expect(map.elements.map(\.transport) == wanted, "\(map.name)")
        }
        let evaluator = TableEvaluator(table)
        for transport in [6, 17, 33, 132, 136] as [UInt8] {
            #expect(try !evaluator.outcome(of: packet(v4(0x0b00_0001), transport, 8443)).isAccepted)
            #expect(try evaluator.outcome(of: packet(v4(0x0a00_0001), transport, 8443)).isAccepted)
        }
    }

    @Test(
        "B19: but for a rule's rate, no limit decides what passes: with it and without it the verdict is the same"
    )
    func b19() throws {
        var (rates, others) = (0, 0)
        for table in try tables() {
            for chain in table.chains {
                for (index, rule) in chain.rules.enumerated() {
                    for case .meter(let set, _, let limit) in rule.statements {
                        #expect(limit.over)
                        if set.hasPrefix("pg_c") {
                            // A rate is written by the policy, and what is over it is refused like a stranger.
                            rates += 1
                            let name = chain.name.split(separator: "_", maxSplits: 2).last ?? ""
                            let port = name.split(separator: "/").first ?? ""
                            #expect(rule.statements.last == .verdict(.goto("pg_d_\(port)")), "\(rule)")
                            continue
                        }
                        others += 1
                        // The chain goes on to the same end when the limit does not hold.
                        let ends = Set(chain.rules[index...].compactMap(\.statements.last).filter(\.isEnd))
                        let refuses = ends.filter { $0 == .verdict(.drop) || $0.target?.hasPrefix("pg_r_") ?? false }
                        #expect(refuses.isEmpty || refuses == ends, "\(chain.name): \(rule)")
                    }
                }
            }
        }
        #expect(rates > 10 && others > 10)
    }

    @Test(
        "B20 D04 E04: no conntrack port but as a map's key under its protocol, no next-header matches, no weekdays or hours of nft's own"
    )
    func b20() throws {
        for sample in Gates.samples + Gates.wideSamples {
            let text = String(decoding: sample.result.text, as: UTF8.self)
            for word in ["nexthdr", "meta day", "meta hour", "auto-merge"] { #expect(!text.contains(word), "\(word)") }
            for line in text.split(separator: "\n") where line.contains("proto-dst") {
                // A set of it does not come back from a listing as it was written; the key of a map under a type does.
                #expect(
                    line.firstMatch(of: /meta l4proto [0-9]+ meta l4proto \. ct original proto-dst vmap @pg_[a-z_]+$/)
                        != nil, "\(line)")
            }
        }
    }

    @Test("B21: every name of an object is ours by its prefix")
    func b21() throws {
        let keywords = [
            "fwd", "log", "tcp", "time", "accept", "set", "ip", "meta", "drop", "counter", "reject",
        ]
        let ports = keywords.enumerated().map {
            "  - { name: \($1), port: \($0 + 1), allow: [{ name: \($1), cidrs: [any] }] }"
        }
        let table = try Gates.table(
            "version: 1\nname: k\nowner: o\nports:\n" + ports.joined(separator: "\n") + "\n")
        let names =
            table.chains.map(\.name) + table.sets.map(\.name) + table.maps.map(\.name)
            + table.counters.map(\.name)
        #expect(names.count > keywords.count * 6)
        #expect(names.allSatisfy { $0.hasPrefix("pg_") })
    }

    @Test("C04 C07 C10: no state of a connection is a way past the sources")
    func c04() throws {
        let evaluator = TableEvaluator(try Gates.table(Gates.oneRule("cidrs: [10.0.0.0/8]")))
        for state in Nftables.ConnectionState.allCases {
            for isConfirmed in [true, false] {
                var stranger = packet(v4(0x0b00_0001))
                (stranger.state, stranger.isConfirmed) = (state, isConfirmed)
                #expect(try !evaluator.outcome(of: stranger).isAccepted, "\(state)")
                var own = stranger
                (own.hook, own.outInterface, own.user, own.group) = (.output, "lo", 0, 0)
                #expect(try !evaluator.outcome(of: own).isAccepted, "\(state)")
            }
        }
    }
}
