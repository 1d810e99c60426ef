import Nftables
import TestSupport
import Testing

@Suite("Reading a table")
struct TableParserTests {
    @Test("what was rendered is read as the same table", arguments: 0..<300)
    func inverse(seed: Int) throws {
        var generator = TableGenerator(seed: UInt64(seed))
        let table = generator.next()
        let text = try table.rendered()
        #expect(try TableParser.parse(text) == table, "seed \(seed)")
    }

    @Test("a listing says times as dates, blocks as prefixes and some addresses as dotted quads")
    func listing() throws {
        let table = Table(
            name: "portgate", counters: [NamedCounter(name: "pg_a_db/x", comment: "c:27")],
            sets: [
                NamedSet(
                    name: "pg_s4_1", comment: "two",
                    content: .ipv4([
                        Range32(0, 0xff_ffff), Range32(0x0a01_0203, 0x0a01_0209), Range32(0xffff_ffff, 0xffff_ffff),
                    ])),
                NamedSet(
                    name: "pg_s6_1",
                    content: .ipv6([
                        Range128(0, 0), Range128(0x1_0002, 0xffff_0001_0002),
                        Range128(0xfe80 << 112, 0xfe80 << 112 | 0xffff_ffff_ffff_ffff),
                    ])),
                NamedSet(
                    name: "pg_t_1",
                    content: .time([
                        RangeTime(5, 9), RangeTime(951_782_399, 951_782_399), RangeTime(9_000_000_000, 9_223_372_036),
                    ])),
            ],
            maps: [VerdictMap(name: "pg_remote", elements: [])],
            chains: [
                Chain(
                    name: "pg_gate", hook: Chain.Hook(point: .prerouting, priority: -150, policy: .accept),
                    rules: [Rule([.timeBefore(1_800_000_000), .verdict(.accept)], comment: "x")])
            ])
        let text = """
            table inet portgate {
            \tcounter pg_a_db/x {
            \t\tcomment "c:27"
            \t\tpackets 17 bytes 1700
            \t}

            \tset pg_s4_1 {
            \t\ttype ipv4_addr
            \t\tflags interval
            \t\tcomment "two"
            \t\telements = { 0.0.0.0/8, 10.1.2.3-10.1.2.9,
            \t\t\t     255.255.255.255 }
            \t}

            \tset pg_s6_1 {
            \t\ttype ipv6_addr
            \t\tflags interval
            \t\telements = { ::,
            \t\t\t     ::0.1.0.2-::ffff:0.1.0.2,
            \t\t\t     fe80::/64 }
            \t}

            \tset pg_t_1 {
            \t\ttypeof meta time
            \t\tflags interval
            \t\telements = { "1970-01-01 00:00:05"-"1970-01-01 00:00:09",
            \t\t\t     "2000-02-28 23:59:59",
            \t\t\t     "2255-03-14 16:00:00"-"2262-04-11 23:47:16" }
            \t}

            \tmap pg_remote {
            \t\ttype inet_proto . inet_service : verdict
            \t\tflags interval
            \t}

            \tchain pg_gate {
            \t\ttype filter hook prerouting priority -150; policy accept;
            \t\tmeta time < "2027-01-15 08:00:00" accept comment "x"
            \t}
            }

            """
        #expect(try TableParser.parse(Array(text.utf8)) == table)
    }

    /// A small table with a line put into each kind of block.
    private static func text(
        table: String = "", set: String = "", dynamic: String = "", map: String = "", chain: String = ""
    )
        -> [UInt8]
    {
        Array(
            """
            table inet portgate {\(table)
            \tset pg_s4_1 {
            \t\ttype ipv4_addr
            \t\tflags interval\(set)
            \t}

            \tset pg_m4_1 {
            \t\ttype ipv4_addr
            \t\tsize 65535
            \t\tflags dynamic,timeout
            \t\ttimeout 60s\(dynamic)
            \t}

            \tmap pg_remote {
            \t\ttype inet_proto . inet_service : verdict
            \t\tflags interval\(map)
            \t}

            \tchain pg_gate {
            \t\ttype filter hook prerouting priority -150; policy accept;
            \t\tip saddr @pg_s4_1 accept comment "db/x"\(chain)
            \t}
            }

            """.utf8)
    }

    @Test("what the kernel puts into a dynamic set is no part of a table")
    func dynamicElements() throws {
        let plain = try TableParser.parse(Self.text())
        let filled = "\n\t\telements = { 10.0.0.1 limit rate over 10/second burst 20 packets,\n\t\t\t     10.0.0.2 }"
        #expect(try TableParser.parse(Self.text(dynamic: filled)) == plain)
        #expect(plain.foreign.isEmpty)
    }

    @Test(
        "I04, I05, I06: a foreign hand's change is never read as a table of portgate's",
        arguments: [
            text(table: "\n\tflags dormant"),
            text(table: "\n\tflags owner"),
            text(table: "\n\tflags dormant,owner"),
            text(table: "\n\tcomment \"x\""),
            text(table: "\n\tquota q {\n\t\tover 5 mbytes\n\t}"),
            text(table: "\n\tlimit q {\n\t\trate 5/second\n\t}"),
            text(table: "\n\tct helper h {\n\t\ttype \"ftp\" protocol tcp\n\t\tl3proto inet\n\t}"),
            text(table: "\n\tflowtable f {\n\t\thook ingress priority 0\n\t\tdevices = { eth0 }\n\t}"),
            text(table: "\n\tset pg_x {\n\t\ttype mark\n\t}"),
            text(table: "\n\tset pg_x {\n\t\ttype ipv4_addr\n\t}"),
            text(table: "\n\tmap pg_x {\n\t\ttype ipv4_addr : verdict\n\t}"),
            text(table: "\n\tcounter pg_x {\n\t}"),
            text(table: "\n\tchain pg_n {\n\t\ttype nat hook prerouting priority -100; policy accept;\n\t}"),
            text(table: "\n\tchain pg_n {\n\t}"),
            text(table: "\n\tanything"),
            text(set: "\n\t\tauto-merge"),
            text(set: "\n\t\tgc-interval 10s"),
            text(set: "\n\t\tpolicy memory"),
            text(set: "\n\t\tsize 10"),
            text(set: "\n\t\tcomment \"x\""),
            text(set: "\n\t\tcounter"),
            text(set: "\n\t\telements = { 10.0.0.1 }"),
            text(set: "\n\t\telements = { 10.0.0.1 timeout 5s }"),
            text(set: "\n\t\telements = { 10.0.0.1 comment \"bob\" }"),
            text(set: "\n\t\telements = { 10.0.0.1 counter }"),
            text(dynamic: "\n\t\tgc-interval 1s"),
            text(map: "\n\t\telements = { 6 . 22 : accept }"),
            text(map: "\n\t\telements = { 6 . 22 comment \"x\" : accept }"),
            text(chain: "\n\t\taccept"),
            text(chain: "\n\t\ttcp dport vmap { 22 : jump {\n\t\t\taccept\n\t\t} }"),
            text(chain: "\n\t\ttcp dport 22 accept comment \"db/x\""),
            text(chain: " accept"),
        ])
    func foreign(text: [UInt8]) throws {
        let plain = try TableParser.parse(Self.text())
        let changed = try TableParser.parse(text)
        #expect(changed != plain)
        #expect(throws: Never.self) { try plain.transition(from: changed) }
    }

    @Test("I05: the same comment on other statements is another rule")
    func spoofedComment() throws {
        let text = String(decoding: Self.text(), as: UTF8.self)
        for other in ["ip saddr != @pg_s4_1", "ip daddr != @pg_s4_1", "counter packets 0 bytes 0", "ct state ! 0x8"] {
            let spoofed = try TableParser.parse(Array(text.replacing("ip saddr @pg_s4_1", with: other).utf8))
            #expect(spoofed != (try TableParser.parse(Self.text())))
            guard case .unknown? = spoofed.chains[0].rules[0].statements.first else {
                Issue.record("\(other) is known")
                continue
            }
        }
    }

    @Test("rules in another order are other rules; chains in another order are the same table")
    func order() {
        let one = Rule([.transport(6), .verdict(.accept)])
        let other = Rule([.verdict(.drop)])
        func table(_ chains: [Chain]) -> Table { Table(name: "portgate", chains: chains) }
        let first = Chain(name: "pg_a", rules: [one, other])
        let second = Chain(name: "pg_b", rules: [])
        #expect(table([first, second]) == table([second, first]))
        #expect(table([first, second]).hashValue == table([second, first]).hashValue)
        #expect(table([first]) != table([Chain(name: "pg_a", rules: [other, one])]))
    }

    @Test(
        "what is no table is an error",
        arguments: [
            "", "table ip portgate {\n}", "table inet portgate {", "table inet portgate {\n}}", "{}",
            "table inet portgate {\n}\ntable inet other {\n}", "table inet portgate {\n\tchain x {",
            "table inet portgate {\n\tset s { \"", "# x", "table inet portgate {\n\t{", "\0",
        ])
    func noTable(text: String) {
        #expect(throws: TableParseError.self) { try TableParser.parse(Array(text.utf8)) }
    }
}
