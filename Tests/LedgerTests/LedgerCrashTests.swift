import Foundation
import Glibc
import Testing

@testable import Ledger

@Suite("a ledger and processes that are killed", .serialized) struct LedgerCrashTests {
    /// How many are killed; the greater part of the time each takes is that of its start.
    private static let kills = ProcessInfo.processInfo.environment["PORTGATE_KILLS"].flatMap { Int($0) } ?? 20

    @Test("killed at random moments: nothing acknowledged is lost, and the next writer leaves nothing to be found")
    func kills() throws {
        var sample = try LedgerSample(epochSeconds: LedgerChild.epochSeconds)
        var unfinished = 0
        var records: UInt64 = 0
        for number in 0..<Self.kills {
            if number % 20 == 0 {
                records += try sample.verify().provenSize ?? 0
                sample = try LedgerSample(epochSeconds: LedgerChild.epochSeconds)
            }
            let child = try LedgerChild(sample.folder)
            // The first acknowledgements come with the child's start; then any moment is as likely as any other.
            #expect(child.waits(forBytes: UInt64.random(in: 1...3_000)), "the child ended by itself")
            usleep(UInt32.random(in: 0...5_000))
            child.kill()
            let last = try #require(child.acknowledged.last)

            let torn = try sample.verify(memory: last)
            #expect(
                torn.findings.allSatisfy { $0.kind == .unfinished },
                "kill \(number): \(torn.findings.map(\.description))")
            #expect(try #require(torn.provenSize) >= last.size)
            if !torn.findings.isEmpty { unfinished += 1 }
            #expect(try LedgerReader(sample.folder).size() == torn.provenSize)

            let size = try sample.writer(LedgerChild.limits).size
            #expect(size >= last.size)
            let whole = try sample.verify(memory: last)
            #expect(whole.findings.isEmpty, "kill \(number): \(whole.findings.map(\.description))")
            #expect(whole.provenSize == size)
            guard whole.isIntact else { return }
        }
        records += try sample.verify().provenSize ?? 0
        print("crashes: \(Self.kills) kills among \(records) records, \(unfinished) left something unfinished")
    }

    @Test("two processes write at once, and each finds what was acknowledged to it")
    func two() throws {
        let sample = try LedgerSample(epochSeconds: LedgerChild.epochSeconds)
        let children = try (0..<2).map { _ in try LedgerChild(sample.folder, commits: 8) }
        for child in children { #expect(child.end() == 0) }
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        for child in children {
            #expect(child.acknowledged.count == 8)
            for memory in child.acknowledged { #expect(try sample.verify(memory: memory).isIntact) }
        }
        let sizes = children.flatMap { $0.acknowledged.map(\.size) }
        #expect(Set(sizes).count == 16)
    }

    @Test("a ledger whose beginning was interrupted is begun again")
    func creating() throws {
        let parts = try LedgerSample()
        let names = try parts.files()
        // Whatever of the first files is there: none of them is a ledger without the first record.
        for kept in 0..<(1 << 3) {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-\(UUID().uuidString)")
            defer {
                for suffix in ["", ".lock", ".tip"] {
                    try? FileManager.default.removeItem(atPath: folder.path + suffix)
                }
            }
            for name in ["keys", "segments"] {
                try FileManager.default.createDirectory(
                    at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
            }
            for (index, name) in ["anchor", "keys/current", "segments/00000000000000000000.jsonl"].enumerated()
            where kept & 1 << index != 0 {
                #expect(names.contains(name))
                try Data(try parts.bytes(name)).write(to: folder.appendingPathComponent(name))
            }
            let ledger = LedgerFolder(folder.path)
            #expect(throws: LedgerFailure.self) { _ = try LedgerWriter.open(ledger) }
            let anchor = try ledger.create(origin: "host.example/again", at: parts.clock.now)
            let verdict = try LedgerVerifier(ledger, anchor: anchor).verify()
            #expect(verdict.findings.isEmpty, "\(kept): \(verdict.findings.map(\.description))")
        }
    }

    @Test("what a killed process left of a file it was about to replace is no finding, and goes with the next writer")
    func leftovers() throws {
        let sample = try LedgerSample.threeEpochs()
        let segment = try #require(sample.files().last { $0.hasSuffix(".start") })
        let names = [
            "keys/next.1a2b3c.tmp", "\(segment).zz9.tmp", "segments/00000000000000000000.jsonl.zst.0.tmp",
            "torn/\(try #require(sample.files().first { $0.hasPrefix("torn/") }).dropFirst(5)).pending.3w5e11264sgsf.tmp",
        ]
        for name in names { try sample.set(name, [1, 2, 3]) }
        #expect(try sample.verify().findings.isEmpty)
        _ = try sample.writer().size
        #expect(try sample.verify().findings.isEmpty)
        for name in names where !name.contains(".zst") {
            #expect(!FileManager.default.fileExists(atPath: sample.url(name).path), "\(name)")
        }
        // Names that nothing of portgate's gives.
        for name in [
            "keys/spare.1.tmp", "segments/x.tmp", "segments/00000000000000000000.jsonl.A.tmp", "keys/next..tmp",
        ] {
            try sample.set(name, [1])
            #expect(try !sample.verify().isIntact, "\(name)")
            try FileManager.default.removeItem(at: sample.url(name))
        }
    }

    @Test("a rotation that was interrupted between any two of its steps is finished")
    func rotation() throws {
        // What the folder holds before a rotation and behind it, and the note of the last writer beside it.
        let sample = try LedgerSample(epochSeconds: 10)
        try sample.write(0..<3)
        func state() throws -> [String: [UInt8]] {
            var files = Dictionary(uniqueKeysWithValues: try sample.files().map { ($0, try sample.bytes($0)) })
            files["../ledger.tip"] = try sample.bytes("../ledger.tip")
            return files
        }
        let before = try state()
        sample.clock.advance(20)
        var writer = try sample.writer()
        try writer.append(sample.record(9))
        try writer.commit()
        let after = try state()
        let segment = "segments/00000000000000000000"
        let lines = try #require(after["\(segment).jsonl"])
        let notes = try #require(after["\(segment).checkpoints"])
        // Only the rotation: its line, and the checkpoint that both keys signed.
        let oldLines = try #require(before["\(segment).jsonl"]).count
        let line = try #require(lines[oldLines...].firstIndex(of: 10))
        let oldNotes = try #require(before["\(segment).checkpoints"]).count
        let note = try #require(CheckpointPlaces.end(notes, from: oldNotes))
        let rotated = [
            "\(segment).jsonl": Array(lines[...line]), "\(segment).checkpoints": Array(notes[..<note]),
            "keys/current": try #require(before["keys/current"]), "keys/next": try #require(after["keys/current"]),
        ]
        let oldTip = try #require(before["../ledger.tip"])
        // A note of a writer that knows of the checkpoint, and not of the epoch that it begins.
        let last = Array(notes[oldNotes..<note])
        let lastTip = try #require(after["../ledger.tip"])
        var tail = try #require(LedgerTail(lastTip))
        let rotation = try #require(CheckpointFile.last(of: Array(notes[..<note])))
        let frontier = try frontier(Array(lines[...line]))
        tail.tree = frontier
        (tail.epoch, tail.nextNumber) = (0, rotation.checkpoint.number + 1)
        (tail.lineBytes, tail.checkpointBytes) = (line + 1, note)
        (tail.lastCheckpoint, tail.time) = (MerkleHash(sha256: last), rotation.checkpoint.time)
        let keys: [[String: [UInt8]?]] = [
            [:], ["keys/old": rotated["keys/current"], "keys/current": nil],
            ["keys/old": rotated["keys/current"], "keys/current": rotated["keys/next"], "keys/next": nil],
            ["keys/current": rotated["keys/next"], "keys/next": nil],
        ]
        for tip in [oldTip, [], tail.text, nil] {
            for change in keys {
                for name in try sample.files() { try FileManager.default.removeItem(at: sample.url(name)) }
                var files = before.merging(rotated) { $1 }
                files["../ledger.tip"] = tip
                for (name, bytes) in change { files[name] = bytes }
                try? FileManager.default.removeItem(at: sample.url("../ledger.tip"))
                for (name, bytes) in files { try sample.set(name, bytes) }
                var next = try sample.writer()
                try next.append(sample.record(10))
                try next.commit()
                let verdict = try sample.verify()
                #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
                #expect(verdict.checkpoint?.epoch == 1)
            }
        }
    }
}

/// The tree over some lines.
private func frontier(_ lines: [UInt8]) throws -> MerkleFrontier {
    var tree = MerkleFrontier()
    lines.withUnsafeBytes { $0.eachLine { tree.append(MerkleHash(leaf: $0)) } }
    return tree
}

/// Where checkpoints end.
enum CheckpointPlaces {
    /// Behind the second empty line.
    static func end(_ bytes: [UInt8], from start: Int) -> Int? {
        var count = 0
        for place in bytes.indices.dropFirst(start + 1) where bytes[place] == 10 && bytes[place - 1] == 10 {
            count += 1
            if count == 2 { return place + 1 }
        }
        return nil
    }
}
