import Foundation
import Policy
import Testing

/// What real clients and servers said first, as `Payloads/record.py` recorded it.
struct RecordedPayload {
    let name: String
    let isClient: Bool
    let transport: TransportProtocol
    let bytes: [UInt8]

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Payloads")

    static func all() throws -> [RecordedPayload] {
        let text = try String(contentsOf: folder.appendingPathComponent("payloads.tsv"), encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let fields = line.split(separator: "\t")
            try #require(fields.count == 5, "\(line)")
            return RecordedPayload(
                name: String(fields[0]), isClient: fields[1] == "client", transport: fields[2] == "tcp" ? .tcp : .udp,
                bytes: try octets(fields[3]))
        }
    }

    static func octets(_ digits: Substring) throws -> [UInt8] {
        let digits = Array(digits.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { index in
            try #require(UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16))
        }
    }
}

/// The request types as regular expressions, by Python.
enum PayloadJudge {
    struct Question {
        let isClient: Bool
        let type: String
        let transport: TransportProtocol
        let bytes: [UInt8]
    }

    static func answers(to questions: [Question]) throws -> [Bool] {
        let lines = questions.map { question in
            let hex = question.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return "\(question.isClient ? "client" : "server") \(question.type) \(question.transport.name) \(hex)\n"
        }
        // A file, because a pipe written and read by one thread would fill up.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pg-\(UUID().uuidString).txt")
        try lines.joined().write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = RecordedPayload.folder.appendingPathComponent("judge.py")
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map { $0 == "1" }
    }
}
