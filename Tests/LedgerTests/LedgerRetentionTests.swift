import Foundation
import JSON
import Testing

@testable import Ledger

@Suite("deleting records whose time is over") struct LedgerRetentionTests {
    @Test("the verifier walks from the anchor, through what was deleted, to the end")
    func verifies() throws {
        let sample = try LedgerSample.retained()
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        #expect(verdict.deleted.count >= 2)
        #expect(verdict.deleted.first?.lowerBound == 0)
        #expect(verdict.epochKeys.count > 3)
        #expect(verdict.isRecording == false)
        // The same log as before: its root is that of all lines.
        #expect(verdict.provenSize == (try LedgerReader(sample.folder).size()))
        let first = try LedgerReader(sample.folder).firstRecord()
        #expect(verdict.deleted.map(\.upperBound).max() == first)
        for range in verdict.deleted {
            let name = "segments/\(SegmentPart.name(range.lowerBound))"
            #expect(!FileManager.default.fileExists(atPath: sample.url("\(name).jsonl.zst").path))
            #expect(!FileManager.default.fileExists(atPath: sample.url("\(name).frames").path))
        }
        // And written on.
        try sample.write(0..<3)
        #expect(try sample.verify().isIntact)
    }

    @Test("what was deleted before goes on being proven when the record of its deletion is deleted itself")
    func again() throws {
        let sample = try LedgerSample.retained()
        var limits = LedgerLimits()
        limits.segmentBytes = 600
        for _ in 0..<3 {
            sample.clock.advance(100 * 86_400)
            try sample.write(0..<12, limits: limits)
            var writer = try sample.writer(limits)
            try writer.sealSegments()
            let before = try sample.verify()
            #expect(before.isIntact)
            let memory = LedgerVerifier.Memory(
                size: try #require(before.checkpoint).size, root: try #require(before.checkpoint).root)
            let outcome = try writer.retain(days: 90)
            #expect(!outcome.deleted.isEmpty)
            let verdict = try sample.verify(memory: memory)
            #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
            #expect(verdict.deleted.suffix(outcome.deleted.count) == outcome.deleted[...])
        }
        // Nothing is left to do.
        var writer = try sample.writer(limits)
        #expect(try writer.retain(days: 90).deleted.isEmpty)
    }

    @Test("what the log was is compared at the checkpoints of deleted records too")
    func memory() throws {
        let sample = try LedgerSample.retained(retaining: false)
        let file = CheckpointFile(try sample.folder.read(.checkpoints, of: 0))
        let other = try LedgerSample.retained(retaining: false)
        var writer = try sample.writer()
        #expect(try writer.retain(days: 90).deleted.first?.lowerBound == 0)
        for entry in file.entries {
            let memory = LedgerVerifier.Memory(size: entry.checkpoint.size, root: entry.checkpoint.root)
            #expect(try sample.verify(memory: memory).isIntact)
            #expect(try other.verify(memory: memory).findings.map(\.kind) == [.rolledBack])
            let wrong = LedgerVerifier.Memory(size: entry.checkpoint.size, root: .empty)
            #expect(try sample.verify(memory: wrong).findings.map(\.kind) == [.rolledBack])
        }
        let sizes = Set(file.entries.map(\.checkpoint.size))
        let between = try #require((1..<(file.entries.last?.checkpoint.size ?? 1)).first { !sizes.contains($0) })
        let found = try sample.verify(memory: LedgerVerifier.Memory(size: between, root: .empty)).findings
        #expect(found.map(\.kind) == [.rolledBack])
        #expect(found.first?.message.contains("deleted") == true)
    }

    @Test("only what is old enough is deleted, and never what is not sealed", arguments: [1, 30, 90, 365])
    func age(_ days: Int) throws {
        let sample = try LedgerSample()
        var limits = LedgerLimits()
        limits.segmentBytes = 400
        try sample.write(0..<14, limits: limits)
        var writer = try sample.writer(limits)
        sample.clock.advance(Double(days) * 86_400 + 10)
        #expect(try writer.retain(days: days).deleted.isEmpty)
        sample.clock.advance(-Double(days) * 86_400 - 10)
        let count = try writer.sealSegments()
        #expect(count > 1)
        sample.clock.advance(Double(days) * 86_400 - 20)
        #expect(try writer.retain(days: days).deleted.isEmpty)
        sample.clock.advance(40)
        #expect(try writer.retain(days: days, most: 1).deleted.count == 1)
        #expect(try sample.verify().isIntact)
        #expect(try writer.retain(days: days).deleted.count == count - 1)
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        var stricter = LedgerVerifier(sample.folder, now: sample.clock.now)
        stricter.leastRetentionDays = days
        #expect(try stricter.verify().isIntact)
        stricter.leastRetentionDays = days + 1
        #expect(try Set(stricter.verify().findings.map(\.kind)) == [.time])
    }

    @Test("records removed without a signed record of it are found, whatever lies in their place")
    func unsigned() throws {
        let sample = try LedgerSample.retained(retaining: false)
        let names = try sample.files()
        let lines = try #require(names.first { $0.hasSuffix(".jsonl.zst") })
        let frames = try #require(names.first { $0.hasSuffix(".frames") })
        let second = try #require(names.filter { $0.hasSuffix(".start") }.dropFirst().first)
        let end = try #require(LedgerTail(try sample.bytes(second))).segment
        let kept = try KeptSegmentBuilder(folder: sample.folder, segment: 0, end: end).build().kept.text
        let name = "segments/\(SegmentPart.name(0)).kept"
        try sample.set(name, kept)
        #expect(try sample.verify().findings.map(\.kind) == [.foreign])
        for file in [lines, frames] { try FileManager.default.removeItem(at: sample.url(file)) }
        let findings = try sample.verify().findings
        #expect(findings.map(\.kind) == [.missing])
        #expect(findings.first?.leaves == 0..<end)
        try FileManager.default.removeItem(at: sample.url(name))
        #expect(try !sample.verify().isIntact)
    }

    @Test("a deletion that its own record does not allow yet is found")
    func early() throws {
        let sample = try LedgerSample.retained(retaining: false)
        // A writer whose owner lies about the age.
        var limits = LedgerLimits()
        limits.segmentBytes = 600
        var writer = try sample.writer(limits)
        let second = try #require(sample.files().filter { $0.hasSuffix(".start") }.dropFirst().first)
        let end = try #require(LedgerTail(try sample.bytes(second))).segment
        let result = try KeptSegmentBuilder(folder: sample.folder, segment: 0, end: end).build()
        let time = sample.clock.now
        let leaf = RetentionLeaf(
            segment: 0, end: end, newest: try sample.folder.newest(0), days: 5_000, manifest: result.manifest,
            kept: MerkleHash(sha256: result.kept.text), root: result.kept.tree.root)
        try writer.append(leaf.leaf(at: time))
        try writer.commit()
        #expect(try sample.verify().findings.map(\.kind) == [.time])
    }

    @Test(
        "what is altered is evidence, and is not deleted",
        arguments: [".jsonl.zst", ".checkpoints", ".start", ".frames", ".MANIFEST", ".MANIFEST.sig"])
    func evidence(_ suffix: String) throws {
        let sample = try LedgerSample.retained(retaining: false)
        let file = try #require(sample.files().first { $0.hasSuffix(suffix) })
        var bytes = try sample.bytes(file)
        bytes[bytes.count / 2] ^= 1
        try sample.set(file, bytes)
        var writer = try sample.writer()
        #expect(throws: LedgerFailure.self) { try writer.retain(days: 90) }
        #expect(try sample.files().contains { $0.hasSuffix(".jsonl.zst") })
        #expect(try !sample.verify().isIntact)
    }

    @Test("a deletion that was interrupted between any two of its steps is no finding, and is finished")
    func interrupted() throws {
        let sample = try LedgerSample.retained(retaining: false)
        func state() throws -> [String: [UInt8]] {
            var files = Dictionary(uniqueKeysWithValues: try sample.files().map { ($0, try sample.bytes($0)) })
            files["../ledger.tip"] = try sample.bytes("../ledger.tip")
            return files
        }
        let before = try state()
        var writer = try sample.writer()
        #expect(try writer.retain(days: 90, most: 1).deleted.count == 1)
        let after = try state()
        let gone = Set(before.keys).subtracting(after.keys).sorted {
            ($0.hasSuffix(".zst") ? 0 : $0.hasSuffix(".frames") ? 1 : 2)
                < ($1.hasSuffix(".zst") ? 0 : $1.hasSuffix(".frames") ? 1 : 2)
        }
        #expect(gone.count >= 2)
        let kept = try #require(after.keys.first { $0.hasSuffix(".kept") })
        // The record; what stays; then one file after the other.
        for removed in -1..<gone.count {
            var files = after
            if removed < 0 { files[kept] = nil }
            for name in gone.dropFirst(max(0, removed)) { files[name] = before[name] }
            for name in try sample.files() { try FileManager.default.removeItem(at: sample.url(name)) }
            for (name, bytes) in files { try sample.set(name, bytes) }
            let verdict = try sample.verify()
            #expect(verdict.findings.isEmpty, "\(removed): \(verdict.findings.map(\.description))")
            var next = try sample.writer()
            _ = try next.retain(days: 90, most: 1)
            let whole = try sample.verify()
            #expect(whole.findings.isEmpty, "\(removed): \(whole.findings.map(\.description))")
            for name in gone { #expect(!FileManager.default.fileExists(atPath: sample.url(name).path), "\(name)") }
        }
    }

    @Test("the archive takes the files first; when it fails, or takes too long, they stay")
    func archive() throws {
        let sample = try LedgerSample.retained(retaining: false)
        let archive = sample.url("../archive")
        try FileManager.default.createDirectory(at: archive, withIntermediateDirectories: true)
        var writer = try sample.writer()
        let before = try sample.files()
        for (script, words) in [
            ("echo no room >&2; exit 3", "returned 3: no room"), ("sleep 60", "did not end"),
            ("kill -9 $$", "signal 9"),
        ] {
            let command = ArchiveCommand(path: "/bin/sh", arguments: ["-c", script, "sh"], timeout: .milliseconds(300))
            let outcome = try writer.retain(days: 90, archive: command)
            #expect(outcome.deleted.isEmpty)
            #expect(outcome.held?.contains(words) == true, "\(outcome.held ?? "")")
        }
        #expect(
            try writer.retain(days: 90, archive: ArchiveCommand(path: "/nothing/here")).held?.contains("no program")
                == true)
        #expect(try sample.files() == before)
        let copy = ArchiveCommand(path: "/bin/sh", arguments: ["-c", "cp \"$@\" '\(archive.path)'", "sh"])
        let outcome = try writer.retain(days: 90, archive: copy)
        #expect(outcome.held == nil && !outcome.deleted.isEmpty)
        let script =
            "cd '\(archive.path)' && for m in *.MANIFEST; do sha256sum --check --strict --quiet $m || exit 1; done; ls | wc -l"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: archive.path).count == outcome.deleted.count * 6)
    }

    @Test("what remains is read and proven as before; of what was deleted it is said")
    func proofs() throws {
        let sample = try LedgerSample.retained(retaining: false)
        func lines() throws -> [UInt64: [UInt8]] {
            var lines: [UInt64: [UInt8]] = [:]
            try LedgerReader(sample.folder).blocks { block, first in
                var leaf = first
                block.eachLine {
                    lines[leaf] = Array($0)
                    leaf += 1
                }
                return true
            }
            return lines
        }
        let all = try lines()
        let size = try LedgerReader(sample.folder).size()
        let builder = ProofBuilder(sample.folder)
        let old = try (0..<size).map { try #require(try builder.inclusion(of: $0, in: size)) }
        let grown = try (0...size).map { try #require(try builder.consistency(from: $0, to: size)) }
        var writer = try sample.writer()
        _ = try writer.retain(days: 90)
        let first = try LedgerReader(sample.folder).firstRecord()
        #expect(first > 4 && first < size)
        for leaf in 0..<size {
            if leaf < first {
                #expect(throws: LedgerFailure.deleted(leaf: leaf, first: first)) {
                    try builder.inclusion(of: leaf, in: size)
                }
                if leaf > 0 {
                    #expect(throws: LedgerFailure.deleted(leaf: leaf, first: first)) {
                        try builder.consistency(from: leaf, to: size)
                    }
                }
            } else {
                let found = try #require(try builder.inclusion(of: leaf, in: size))
                #expect(found.proof == old[Int(leaf)].proof && found.line == old[Int(leaf)].line)
                let growth = try #require(try builder.consistency(from: leaf, to: size))
                #expect(growth.proof == grown[Int(leaf)].proof && growth.oldRoot == grown[Int(leaf)].oldRoot)
                #expect(growth.newRoot == grown[Int(leaf)].newRoot)
            }
        }
        let rest = try lines()
        for (leaf, line) in all { #expect(leaf < first ? rest[leaf] == nil : rest[leaf] == line) }
        #expect(rest.keys.min() == first)
    }

    @Test("what stays of a segment is read back as it was written, and in no other spelling")
    func format() throws {
        let sample = try LedgerSample.retained()
        for name in try sample.files().filter({ $0.hasSuffix(".kept") }) {
            let bytes = try sample.bytes(name)
            #expect(KeptSegment(bytes)?.text == bytes)
            for change in [bytes + [10], Array(bytes.dropLast()), [32] + bytes, [], Array("portgate kept 1\n".utf8)] {
                #expect(KeptSegment(change) == nil)
            }
        }
    }

    @Test(
        "a tree behind a frontier tells the same hashes as one of all leaves",
        arguments: [0, 1, 2, 3, 5, 8, 13, 31, 32, 33, 64])
    func tree(_ first: Int) throws {
        var all = MerkleSubtrees()
        var frontier = MerkleFrontier()
        let leaves = (0..<97).map { MerkleHash(leaf: Array("\($0)".utf8)) }
        for leaf in leaves.prefix(first) { frontier.append(leaf) }
        var tree = SegmentTree(after: frontier)
        for leaf in leaves { all.append(leaf) }
        for leaf in leaves.dropFirst(first) { tree.append(leaf) }
        #expect(tree.frontier.root == all.root(of: 97))
        for size in UInt64(first + 1)...97 {
            for leaf in UInt64(first)..<size {
                #expect(
                    tree.roots(MerkleSubtrees.inclusionRanges(of: leaf, in: size))
                        == all.inclusion(of: leaf, in: size)?.hashes)
            }
            for old in UInt64(first)...size {
                #expect(
                    tree.roots(MerkleSubtrees.consistencyRanges(from: old, to: size))
                        == all.consistency(from: old, to: size)?.hashes)
            }
        }
    }
}
