import Foundation
import Nftables
import Policy
import Testing

@testable import Compiler

@Suite struct ReadBackTests {
    @Test("a rendering that says anything else than was meant is found, whatever the difference")
    func differences() throws {
        let table = try Gates.table(
            Gates.oneRule(
                "cidrs: [10.0.0.0/8]\n        windows: [w]",
                extra: "windows:\n  w: { timezone: UTC, days: [mon], hours: [\"08:00-09:00\"] }"))
        let text = try table.rendered()
        #expect(ReadBack.difference(of: text, from: table) == nil)
        let edits = [
            ("10.0.0.0/8", "10.0.0.0/7"), ("ip saddr @pg_s4", "ip daddr @pg_s4"), (" . 5432", " . 5433"),
            ("policy accept", "policy drop"), ("goto pg_r_db", "accept"), ("group 77", "group 78"),
            ("reject with tcp reset", "accept"), ("priority -150", "priority -100"), ("ct state 0x8 ", ""),
        ]
        for (old, new) in edits {
            let whole = String(decoding: text, as: UTF8.self)
            let range = try #require(whole.range(of: old), "\(old)")
            let edited = whole.replacingCharacters(in: range, with: new)
            #expect(ReadBack.difference(of: Array(edited.utf8), from: table) != nil, "\(old) becomes \(new)")
        }
        #expect(ReadBack.difference(of: Array(text.dropLast(40)), from: table) != nil)
        #expect(ReadBack.difference(of: [], from: table) != nil)
    }
}
