import Foundation
import JSON
import Testing

@testable import Ledger

@Suite("a ledger as tiles") struct TileExportTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Oracles/tiles.py").path

    /// Recomputes everything with another implementation; returns what it prints, or nil when it finds something wrong.
    private static func check(_ folder: URL) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script, folder.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: text, as: UTF8.self) : nil
    }

    /// A ledger of so many records.
    private static func sample(_ size: Int) throws -> LedgerSample {
        let sample = try LedgerSample()
        var writer = try sample.writer()
        for number in 1..<max(2, size) { try writer.append(sample.record(number)) }
        if size > 1 { try writer.commit() }
        return sample
    }

    @Test(
        "another implementation computes the root of the checkpoint from the tiles",
        arguments: [1, 2, 255, 256, 257, 511, 512, 1_000])
    func sizes(_ size: Int) throws {
        let sample = try Self.sample(size)
        let folder = sample.url("../tiles")
        let checkpoint = try TileExport(sample.folder).write(to: folder.path)
        #expect(checkpoint.size == UInt64(size))
        #expect(try Self.check(folder) == "\(size)\n")
        // The note is the signed one.
        let note = try SignedNote(Array(Data(contentsOf: folder.appendingPathComponent("checkpoint"))))
        #expect(try note.verify(by: [sample.anchor]).count == 1)
    }

    @Test("tiles of three levels, from sealed segments and others")
    func levels() throws {
        let sample = try LedgerSample()
        var limits = LedgerLimits()
        limits.segmentBytes = 2 << 20
        var writer = try sample.writer(limits)
        for number in 0..<66_000 {
            try writer.append(sample.record(number))
            if number % 10_000 == 0 { try writer.commit() }
        }
        try writer.commit()
        #expect(try writer.sealSegments() > 0)
        let folder = sample.url("../tiles")
        let checkpoint = try TileExport(sample.folder).write(to: folder.path)
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("tile/2/000.p/1").path))
        #expect(try Self.check(folder) == "\(checkpoint.size)\n")
    }

    @Test("the other implementation finds a byte that was changed in any of the files")
    func tampered() throws {
        let sample = try Self.sample(300)
        let folder = sample.url("../tiles")
        _ = try TileExport(sample.folder).write(to: folder.path)
        for name in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"] {
            let file = folder.appendingPathComponent(name)
            let original = try Data(contentsOf: file)
            var bytes = original
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            #expect(try Self.check(folder) == nil, "\(name)")
            try original.write(to: file)
        }
        #expect(try Self.check(folder) == "300\n")
    }

    @Test(
        "a tile's number is written in groups of three digits",
        arguments: [(0, "000"), (67, "067"), (999, "999"), (1_000, "x001/000"), (1_234_067, "x001/x234/067")])
    func paths(_ number: UInt64, _ name: String) {
        #expect(TilePath.hashes(level: 1, number: number, width: 256) == "tile/1/\(name)")
        #expect(TilePath.entries(number: number, width: 7) == "tile/entries/\(name).p/7")
    }

    @Test("what has no such form is refused with words, and nothing is replaced")
    func refused() throws {
        let retained = try LedgerSample.retained()
        let first = try LedgerReader(retained.folder).firstRecord()
        #expect(throws: LedgerFailure.deleted(leaf: 0, first: first)) {
            try TileExport(retained.folder).write(to: retained.url("../tiles").path)
        }
        let sample = try Self.sample(3)
        let path = sample.url("../tiles").path
        _ = try TileExport(sample.folder).write(to: path)
        #expect(throws: LedgerFailure.self) { try TileExport(sample.folder).write(to: path) }
        var writer = try sample.writer()
        try writer.append(
            LedgerLeaf(sample.clock.now, "allow", ["x": .string(String(repeating: "x", count: 70_000))]))
        try writer.commit()
        #expect(throws: LedgerFailure.self) { try TileExport(sample.folder).write(to: path + "-long") }
        let altered = try Self.sample(5)
        let file = try #require(altered.files().first { $0.hasSuffix(".jsonl") })
        var bytes = try altered.bytes(file)
        bytes[40] ^= 1
        try altered.set(file, bytes)
        #expect(throws: LedgerFailure.self) { try TileExport(altered.folder).write(to: altered.url("../tiles").path) }
        #expect(!FileManager.default.fileExists(atPath: altered.url("../tiles/checkpoint").path))
    }
}
