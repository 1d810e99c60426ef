import Compiler
import Nftables
import Policy
import TestSupport
import Testing

/// Rows of traffic, of time and of what is written down.
extension FailureRowTests {
    @Test("D01 D02: what is not a gated port passes unjudged, ICMP and neighbour discovery among it")
    func d01() throws {
        for table in try tables() {
            let evaluator = TableEvaluator(table)
            for transport in [1, 2, 47, 58] as [UInt8] {
                #expect(
                    try evaluator.outcome(of: packet(v6(0xfe80 << 112 | 1), transport, 5432))
                        == TableEvaluator.Outcome(fate: .accepted))
            }
        }
    }

    @Test(
        "D05: the table always mentions conntrack, so that fragments are whole when they are judged")
    func d05() throws {
        let quiet = try Gates.table(
            Gates.oneRule("cidrs: [any]", port: "port: 53\n    log: { allowed: none, denied: none }"))
        let mentions = rules(quiet).flatMap(\.statements).contains {
            if case .connectionState = $0 { true } else { false }
        }
        #expect(mentions)
    }

    @Test(
        "F01 F02: overlapping, adjacent and repeated blocks become disjoint intervals, and nft is told to merge nothing"
    )
    func f01() throws {
        let table = try Gates.table(
            Gates.oneRule("cidrs: [10.0.0.0/24, 10.0.1.0/24, 10.0.0.128/25, 10.0.0.0/24, 10.0.3.0/24]"))
        let contents = table.sets.map(\.content)
        #expect(
            contents.contains(
                .ipv4([Range32(0x0a00_0000, 0x0a00_01ff), Range32(0x0a00_0300, 0x0a00_03ff)])))
    }

    @Test(
        "F03: a meter has room for 65536 sources, and a full one suppresses no record and no refusal")
    func f03() throws {
        let table = try Gates.table(Gates.oneRule("cidrs: [10.0.0.0/8]"))
        for set in table.sets {
            if case .dynamic(_, let size, _) = set.content { #expect(size >= 65_536) }
        }
        var stranger = packet(v4(0x0b00_0001))
        stranger.metersAreFull = true
        let outcome = try TableEvaluator(table).outcome(of: stranger)
        #expect(outcome.fate == .reset && outcome.logs == ["pg1 deny db "])
    }

    @Test("G04: free text of the author never reaches the rendering")
    func g04() throws {
        let evil = "x\\\" accept; flush ruleset # $(id) `id`"
        let yaml = Gates.oneRule(
            "cidrs: [10.0.0.0/8]\n        reason: \"\(evil)\"",
            port: "port: 5432\n    description: \"\(evil)\"\n    owner: \"\(evil)\"")
        let policy = try Gates.policy(yaml, path: "a\"; accept; \u{e9}\u{202e}/gate.yaml")
        let text = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now)).text
        #expect(!text.isEmpty)
        #expect(!String(decoding: text, as: UTF8.self).contains("flush"))
        #expect(text.allSatisfy { $0 == 9 || $0 == 10 || (32...126).contains($0) })
        #expect(
            text.count { $0 == UInt8(ascii: ";") } == 8,
            "only the four base chains' type and policy end in ;")
    }

    @Test(
        "G05 G06: every record goes to the declared group, and what limits records counts each source apart"
    )
    func g05() throws {
        for table in try tables() {
            for case .log(_, let group, _, _) in rules(table).flatMap(\.statements) {
                #expect(group == 77)
            }
            for case .meter(let set, let family, _) in rules(table).flatMap(\.statements) {
                let content = table.sets.first { $0.name == set }?.content
                // A source is forgotten when its burst is full again: after the unit of its rate, a minute at least.
                let kept = [60, 3_600, 86_400].contains { seconds in
                    content == .dynamic(family: family, size: 65_536, timeoutSeconds: seconds)
                }
                #expect(kept, "\(set)")
            }
        }
    }

    @Test("G12: the longest names and paths stay within what libnftables survives")
    func g12() throws {
        let longest = String(repeating: "n", count: Name.longest)
        let yaml =
            "version: 1\nname: \(longest)\nowner: o\nports:\n  - name: \(longest)\n    port: 1\n    allow:\n"
            + "      - { name: \(longest), cidrs: [any] }\n"
        let policy = try Gates.policy(yaml, path: String(repeating: "deep/", count: 60) + "gate.yaml")
        let result = PolicyCompiler.compile(policy, options: CompileOptions(now: Gates.now))
        let table = try #require(result.table, "\(result.diagnostics)")
        for rule in rules(table) {
            #expect((rule.comment?.utf8.count ?? 0) <= 128)
            for case .log(let prefix, _, _, _) in rule.statements { #expect(prefix.utf8.count <= 126) }
        }
        #expect(rules(table).contains { $0.comment?.hasSuffix("deep/gate.yaml:8") ?? false })
    }

    @Test("G14: whatever a port logs, its last rule counts and refuses without a condition")
    func g14() throws {
        for denied in ["all", "none", "1/day per source"] {
            for otherwise in ["reject", "drop"] {
                let port = "port: 5432\n    otherwise: \(otherwise)\n    log: { denied: \(denied) }"
                let table = try Gates.table(Gates.oneRule("cidrs: [10.0.0.0/8]", port: port))
                let refusal = try #require(table.chains.first { $0.name == "pg_r_db" })
                let end: Statement = otherwise == "drop" ? .verdict(.drop) : .rejectProhibited
                #expect(refusal.rules.last?.statements == [.counter("pg_d_db"), end])
                for judge in ["pg_p_db", "pg_l_db"] {
                    let chain = try #require(table.chains.first { $0.name == judge })
                    #expect(chain.rules.last?.statements == [.verdict(.goto("pg_d_db"))])
                }
                let handsOver = table.chains.first { $0.name == "pg_d_db" }?.rules.last?.statements.last
                #expect(handsOver == .verdict(.goto("pg_r_db")))
            }
        }
    }

    @Test(
        "G15: an allowed connection is recorded at its first packet and never again; untracked traffic is recorded too"
    )
    func g15() throws {
        let evaluator = TableEvaluator(try Gates.table(Gates.oneRule("cidrs: [10.0.0.0/8]")))
        var packet = packet(v4(0x0a00_0001))
        #expect(try evaluator.outcome(of: packet).logs == ["pg1 allow db/r "])
        packet.isConfirmed = true
        #expect(try evaluator.outcome(of: packet).logs == [])
        for state in [Nftables.ConnectionState.established, .related, .invalid] {
            packet.state = state
            #expect(try evaluator.outcome(of: packet).logs == [])
        }
        packet.state = .untracked
        #expect(try evaluator.outcome(of: packet).logs == ["pg1 allow db/r "])
        packet.isOverRate = true
        #expect(try evaluator.outcome(of: packet).logs == [])
    }
}

extension Statement {
    /// Whether evaluation does not come back from it.
    var isEnd: Bool {
        switch self {
        case .verdict(.accept), .verdict(.drop), .verdict(.goto), .rejectReset, .rejectProhibited: true
        default: false
        }
    }
}
