import Testing

@testable import Sinks

@Suite("frames of syslog") struct SyslogFrameTests {
    private static func frame(
        _ line: String, leaf: UInt64 = 7, host: String = "db1.example", origin: String = "db1.example/portgate"
    ) -> String {
        var bytes: [UInt8] = []
        let frame = SyslogFrame(host: host, process: 42, origin: origin)
        Array(line.utf8).withUnsafeBytes { frame.append($0, leaf: leaf, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let moment = "2026-11-22T06:34:11.204518Z"

    @Test("a record stands in its frame as it is in the ledger")
    func golden() {
        let line = #"{"timestamp":"\#(Self.moment)","action":"allow","verdict":"allow","user":"billing"}"#
        let message =
            #"<110>1 \#(Self.moment) db1.example portgate 42 allow [ledger@32473 leaf="7" origin="db1.example/portgate"] \#(line)"#
        #expect(Self.frame(line) == "\(message.utf8.count) \(message)")
    }

    @Test(
        "the severity is by verdict and action",
        arguments: [
            ("allow", #","verdict":"allow""#, 110), ("deny", #","verdict":"deny""#, 108),
            ("end", #","verdict":"deny""#, 108), ("end", "", 110), ("heartbeat", "", 110), ("lost", "", 107),
            ("torn-tail", "", 107), ("revoke", #","verdict":"allow""#, 109), ("apply-intent", "", 109),
            ("clock-step", "", 108), ("would-deny", #","verdict":"deny""#, 108),
            // A text that looks like a member is none: its quotes are escaped.
            ("allow", #","verdict":"allow","user":",\"verdict\":\"deny\"""#, 110),
        ])
    func severity(action: String, rest: String, priority: Int) {
        let frame = Self.frame(#"{"timestamp":"\#(Self.moment)","action":"\#(action)"\#(rest)}"#)
        #expect(frame.split(separator: " ")[1] == "<\(priority)>1", "\(frame)")
    }

    @Test(
        "what a line does not tell is nil in the header, and the line is sent all the same",
        arguments: [
            ("no JSON", "- "), ("{", "- "), (#"{"timestamp":"yesterday","action":"allow"}"#, "- "),
            (#"{"timestamp":"2026-13-22T06:34:11.204518Z","action":"allow"}"#, "- "),
            (#"{"timestamp":"\#(moment)","verdict":"allow"}"#, "- "),
        ])
    func unreadable(line: String, start: String) {
        let frame = Self.frame(line)
        #expect(frame.contains(" <109>1 - db1.example portgate 42 - [ledger@32473 "), "\(frame)")
        #expect(frame.hasSuffix("\"] \(line)"))
    }

    @Test(
        "an action that MSGID cannot hold is left out of the header",
        arguments: ["", "two words", "a-name-of-more-than-thirty-two-bytes", "ünlesbar"])
    func messageID(action: String) {
        let frame = Self.frame(#"{"timestamp":"\#(Self.moment)","action":"\#(action)"}"#)
        #expect(frame.contains(" <109>1 \(Self.moment) db1.example portgate 42 - ["), "\(frame)")
    }

    @Test("a name of 32 bytes is a MSGID still")
    func longestMessageID() {
        let name = String(repeating: "a", count: 32)
        #expect(Self.frame(#"{"timestamp":"\#(Self.moment)","action":"\#(name)"}"#).contains(" 42 \(name) ["))
    }

    @Test("the three characters of RFC 5424, section 6.3.3, are escaped")
    func escapes() {
        #expect(Self.frame("x", origin: #"a"b\c]d"#).contains(#"origin="a\"b\\c\]d"] x"#))
    }

    @Test("a host's name keeps what HOSTNAME may hold")
    func hostName() {
        #expect(Self.frame("x", host: "my höst").contains("- myhst portgate"))
        #expect(Self.frame("x", host: "").contains("- - portgate"))
        let long = Self.frame("x", host: String(repeating: "h", count: 300))
        #expect(long.split(separator: " ")[3].utf8.count == 255)
    }

    @Test("the length counts bytes, not characters")
    func length() {
        let frame = Self.frame("ü")
        let space = frame.utf8.firstIndex(of: UInt8(ascii: " "))
        #expect(
            space.flatMap { Int(frame[..<$0]) }
                == space.map { frame.utf8.count - frame.utf8.distance(from: frame.utf8.startIndex, to: $0) - 1 })
    }
}
