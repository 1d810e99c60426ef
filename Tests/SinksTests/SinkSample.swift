import Foundation
import Glibc
import JSON
import Ledger
import TestSupport
import Testing

/// A state directory with a ledger of some records, certificates, and receivers; all of it goes with it.
final class SinkSample {
    let root: URL
    let folder: LedgerFolder
    let anchor: NoteKey
    static let origin = "host.example/portgate"

    init(records: Int = 0) throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-sinks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appendingPathComponent("state"), withIntermediateDirectories: true)
        folder = LedgerFolder(root.appendingPathComponent("state/ledger").path)
        anchor = try folder.create(origin: Self.origin)
        if records > 0 { try write(0..<records) }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func path(_ name: String) -> String { root.appendingPathComponent(name).path }
    var state: String { path("state") }
    func cursor(_ name: String) -> String { path("state/cursors/\(name)") }

    /// Writes records, and commits them together.
    func write(_ range: Range<Int>, filler: Int = 0, segmentBytes: Int = 64 << 20) throws {
        var limits = LedgerLimits()
        limits.segmentBytes = segmentBytes
        var writer = try LedgerWriter.open(folder, limits: limits)
        for number in range {
            let verdict = number % 3 == 0 ? "deny" : "allow"
            try writer.append(
                LedgerLeaf(
                    LedgerTime.now, verdict,
                    [
                        "verdict": .string(verdict), "user": .string("jürgen \"\\] \(number)"),
                        "filler": filler > 0 ? .string(String(repeating: "x", count: filler)) : nil,
                    ]))
        }
        try writer.commit()
    }

    /// The ledger's lines, as its own reader has them.
    func lines() throws -> [String] {
        var lines: [String] = []
        try LedgerReader(folder).blocks { block, _ in
            block.eachLine { lines.append(String(decoding: $0, as: UTF8.self)) }
            return true
        }
        return lines
    }

    /// Runs `portgate-ship` to its end.
    func ship(_ arguments: String...) throws -> CommandResult { try ship(arguments) }

    /// Runs `portgate-ship` to its end.
    func ship(_ arguments: [String]) throws -> CommandResult {
        try runCommand([BuiltProduct.path("portgate-ship"), "--state", state] + arguments)
    }

    /// Starts `portgate-ship`.
    func start(_ arguments: String...) throws -> RunningCommand {
        try RunningCommand([BuiltProduct.path("portgate-ship"), "--state", state] + arguments, log: path("ship.log"))
    }

    func content(_ name: String) -> [UInt8] {
        (try? Data(contentsOf: URL(fileURLWithPath: path(name)))).map(Array.init) ?? []
    }
    func text(_ name: String) -> String { String(decoding: content(name), as: UTF8.self) }
}

/// Takes octet-counted frames apart (RFC 5425, section 4.3); nil when they are none.
func frames(_ bytes: [UInt8]) -> [String]? {
    var frames: [String] = []
    var place = 0
    while place < bytes.count {
        guard let space = bytes[place...].firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: bytes[place..<space], as: UTF8.self)), space + 1 + length <= bytes.count
        else { return nil }
        frames.append(String(decoding: bytes[(space + 1)..<(space + 1 + length)], as: UTF8.self))
        place = space + 1 + length
    }
    return frames
}

/// The lines within frames: what follows the structured data.
func lines(ofFrames bytes: [UInt8]) -> [String]? {
    frames(bytes)?.map { frame in frame.range(of: "\"] ").map { String(frame[$0.upperBound...]) } ?? "" }
}
