import Foundation
import Glibc
import Ledger
import TestSupport
import Testing

@testable import Sinks

@Suite("cursors of sinks") struct SinkCursorTests {
    private static let hash = MerkleHash(leaf: Array("x".utf8))

    @Test("a cursor reads what it writes")
    func roundTrip() {
        let cursor = SinkCursor(behind: 41, Self.hash)
        #expect(cursor.description == "portgate-cursor 1\nnext 42\nlast \(Self.hash)\n")
        #expect(SinkCursor(Array(cursor.description.utf8)) == cursor)
        #expect(SinkCursor(Array("portgate-cursor 1\nnext 0\nlast none\n".utf8)) == .start)
    }

    @Test(
        "any other spelling is no cursor",
        arguments: [
            "", "portgate-cursor 1\n", "portgate-cursor 1\nnext 42\n", "portgate-cursor 1\nnext 42\nlast none\n",
            "portgate-cursor 1\nnext 042\nlast \(hash)\n", "portgate-cursor 1\nnext +42\nlast \(hash)\n",
            "portgate-cursor 1\nnext 42\nlast \(hash)", "portgate-cursor 1\nnext 42\nlast \(hash)\n\n",
            "portgate-cursor 2\nnext 42\nlast \(hash)\n", "portgate-cursor 1\nnext 0\nlast \(hash)\n",
            "portgate-cursor 1\nnext 18446744073709551616\nlast \(hash)\n",
            "portgate-cursor 1\nnext 42\nlast \("\(hash)".uppercased())\n", "\u{0}\u{0}\u{0}\u{0}",
        ])
    func malformed(text: String) {
        #expect(SinkCursor(Array(text.utf8)) == nil)
    }

    @Test("every part of a torn cursor is noticed")
    func torn() {
        let whole = Array(SinkCursor(behind: 41, Self.hash).description.utf8)
        for length in 0..<whole.count { #expect(SinkCursor(Array(whole[..<length])) == nil) }
    }

    @Test("a cursor that is none is told, and nothing is delivered")
    func edited() throws {
        let sample = try SinkSample(records: 5)
        let sink = "file:\(sample.path("out")),name=near"
        #expect(try sample.ship("--once", "--sink", sink).status == 0)
        try sample.write(5..<8)
        try "portgate-cursor 1\nnext 3\n".write(toFile: sample.cursor("near"), atomically: true, encoding: .utf8)
        let before = sample.text("out")
        let result = try sample.ship("--once", "--timeout", "1", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("it is no cursor that portgate-ship wrote"), "\(result.errors)")
        #expect(sample.text("out") == before)
    }

    @Test("a cursor whose number was changed is told")
    func changedNumber() throws {
        let sample = try SinkSample(records: 9)
        let sink = "file:\(sample.path("out")),name=near"
        #expect(try sample.ship("--once", "--sink", sink).status == 0)
        let cursor = try String(contentsOfFile: sample.cursor("near"), encoding: .utf8)
        for number in ["3", "9", "11", "18446744073709551615"] {
            try cursor.replacingOccurrences(of: "next 10", with: "next \(number)")
                .write(toFile: sample.cursor("near"), atomically: true, encoding: .utf8)
            let result = try sample.ship("--once", "--timeout", "1", "--sink", sink)
            #expect(result.status == 1)
            #expect(result.errors.contains("the ledger was replaced, cut or rolled back"), "\(result.errors)")
        }
    }

    @Test("a ledger that was replaced under the cursor is told, and delivered when the cursor is removed")
    func foreign() throws {
        let sample = try SinkSample(records: 5)
        let other = try SinkSample(records: 20)
        let sink = "file:\(sample.path("out")),name=near"
        #expect(try sample.ship("--once", "--sink", sink).status == 0)
        try FileManager.default.removeItem(atPath: sample.folder.path)
        try FileManager.default.copyItem(atPath: other.folder.path, toPath: sample.folder.path)
        let result = try sample.ship("--once", "--timeout", "1", "--sink", sink)
        #expect(result.status == 1)
        #expect(result.errors.contains("leaf 5 of the ledger is not the one that was delivered"), "\(result.errors)")
        try FileManager.default.removeItem(atPath: sample.cursor("near"))
        try FileManager.default.removeItem(atPath: sample.path("out"))
        #expect(try sample.ship("--once", "--sink", sink).status == 0)
        #expect(try sample.text("out") == other.lines().joined(separator: "\n") + "\n")
    }

    @Test("records that the ledger has no more are told, and the others are delivered")
    func missing() throws {
        let sample = try SinkSample()
        let sink = "file:\(sample.path("out")),name=near"
        #expect(try sample.ship("--once", "--sink", sink).status == 0)
        for first in [0, 20, 40] { try sample.write(first..<(first + 20), segmentBytes: 600) }
        let segments = sample.folder.path + "/segments/"
        let names = try FileManager.default.contentsOfDirectory(atPath: segments).sorted()
        let starts = Set(names.map { String($0.prefix(20)) }).sorted()
        try #require(starts.count > 2)
        for name in names where name.hasPrefix(starts[0]) {
            try FileManager.default.removeItem(atPath: segments + name)
        }
        let result = try sample.ship("--once", "--sink", sink)
        #expect(result.status == 0, "\(result.errors)")
        let next = try #require(Int(starts[1]))
        #expect(result.errors.contains("has the leaves 1 to \(next - 1) no more"), "\(result.errors)")
        #expect(sample.text("out").split(separator: "\n").dropFirst().map(String.init) == (try sample.lines()))
    }

    @Test("two processes do not deliver to one sink")
    func locked() throws {
        let sample = try SinkSample(records: 2)
        let sink = "file:\(sample.path("out")),name=near"
        let first = try sample.start("--sink", sink)
        #expect(eventually { FileManager.default.fileExists(atPath: sample.cursor("near")) })
        let second = try sample.ship("--once", "--timeout", "1", "--sink", sink)
        #expect(second.status == 1)
        #expect(second.errors.contains("another portgate-ship delivers to the sink 'near'"), "\(second.errors)")
        #expect(first.stop() == 0)
    }
}
