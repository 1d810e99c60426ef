import JSON
import Ledger
import Testing

@Suite("records that are asked for") struct RecordFilterTests {
    private static let time = "2026-11-22T05:00:00.000000Z"
    private static let line = LedgerLeaf(
        LedgerTime(time) ?? .now, "deny",
        [
            "src_ip": .string("10.1.2.3"), "src_port": .number(40_000), "dest_port": .number(5_432),
            "port": .string("orders-db"), "rule": .string("app"), "user": .string("alice"),
            "verdict": .string("deny"),
            "postgresql": .members(["user": .string("mallory"), "database": .string("orders")]),
            "dest_ip": .string("192.0.2.1"),
        ]
    ).bytes

    private static func matches(_ filter: RecordFilter, _ line: [UInt8] = line) -> Bool {
        let matches = line.withUnsafeBytes { filter.matches($0) }
        let mayMatch = (line + [10]).withUnsafeBytes { filter.mayMatch($0) }
        #expect(mayMatch || !matches, "a block was passed over that holds a record that passes")
        return matches
    }

    private static func filter(
        _ wanted: [(RecordFilter.Key, String)], not: [(RecordFilter.Key, String)] = []
    ) throws -> RecordFilter {
        var filter = RecordFilter()
        for (key, value) in wanted { try filter.want(key, value) }
        for (key, value) in not { try filter.leaveOut(key, value) }
        return filter
    }

    @Test(
        "each key finds its member, and no other value",
        arguments: [
            (.port, "orders-db", "orders"), (.port, "5432", "543"), (.port, "5432", "54321"), (.port, "5432", "40000"),
            (.user, "alice", "alic"), (.src, "10.1.2.3", "10.1.2.30"), (.src, "10.1.2.0/24", "10.1.3.0/24"),
            (.verdict, "deny", "allow"), (.rule, "app", "ap"), (.action, "deny", "den"), (.src, "0.0.0.0/0", "::/0"),
            (.user, "alice", "Alice"), (.src, "10.1.2.3/32", "192.0.2.1"),
        ] as [(RecordFilter.Key, String, String)])
    func keys(_ key: RecordFilter.Key, _ value: String, _ other: String) throws {
        #expect(Self.matches(try Self.filter([(key, value)])))
        #expect(!Self.matches(try Self.filter([(key, other)])))
        #expect(!Self.matches(try Self.filter([], not: [(key, value)])))
        #expect(Self.matches(try Self.filter([], not: [(key, other)])))
    }

    @Test("values of one key are alternatives, several keys must all hold")
    func together() throws {
        #expect(Self.matches(try Self.filter([(.user, "bob"), (.user, "alice")])))
        #expect(!Self.matches(try Self.filter([(.user, "bob"), (.user, "eve")])))
        #expect(Self.matches(try Self.filter([(.user, "alice"), (.action, "deny")])))
        #expect(!Self.matches(try Self.filter([(.user, "alice"), (.action, "allow")])))
        #expect(Self.matches(try Self.filter([(.src, "10.9.0.0/16"), (.src, "10.1.0.0/16")])))
        #expect(!Self.matches(try Self.filter([(.user, "alice")], not: [(.verdict, "deny")])))
    }

    @Test("a line is asked about its own members, not about those of what it holds")
    func nested() throws {
        // What a peer claims in its handshake is no user that was proven, and hides no record.
        #expect(!Self.matches(try Self.filter([(.user, "mallory")])))
        #expect(Self.matches(try Self.filter([], not: [(.user, "mallory")])))
        let before = LedgerLeaf(
            .now, "allow",
            [
                "a": .array([.members(["src_ip": .string("10.0.0.1"), "dest_port": .number(1)])]),
                "src_ip": .string("::1"),
            ]
        ).bytes
        #expect(!Self.matches(try Self.filter([(.src, "10.0.0.0/8")]), before))
        #expect(!Self.matches(try Self.filter([(.src, "10.0.0.1")]), before))
        #expect(!Self.matches(try Self.filter([(.port, "1")]), before))
        #expect(Self.matches(try Self.filter([(.src, "::/64")]), before))
    }

    @Test(
        "a member that is told within a text is none",
        arguments: [
            #"","user":"eve"#, #"\","user":"eve"#, #"{"user":"eve"}"#, #"x"user":"eve"#, #"","src_ip":"10.9.9.9"#,
            #"","dest_port":99,"x":""#,
        ])
    func withinText(_ text: String) throws {
        for line in [
            LedgerLeaf(.now, "allow", ["http": .string(text), "user": .string("bob")]).bytes,
            LedgerLeaf(.now, "allow", ["http": .members(["path": .string(text)]), "user": .string("bob")]).bytes,
            // Even as the name of a member.
            JSONValue.object([.init("timestamp", .string(Self.time)), .init(text, .string("eve"))]).compact(),
        ] {
            #expect(!Self.matches(try Self.filter([(.user, "eve")]), line))
            #expect(!Self.matches(try Self.filter([(.src, "10.9.9.0/24")]), line))
            #expect(!Self.matches(try Self.filter([(.src, "10.9.9.9")]), line))
            #expect(!Self.matches(try Self.filter([(.port, "99")]), line))
        }
    }

    @Test(
        "a value is found as it was recorded, whatever is in it",
        arguments: [
            "a\"b", "a\\b", "a\\", "\"", "tab\there", "line\nend", "bell\u{7}", "delete\u{7f}", "é", "名前", "a/b",
            "return\r", "nothing\u{0}more",
        ])
    func escapes(_ value: String) throws {
        let line = LedgerLeaf(.now, "allow", ["user": .string(value)]).bytes
        #expect(Self.matches(try Self.filter([(.user, value)]), line))
        #expect(!Self.matches(try Self.filter([(.user, value + "x")]), line))
    }

    @Test("addresses are compared as such, however they are spelled")
    func addresses() throws {
        let line = LedgerLeaf(.now, "allow", ["src_ip": .string("2001:db8::7")]).bytes
        for text in ["2001:db8::7", "2001:DB8:0:0::7", "2001:db8::/32", "2001:db8::7/128"] {
            #expect(Self.matches(try Self.filter([(.src, text)]), line), "\(text)")
        }
        #expect(!Self.matches(try Self.filter([(.src, "2001:db9::/32")]), line))
        let odd = LedgerLeaf(
            .now, "allow", ["src_ip": .string("no address, and very long: \(String(repeating: "x", count: 99))")])
        #expect(!Self.matches(try Self.filter([(.src, "0.0.0.0/0")]), odd.bytes))
    }

    @Test("since and until hold the first moment and leave out the last")
    func times() throws {
        var filter = RecordFilter()
        filter.since = LedgerTime(Self.time)
        #expect(Self.matches(filter))
        filter.since = LedgerTime("2026-11-22T05:00:00.000001Z")
        #expect(!Self.matches(filter))
        filter.since = nil
        filter.until = LedgerTime(Self.time)
        #expect(!Self.matches(filter))
        filter.until = LedgerTime("2026-11-22T05:00:00.000001Z")
        #expect(Self.matches(filter))
        // A line without a time is of no time.
        #expect(!Self.matches(filter, Array(#"{"action":"allow"}"#.utf8)))
    }

    @Test(
        "what cannot be asked for is refused",
        arguments: [(.user, ""), (.src, "x"), (.src, "10.0.0.1/33")] as [(RecordFilter.Key, String)])
    func refused(_ key: RecordFilter.Key, _ value: String) {
        #expect(throws: RecordFilter.Refused.self) { try Self.filter([(key, value)]) }
    }

    @Test(
        "a line that is no JSON is passed over or shown, and breaks nothing",
        arguments: ["", "{", "\"", "\\", "{\"user\":\"alice", "]]]}}}\"user\":\"alice\"", "{\"a\":\"\\"])
    func hostile(_ text: String) throws {
        let filter = try Self.filter([(.user, "alice"), (.src, "10.0.0.0/8")])
        _ = Self.matches(filter, Array(text.utf8))
        #expect(Self.matches(RecordFilter(), Array(text.utf8)))
    }
}
