import Foundation
import Policy
import Testing

@testable import Recorder

@Suite("lines of records")
struct LineTests {
    @Test("addresses are written as the policy's own type writes them")
    func addresses() {
        var numbers = SeededBytes(state: 3)
        for round in 0..<3_000 {
            var bits: UInt128 = 0
            for _ in 0..<16 {
                bits = bits << 8 | UInt128(round % 3 == 0 ? numbers.next() : numbers.next() < 200 ? 0 : numbers.next())
            }
            if bits >> 32 == 0xffff { continue }
            var line = LineBuffer(capacity: 64)
            line.append(FlowAddress(bits: bits))
            #expect(String(decoding: line.bytes, as: UTF8.self) == "\"\(IPv6Address(bits: bits))\"")
            let v4 = UInt32(truncatingIfNeeded: bits)
            line.removeAll()
            line.append(FlowAddress(v4: v4))
            #expect(String(decoding: line.bytes, as: UTF8.self) == "\"\(IPv4Address(bits: v4))\"")
        }
        for bits in [0, 1, UInt128.max, 1 << 127, 0xffff << 112] {
            var line = LineBuffer(capacity: 64)
            line.append(FlowAddress(bits: bits))
            #expect(String(decoding: line.bytes, as: UTF8.self) == "\"\(IPv6Address(bits: bits))\"")
        }
    }

    @Test(
        "moments are RFC 3339 in UTC with microseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_795_329_260_123_456_789, "2026-11-22T06:34:20.123456Z"),
            (951_782_399_999_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (-5, "1970-01-01T00:00:00.000000Z"), (Int64.max, "2262-04-11T23:47:16.854775Z"),
        ] as [(Int64, String)])
    func moments(nanoseconds: Int64, text: String) {
        var line = LineBuffer(capacity: 64)
        for _ in 0..<2 {
            line.removeAll()
            line.append(moment: nanoseconds)
            #expect(String(decoding: line.bytes, as: UTF8.self) == "\"\(text)\"")
        }
    }

    @Test(
        "prefixes are read as the gate writes them",
        arguments: [
            ("pg1 allow db/app ", RecordAction.allow, "db", "app", ""), ("pg1 deny db ", .deny, "db", "", ""),
            ("pg1 deny db request ", .deny, "db", "", "request"), ("pg1 grant db ", .grant, "db", "", ""),
            ("pg1 revoke db ", .revoke, "db", "", ""), ("pg1 would-allow db/x.y ", .wouldAllow, "db", "x.y", ""),
            ("pg1 would-deny db short ", .wouldDeny, "db", "", "short"), ("pg1 heartbeat ", .heartbeat, "", "", ""),
            ("pg2 allow db/app ", .foreign, "", "", ""), ("", .foreign, "", "", ""),
            ("pg1 allow ", .foreign, "", "", ""),
            ("pg1 end db ", .foreign, "", "", ""), ("a b c d e f", .foreign, "", "", ""),
        ] as [(String, RecordAction, String, String, String)])
    func prefixes(text: String, action: RecordAction, port: String, rule: String, reason: String) {
        var table = PrefixTable(capacity: 8, seed: HashSeed(1, 2))
        let number = table.number(of: Array(text.utf8), ports: PortDirectory())
        let again = table.number(of: Array(text.utf8), ports: PortDirectory())
        #expect(number == again)
        let entry = table[number]
        func read(_ range: ByteRange) -> String { String(decoding: table.text[range.start..<range.end], as: UTF8.self) }
        #expect(entry.action == action)
        #expect(read(entry.port) == port && read(entry.rule) == rule && read(entry.reason) == reason)
    }

    @Test("prefixes without room are read all the same, and the table does not grow")
    func manyPrefixes() {
        var table = PrefixTable(capacity: 8, seed: HashSeed(1, 2))
        for round in 0..<1_000 {
            let number = table.number(of: Array("pg1 deny port\(round) ".utf8), ports: PortDirectory())
            let port = table[number].port
            #expect(String(decoding: table.text[port.start..<port.end], as: UTF8.self) == "port\(round)")
        }
        #expect(table.count == 8)
        #expect(table.text.count < 2_000)
    }

    @Test("what somebody else logs to the group is recorded with its prefix, escaped")
    func foreign() throws {
        var recorder = Recorder.sample()
        recorder.take(nflog: Self.packet(prefix: "x \"\\\u{7}é").span.bytes, at: .sample)
        let lines = try recorder.takeLines()
        #expect(lines.first?["action"] == "foreign")
        #expect(lines.first?["prefix"] == "x \"\\\u{7}\u{c3}\u{a9}")
    }

    @Test("lines of the recorded datagrams have the members of the schema, with its types")
    func schema() throws {
        let checker = try RecordSchema()
        var recorder = Recorder.sample()
        recorder.started(RecorderStart(bootID: "b", process: 1, groups: [(77, 5)], conntrackBuffer: 6))
        for bytes in RecordedDatagrams.conntrack { recorder.take(conntrack: bytes.span.bytes, at: .sample) }
        for bytes in RecordedDatagrams.nflog { recorder.take(nflog: bytes.span.bytes, at: .sample) }
        for bytes in RecordedDatagrams.conntrack { recorder.take(conntrack: bytes.span.bytes, at: .sample) }
        for place in 0..<40 {
            recorder.take(
                nflog: Self.packet(prefix: "pg1 deny db ", sequence: UInt32(place * 3)).span.bytes, at: .sample)
        }
        recorder.take(nflog: Self.packet(prefix: "pg1 allow db/app ", payload: [0x45]).span.bytes, at: .sample)
        recorder.take(nflog: [1, 2, 3].span.bytes, isCut: true, at: .sample)
        recorder.dropped(3, from: .conntrack, at: .sample)
        recorder.silent(group: 77, seconds: 30, at: .sample)
        recorder.tick(
            RecorderClock(
                realtime: RecorderClock.sample.realtime - 3_000_000_000, boottime: RecorderClock.sample.boottime))
        recorder.stopped(reason: "asked", at: .sample)
        let lines = try recorder.takeLines()
        #expect(lines.compactMap { $0.number("seq") } == Array(1...lines.count))
        for line in lines { #expect(checker.faults(of: line.members) == [], "\(line.text)") }
        let actions = Set(lines.compactMap { $0["action"] })
        #expect(actions.isSuperset(of: ["started", "allow", "deny", "end", "lost", "clock-step", "stopped"]))
    }

    /// A message of NFLOG with a TCP SYN from 10.0.0.1 port 40001 to 10.0.0.2 port 8443.
    static func packet(
        prefix: String, sequence: UInt32? = nil, source: UInt32 = 0x0a00_0001, payload: [UInt8]? = nil,
        user: UInt32? = nil, second: UInt64? = nil
    ) -> [UInt8] {
        var message = ConfigurationMessage(type: 4 << 8, flags: 0, family: 2, resource: 77, sequence: 0)
        message.attribute(1, [8, 0, 0, 0])
        // NFULA_TIMESTAMP: seconds and microseconds.
        if let second {
            message.attribute(
                3, (0..<8).map { UInt8(truncatingIfNeeded: second >> (56 - $0 * 8)) } + [0, 0, 0, 0, 0, 0, 0, 7])
        }
        message.attribute(10, Array(prefix.utf8) + [0])
        message.attribute(4, number: UInt32(2))
        var packet: [UInt8] = [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0]
        packet += (0..<4).map { UInt8(truncatingIfNeeded: source >> UInt32(24 - $0 * 8)) } + [10, 0, 0, 2]
        packet += [0x9c, 0x41, 0x20, 0xfb, 0, 0, 0, 9, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]
        message.attribute(9, payload ?? packet)
        if let user { message.attribute(11, number: user) }
        if let sequence { message.attribute(12, number: sequence) }
        return message.bytes
    }
}

/// The essentials of docs/records.schema.json: names, types, and what must be there.
struct RecordSchema {
    private let properties: [String: [String: Any]]
    private let required: [String]

    init() throws {
        let url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("../../docs/records.schema.json").standardizedFileURL
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
        properties = try #require(object?["properties"] as? [String: [String: Any]])
        required = try #require(object?["required"] as? [String])
    }

    func faults(of members: [String: Any]) -> [String] {
        var faults = required.filter { members[$0] == nil }.map { "\($0) is missing" }
        for (name, value) in members {
            guard let property = properties[name] else {
                faults.append("\(name) is not in the schema")
                continue
            }
            if let words = property["enum"] as? [String], !words.contains(value as? String ?? "") {
                faults.append("\(name) is \(value)")
            }
            switch property["type"] as? String {
            case "string": if !(value is String) { faults.append("\(name) is no text") }
            case "integer", "number": if !(value is NSNumber) { faults.append("\(name) is no number") }
            case "object": if !(value is [String: Any]) { faults.append("\(name) is no object") }
            case "array": if !(value is [Any]) { faults.append("\(name) is no list") }
            default: faults.append("\(name) has no type")
            }
        }
        return faults
    }
}
