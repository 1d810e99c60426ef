import Export
import Testing

@Suite("lines that are no records")
struct ExportFailureTests {
    @Test(
        "every beginning of a record is refused in every format, and nothing is written",
        arguments: ExportFormat.allCases)
    func beginnings(format: ExportFormat) {
        let exporter = ExportSample.exporter(format)
        for line in ExportSample.lines {
            for count in 0..<line.count {
                var output: [UInt8] = [1]
                #expect(throws: ExportFailure.self) {
                    try exporter.append(Array(line[..<count]), leaf: 0, hash: "", to: &output)
                }
                #expect(output == [1])
            }
        }
    }

    @Test(
        "what cannot be is refused with its reason",
        arguments: [
            ("", "not a record: ends too early"), ("[]", "not a record: no object"),
            ("null", "not a record: no object"),
            (#"{"action":"deny"}"#, "no 'timestamp'"), (#"{"timestamp":"2026-11-22T06:34:11.204518Z"}"#, "no 'action'"),
            (#"{"timestamp":1,"action":"deny"}"#, "'timestamp' holds what it cannot hold"),
            (
                #"{"timestamp":"2026-02-29T06:34:11.204518Z","action":"deny"}"#,
                "'timestamp' holds what it cannot hold"
            ),
            (record(#""src_port":65536"#), "'src_port' holds what it cannot hold"),
            (record(#""src_port":-1"#), "'src_port' holds what it cannot hold"),
            (record(#""src_port":99999999999999999999999999"#), "not a record: number out of range"),
            (record(#""bytes_in":1e400"#), "'bytes_in' holds what it cannot hold"),
            (record(#""src_ip":"10.0.0.256""#), "'src_ip' holds what it cannot hold"),
            (record(#""src_ip":["10.0.0.1"]"#), "'src_ip' holds what it cannot hold"),
            (record(#""dest_ip":"1:2:3:4:5:6:7""#), "'dest_ip' holds what it cannot hold"),
            (record(#""dest_ip":"::1::""#), "'dest_ip' holds what it cannot hold"),
            (record(#""dest_ip":"fe80::1%eth0""#), "'dest_ip' holds what it cannot hold"),
            (record(#""protocol":"256""#), "'protocol' holds what it cannot hold"),
            (record(#""protocol":"+6""#), "'protocol' holds what it cannot hold"),
            (record(#""duration":-0.5"#), "'duration' holds what it cannot hold"),
            (record(#""duration":1e3"#), "'duration' holds what it cannot hold"),
            (record(#""duration":9999999999.0"#), "'duration' holds what it cannot hold"),
            (record(#""duration":0.1234567890"#), "'duration' holds what it cannot hold"),
            (record(#""identity":"billing""#), "'identity' holds what it cannot hold"),
            (record(#""tls":[]"#), "'tls' holds what it cannot hold"),
            (record(#""tls":{"sni":1}"#), "'tls.sni' holds what it cannot hold"),
            (record(#""tls":{"alert":"fatal"}"#), "'tls.alert' holds what it cannot hold"),
            (record(#""http":{"status":1000}"#), "'http.status' holds what it cannot hold"),
            (record(#""other":01.5"#), "not a record: a number begins with a needless zero"),
            (record(#""user":"a","user":"b""#), "not a record: a key is given twice"),
        ])
    func refused(line: String, reason: String) {
        for format in ExportFormat.allCases {
            do {
                _ = try ExportSample.export(line, format)
                Issue.record("exported as \(format): \(line)")
            } catch {
                #expect("\(error)" == reason)
            }
        }
    }

    @Test("random changes of a record are exported or refused, and what is exported is one line")
    func changes() {
        var generator = SplitMix(state: 2026)
        for round in 0..<4_000 {
            var line = ExportSample.lines[round % ExportSample.lines.count]
            for _ in 0...(generator.next() % 3) {
                line[Int(generator.next() % UInt64(line.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            for format in ExportFormat.allCases where format != .csv {
                var output: [UInt8] = []
                guard
                    (try? ExportSample.exporter(format).append(line, leaf: 0, hash: "", to: &output)) != nil
                else { continue }
                #expect(output.filter { $0 == 10 }.count == 1)
                #expect(output.last == 10)
            }
        }
    }

    @Test("records that portgate writes about itself are left out, and told, unless they are asked for")
    func ownRecords() throws {
        for format in ExportFormat.allCases {
            let exporter = ExportSample.exporter(format, all: false)
            var output: [UInt8] = []
            let left = try ExportSample.lines.compactMap {
                try exporter.append($0, leaf: 0, hash: "", to: &output)
            }
            #expect(left == ["started", "lost", "intent"])
        }
    }

    private static func record(_ member: String) -> String {
        #"{"timestamp":"2026-11-22T06:34:11.204518Z","action":"deny","# + member + "}"
    }
}

/// Numbers that are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}
