import Foundation
import JSON
import Ledger
import Testing

@Suite("logs") struct LogsCommandTests {
    @Test("logs shows the records byte by byte, sealed or not, and those asked for")
    func logs() throws {
        let host = try EvidenceHost()
        try host.write(0..<40)
        #expect(try host.segments(".zst").count > 1)
        let all = try host.run("logs", "-o", "json", "--not", "action=ledger-created", "--not", "action=sealed")
        #expect(all.status == 0)
        let lines = all.output.split(separator: "\n")
        let numbers = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["number"] as? Int)
        }
        #expect(numbers == Array(0..<40))
        func count(_ arguments: String...) throws -> Int {
            let outcome = try Portgate.run(
                arguments: ["logs", "-o", "json", "--state-dir", host.scratch.url.path] + arguments)
            #expect(outcome.status == 0, "\(outcome)")
            return outcome.output.split(separator: "\n").count
        }
        #expect(try count("--user", "alice") == 10)
        #expect(try count("--user", "bob\"b\\b") == 30)
        #expect(try count("--user", "alice", "--port", "orders-db") == 10)
        #expect(try count("--port", "8443") == 20)
        #expect(try count("--verdict", "deny") == 8)
        #expect(try count("--action", "deny", "--action", "sealed") == 8 + host.segments(".zst").count)
        #expect(try count("--src", "10.0.1.0/24") == 13)
        #expect(try count("--src", "10.0.1.7") == 1)
        #expect(try count("--rule", "office", "--not", "user=alice", "--not", "port=5432") == 20)
        #expect(try count("--since", "1h") == 41 + host.segments(".zst").count)
        #expect(try count("--until", "1h") == 0)
        #expect(try count("--until", "2020-01-01T00:00:00Z") == 0)
    }

    @Test("logs has a line for each record, or one for each field")
    func forms() throws {
        let host = try EvidenceHost()
        try host.write(0..<2)
        let line = try host.run("logs", "--user", "alice")
        #expect(line.status == 0)
        #expect(
            line.output.dropFirst(LedgerTime.byteCount)
                == " deny tcp 10.0.0.0:40000 -> 192.0.2.1:5432 orders-db/office user=alice number=0\n")
        let text = try host.run("logs", "--user", "alice", "-o", "text")
        #expect(
            text.output.contains("\naction: deny\nsrc_ip: 10.0.0.0\nsrc_port: 40000\n") && text.output.hasSuffix("\n\n")
        )
    }

    @Test("nothing in a record reaches the terminal but text")
    func visible() throws {
        let host = try EvidenceHost()
        var writer = try LedgerWriter.open(host.folder)
        try writer.append(LedgerLeaf(.now, "allow", ["user": .string("\u{1b}[2Jeve\u{202e}"), "\u{1b}]0;x": .null]))
        try Array("\u{1b}[31mno record".utf8).withUnsafeBytes { try writer.append($0) }
        try writer.commit()
        for form in ["line", "text"] {
            let output = try host.run("logs", "-o", form).output
            #expect(!output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || $0.value == 0x202e }, "\(form)")
            #expect(output.contains("no record"))
        }
    }

    @Test(
        "logs refuses what it cannot look for",
        arguments: [
            ["--src", "x"], ["--not", "nothing"], ["--not", "color=red"], ["--since", "yesterday"], ["--for", "3"],
            ["--user", ""], ["--since", "-5m"], ["-o", "json=file"],
        ])
    func logsRefused(_ arguments: [String]) throws {
        let host = try EvidenceHost()
        let outcome = try Portgate.run(arguments: ["logs", "--state-dir", host.scratch.url.path] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome)")
    }

    @Test("logs without a ledger says so, and makes nothing")
    func absent() throws {
        let scratch = try Scratch()
        let outcome = try Portgate.run("logs", "--state-dir", scratch.url.path)
        #expect(outcome.status == 3 && outcome.errors.contains("there is no ledger in"), "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).isEmpty)
    }

    @Test("logs says how many records are not shown because their time was over")
    func deleted() throws {
        let host = try EvidenceHost()
        try host.write(0..<40)
        let later = LedgerTime.now.advanced(bySeconds: 100 * 86_400)
        var writer = try LedgerWriter.open(host.folder, clock: { later })
        #expect(try !writer.retain(days: 90).deleted.isEmpty)
        let first = try LedgerReader(host.folder).firstRecord()
        #expect(first > 1)
        let all = try host.run("logs", "-o", "json")
        #expect(all.status == 0)
        #expect(
            all.errors.hasPrefix("note: the first \(first) records were deleted when their time was over"), "\(all)")
        #expect(try host.run("logs", "-o", "json", "--since", "1h").errors.isEmpty)
        let verdict = try host.run("verify", "--anchor", host.anchor)
        #expect(verdict.output.contains("were deleted when their time was over, as a signed record says"), "\(verdict)")
        let document = try host.run("verify", "-o", "json").json()
        let deleted = try #require(document["deleted"] as? [[String: Int]])
        #expect(deleted.first?["first"] == 0 && deleted.last?["end"] == Int(first))
    }

    @Test("logs --follow goes on with what is committed, across segments, and ends when its time is over")
    func follow() throws {
        let host = try EvidenceHost()
        try host.write(0..<3)
        let output = host.scratch.url.appendingPathComponent("followed")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Portgate.path)
        process.arguments = [
            "logs", "-o", "json", "-f", "--for", "4", "--action", "allow", "--state-dir", host.scratch.url.path,
        ]
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        // What comes while it follows, as well as what was there: in two segments and with sealing in between.
        while try Data(contentsOf: output).isEmpty, process.isRunning { sched_yield() }
        try host.write(3..<20)
        try host.write(20..<31, seals: false)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let numbers = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["number"] as? Int)
        }
        #expect(numbers == (0..<31).filter { $0 % 5 != 0 })
    }
}
