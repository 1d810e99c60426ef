import Export
import Foundation
import JSON
import Testing

/// Exports read by somebody else's eyes.
@Suite("exports read back")
struct ReadBackTests {
    @Test(
        "every line of a JSON format is JSON to Foundation and to the strict reader",
        arguments: [
            ExportFormat.ocsf, .ecs, .template,
        ])
    func json(format: ExportFormat) throws {
        let lines = try ExportSample.exported(format).split(separator: 10)
        #expect(lines.count == ExportSample.lines.count)
        for line in lines {
            #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
            _ = try JSONReader.value(of: Array(line))
        }
    }

    @Test("raw_data and event.original are the line itself, and the places of its hash hold it")
    func rawData() throws {
        let events = try Self.objects(.ocsf)
        let documents = try Self.objects(.ecs)
        for (leaf, line) in ExportSample.lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            #expect(events[leaf]["raw_data"]?.text == text)
            #expect(events[leaf]["metadata"]?["uid"]?.text == ExportSample.hash(leaf))
            #expect(events[leaf]["attestation"]?["fingerprint"]?["value"]?.text == ExportSample.hash(leaf))
            #expect(events[leaf]["attestation"]?["uid"]?.text == "\(leaf)")
            #expect(documents[leaf]["event"]?["original"]?.text == text)
            #expect(documents[leaf]["event"]?["hash"]?.text == ExportSample.hash(leaf))
        }
    }

    @Test("the numbers of an OCSF event agree with each other, and it has what its class demands")
    func classes() throws {
        for event in try Self.objects(.ocsf) {
            let number = try #require(event["class_uid"]?.integer)
            let activity = try #require(event["activity_id"]?.integer)
            #expect(event["type_uid"]?.integer == number * 100 + activity)
            #expect(event["category_uid"]?.integer == number / 1_000)
            for key in ["time", "severity_id", "metadata"] { #expect(event[key] != nil) }
            #expect(number == 0 || event["src_endpoint"] != nil || event["dst_endpoint"] != nil)
        }
    }

    @Test("bytes from the source are out in OCSF, of the source in ECS, in in CEF")
    func bytes() throws {
        let event = try Self.objects(.ocsf)[1]
        #expect(event["traffic"]?["bytes_out"]?.integer == 10_528)
        #expect(event["traffic"]?["bytes_in"]?.integer == 20_580)
        let document = try Self.objects(.ecs)[1]
        #expect(document["source"]?["bytes"]?.integer == 10_528)
        #expect(document["destination"]?["bytes"]?.integer == 20_580)
        let common = try #require(try Self.common()[safe: 1])
        #expect(common.values["in"] == "10528")
        #expect(common.values["out"] == "20580")
    }

    @Test(
        "moments are milliseconds since 1970, before 1970 too",
        arguments: [
            ("1970-01-01T00:00:00.000000Z", 0), ("2026-11-22T06:34:11.204518Z", 1_795_329_251_204),
            ("1969-12-31T23:59:59.999999Z", -1), ("2000-02-29T00:00:00.001000Z", 951_782_400_001),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999), ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000),
        ])
    func moments(text: String, milliseconds: Int64) throws {
        let line = try ExportSample.export(#"{"timestamp":"\#(text)","action":"started"}"#, .ocsf)
        #expect(try JSONReader.value(of: Array(line.utf8))["time"]?.integer == milliseconds)
    }

    @Test("python3's csv module reads the fields, and none is a formula")
    func table() throws {
        let script = """
            import csv, io, json, sys
            text = sys.stdin.buffer.read().decode("utf-8")
            json.dump(list(csv.reader(io.StringIO(text, newline=""), strict=True)), sys.stdout)
            """
        let rows = try JSONDecoder().decode(
            [[String]].self, from: try Python.run(script, try ExportSample.exported(.csv)))
        let header = try #require(rows.first)
        #expect(rows.count == ExportSample.lines.count + 1)
        for (leaf, row) in rows.dropFirst().enumerated() {
            #expect(row.count == header.count)
            for cell in row {
                #expect(!["=", "+", "-", "@", "\t", "\r"].contains { cell.utf8.starts(with: $0.utf8) })
            }
            let cells = Dictionary(zip(header, row)) { first, _ in first }
            let record = try JSONReader.value(of: ExportSample.lines[leaf])
            #expect(cells["leaf"] == "\(leaf)")
            #expect(cells["timestamp"] == record["timestamp"]?.text)
            guard cells["src_ip"] != "" else { continue }
            for (column, value) in [
                ("action", record["action"]), ("user", record["user"]), ("src_ip", record["src_ip"]),
                ("src_port", record["src_port"]), ("dest_port", record["dest_port"]), ("rule", record["rule"]),
                ("protocol", record["protocol"]), ("seq", record["seq"]), ("bytes_in", record["bytes_in"]),
                ("suppressed", record["suppressed"]), ("tls_sni", record["tls"]?["sni"]),
                ("tls_alert", record["tls"]?["alert"]?["description"]), ("http_path", record["http"]?["path"]),
                ("http_status", record["http"]?["status"]), ("proof", record["identity"]?["proof"]),
            ] {
                let wanted = value?.text ?? value?.integer.map { "\($0)" } ?? ""
                #expect(cells[column] == Self.cell(wanted), "\(column) of record \(leaf)")
            }
        }
    }

    @Test("CEF is one line an event, and unescaped its values are the record's")
    func commonEvents() throws {
        let events = try Self.common()
        #expect(events.count == ExportSample.lines.count)
        for (leaf, event) in events.enumerated() {
            let record = try JSONReader.value(of: ExportSample.lines[leaf])
            #expect(event.header.prefix(3) == ["CEF:0", "portgate", "portgate"])
            #expect(event.header[4] == record["action"]?.text)
            #expect(event.values["cs6"] == ExportSample.hash(leaf))
            guard record["src_ip"] != nil else { continue }
            for (key, value) in [
                ("suser", record["user"]), ("cs1", record["rule"]), ("spt", record["src_port"]),
                ("dpt", record["dest_port"]), ("portgateTlsSni", record["tls"]?["sni"]),
                ("portgateTlsJa4", record["tls"]?["ja4"]), ("requestMethod", record["http"]?["method"]),
            ] {
                let wanted = value?.text ?? value?.integer.map { "\($0)" }
                #expect(event.values[key] == wanted.map { Self.visible($0) }, "\(key) of record \(leaf)")
            }
        }
        #expect(events[9].values["request"] == "http://-evil" + Self.visible("/a=b|c\\d\r\n\u{7}\u{1b}[31m,\"quoted\""))
    }

    // MARK: - Readers

    private static func objects(_ format: ExportFormat) throws -> [JSONValue] {
        try ExportSample.exported(format).split(separator: 10).map { try JSONReader.value(of: Array($0)) }
    }

    /// As the formats of lines show control characters but tabs and line ends.
    private static func visible(_ text: String, keeping kept: Set<UInt8> = [10, 13]) -> String {
        String(
            decoding: text.utf8.flatMap { byte -> [UInt8] in
                guard byte < 0x20 || byte == 0x7f, !kept.contains(byte) else { return [byte] }
                let digits = String(byte, radix: 16)
                return Array("\\x\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            }, as: UTF8.self)
    }

    private static func cell(_ text: String) -> String {
        guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else {
            return visible(text, keeping: [9, 10, 13])
        }
        return "'" + visible(text, keeping: [9, 10, 13])
    }

    private struct CommonEvent {
        var header: [String]
        var values: [String: String]
    }

    /// Reads events by the rules of the format, byte by byte.
    private static func common() throws -> [CommonEvent] {
        try ExportSample.exported(.cef).split(separator: 10).map { line in
            var fields: [[UInt8]] = [[]]
            var rest = line[...]
            while fields.count < 8, let byte = rest.popFirst() {
                if byte == UInt8(ascii: "|") {
                    fields.append([])
                } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                    fields[fields.count - 1].append(next)
                } else {
                    fields[fields.count - 1].append(byte)
                }
            }
            return CommonEvent(
                header: fields.dropLast().map { String(decoding: $0, as: UTF8.self) }, values: values(Array(rest)))
        }
    }

    /// A key begins behind a space, and ends before an equals sign that is not escaped.
    private static func values(_ bytes: [UInt8]) -> [String: String] {
        var values: [String: String] = [:]
        var starts: [(key: Range<Int>, value: Int)] = []
        var word = 0
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\\"): place += 1
            case UInt8(ascii: " "): word = place + 1
            case UInt8(ascii: "="): starts.append((word..<place, place + 1))
            default: break
            }
            place += 1
        }
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1].key.lowerBound - 1 : bytes.count
            var value: [UInt8] = []
            var rest = bytes[start.value..<end]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                    value.append(byte)
                    continue
                }
                value.append(next == UInt8(ascii: "n") ? 10 : next == UInt8(ascii: "r") ? 13 : next)
            }
            values[String(decoding: bytes[start.key], as: UTF8.self)] = String(decoding: value, as: UTF8.self)
        }
        return values
    }
}

extension Array {
    /// The element at a place, if there is one.
    fileprivate subscript(safe place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
