import Foundation
import JSON
import Ledger
import Testing

/// A state directory with a ledger that was begun by `portgate keys init`.
final class EvidenceHost {
    let scratch: Scratch
    let anchor: String
    let folder: LedgerFolder

    init() throws {
        scratch = try Scratch()
        let begun = try Portgate.run("keys", "init", "--origin", "host.example/test", "--state-dir", scratch.url.path)
        try #require(begun.status == 0, "\(begun.errors)")
        anchor = begun.output.trimmingCharacters(in: .newlines)
        folder = LedgerFolder(scratch.url.appendingPathComponent("ledger").path)
    }

    /// Writes records, several to a commit, in segments of a few of them, and seals those that are full.
    func write(_ range: Range<Int>, seals: Bool = true) throws {
        var limits = LedgerLimits()
        limits.segmentBytes = 3_000
        var writer = try LedgerWriter.open(folder, limits: limits)
        for number in range {
            try writer.append(Self.record(number))
            if number % 3 == 2 { try writer.commit() }
        }
        try writer.commit()
        if seals { try writer.sealSegments() }
    }

    static func record(_ number: Int) -> LedgerLeaf {
        LedgerLeaf(
            .now, number % 5 == 0 ? "deny" : "allow",
            [
                "src_ip": .string("10.0.\(number % 3).\(number)"), "src_port": .number(40_000 + Int64(number)),
                "dest_ip": .string("192.0.2.1"), "dest_port": .number(number % 2 == 0 ? 5_432 : 8_443),
                "protocol": .string("tcp"), "port": .string(number % 2 == 0 ? "orders-db" : "console"),
                "rule": .string("office"), "user": .string(number % 4 == 0 ? "alice" : "bob\"b\\b"),
                "verdict": .string(number % 5 == 0 ? "deny" : "allow"), "number": .number(Int64(number)),
            ])
    }

    func run(_ arguments: String...) throws -> Portgate.Outcome {
        try Portgate.run(arguments: arguments + ["--state-dir", scratch.url.path])
    }

    func url(_ file: String) -> URL { scratch.url.appendingPathComponent("ledger/\(file)") }

    /// Changes one byte of a file.
    func bend(_ file: String, at place: Int = 40) throws {
        var bytes = try Data(contentsOf: url(file))
        bytes[place] ^= 1
        try bytes.write(to: url(file))
    }

    func segments(_ suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url("segments").path).filter { $0.hasSuffix(suffix) }
            .sorted()
    }
}

extension Portgate {
    static func run(arguments: [String]) throws -> Outcome {
        let words = arguments.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
        return try shell("exec \"$portgate\" \(words.joined(separator: " "))")
    }
}

extension Portgate.Outcome {
    /// The object that was printed.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: outputBytes) as? [String: Any], "\(self)")
    }
}
