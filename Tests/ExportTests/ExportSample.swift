import Export
import Foundation

/// Records of every kind, and how they are exported in tests.
enum ExportSample {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    /// The lines without their ends.
    static let lines: [[UInt8]] = {
        guard let bytes = try? Data(contentsOf: fixtures.appending(path: "records.jsonl")) else { return [] }
        return bytes.split(separator: 10).map { Array($0) }
    }()

    static func exporter(_ format: ExportFormat, all: Bool = true) -> Exporter {
        Exporter(format, origin: .init(version: "0.1.0", log: "host.example/portgate-1"), includesOwnRecords: all)
    }

    /// A hash that tells its leaf.
    static func hash(_ leaf: Int) -> String {
        let digits = String(leaf, radix: 16)
        return String(repeating: "0", count: 64 - digits.utf8.count) + digits
    }

    /// The leaf hash of a line, by python3.
    static func leafHash(_ line: [UInt8]) throws -> String {
        let script = "import hashlib, sys; print(hashlib.sha256(b'\\0' + sys.stdin.buffer.read()).hexdigest(), end='')"
        return String(decoding: try Python.run(script, line), as: UTF8.self)
    }

    /// All records in a format, with what stands before them.
    static func exported(_ format: ExportFormat, all: Bool = true) throws -> [UInt8] {
        let exporter = exporter(format, all: all)
        var output = exporter.header
        for (leaf, line) in lines.enumerated() {
            try exporter.append(line, leaf: UInt64(leaf), hash: hash(leaf), to: &output)
        }
        return output
    }

    /// One line, given as text.
    static func export(_ line: String, _ format: ExportFormat, all: Bool = true) throws -> String {
        var output: [UInt8] = []
        try exporter(format, all: all).append(Array(line.utf8), leaf: 0, hash: hash(0), to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
