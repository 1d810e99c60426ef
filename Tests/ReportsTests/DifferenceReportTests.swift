import Policy
import Testing

@testable import Reports

@Suite("DifferenceReport")
struct DifferenceReportTests {
    @Test(
        "nothing that an author names does anything in Markdown",
        arguments: [
            ("a|b", "a\\|b"), ("<script>", "&lt;script&gt;"), ("[x](http://y)", "\\[x\\](http://y)"),
            ("`code`", "\\`code\\`"), ("**b**", "\\*\\*b\\*\\*"), ("a\nb", "a\\\\x0ab"), ("&amp;", "&amp;amp;"),
            ("\u{202e}x", "\\\\u{202e}x"),
        ])
    func escaping(text: String, escaped: String) { #expect(DifferenceReport.escaped(text) == escaped) }

    @Test("sources are counted in full and shown in part")
    func sources() {
        let many = IntervalSet<UInt32>((0..<100).map { Interval(0x0a00_0000 + $0 * 512, 0x0a00_00ff + $0 * 512) })
        let words = SourceWords(SourceSet(AddressSet(v4: many, v6: .empty, loopback: true)), limit: 2)
        #expect(words.blocks == ["10.0.0.0/24", "10.0.2.0/24"])
        #expect(words.blocksLeft == 98)
        #expect(words.count4 == 25_600)
        #expect(words.own == ["loopback"])
        #expect(
            words.text == "10.0.0.0/24, 10.0.2.0/24 and 98 more blocks (25,600 IPv4 addresses), and this host itself")
    }

    @Test("what is all but a few blocks is said so")
    func complement() {
        let all = AddressSet.any
        let hole = IntervalSet<UInt32>([Interval(0x0a00_0000, 0x0a00_00ff)])
        let words = SourceWords(SourceSet(AddressSet(v4: all.v4.subtracting(hole), v6: all.v6)), limit: 8)
        #expect(words.text == "any remote source but 10.0.0.0/24")
        #expect(SourceWords(SourceSet(.any), limit: 8).text == "any remote source")
    }
}
