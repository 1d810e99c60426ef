import Foundation
import Testing

@testable import Ledger

/// Files that were made to bring a reader down: each is a finding or a failure with words, never a crash.
@Suite("hostile files of a ledger") struct LedgerHostileTests {
    private static let greatest = UInt64.max

    /// Runs all that reads a ledger over one.
    private static func readAll(_ sample: LedgerSample) throws -> LedgerVerdict {
        let verdict = try sample.verify()
        for finding in verdict.findings {
            #expect(!finding.description.isEmpty)
            // Whoever shows them counts what lies in them.
            if let leaves = finding.leaves { #expect(leaves.count > 0 && leaves.upperBound > 0) }
        }
        for start: LedgerReader.Start in [.leaf(0), .leaf(3), .leaf(.max), .time(sample.clock.now)] {
            _ = try? LedgerReader(sample.folder).blocks(from: start) { _, _ in true }
        }
        _ = try? LedgerReader(sample.folder).size()
        _ = try? ProofBuilder(sample.folder).inclusion(of: 2)
        _ = try? ProofBuilder(sample.folder).consistency(from: 1, to: nil)
        _ = try? sample.writer().size
        return verdict
    }

    @Test("a checkpoint that was cut off behind what is remembered is a roll-back, not the end of a crash")
    func cutCheckpoint() throws {
        let sample = try LedgerSample()
        try sample.write(0..<5)
        let checkpoint = try #require(try sample.verify().checkpoint)
        let memory = LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)
        let file = try #require(sample.files().first { $0.hasSuffix(".checkpoints") })
        let bytes = try sample.bytes(file)
        let last = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n").dropLast().suffix(2)
        try sample.set(file, bytes.dropLast(last.joined(separator: "\n\n").utf8.count + 2))
        #expect(try sample.verify().findings.map(\.kind) == [.unfinished])
        #expect(try sample.verify(memory: memory).findings.map(\.kind) == [.unfinished, .rolledBack])
    }

    @Test("a record that was changed is not called a roll-back as well")
    func changedNotRolledBack() throws {
        let sample = try LedgerSample()
        try sample.write(0..<9)
        let checkpoint = try #require(try sample.verify().checkpoint)
        let memory = LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)
        let file = try #require(sample.files().first { $0.hasSuffix(".jsonl") })
        let text = String(decoding: try sample.bytes(file), as: UTF8.self)
        try sample.set(file, Array(text.replacingOccurrences(of: "10.0.0.4\"", with: "10.0.0.5\"").utf8))
        #expect(try sample.verify(memory: memory).findings.map(\.kind) == [.altered])
    }

    @Test("a segment that is sealed while it is verified is no finding")
    func sealedMeanwhile() throws {
        let sample = try LedgerSample()
        var limits = LedgerLimits()
        limits.segmentBytes = 1_000
        try sample.write(0..<30, limits: limits)
        let contents = try sample.folder.snapshot()
        var writer = try sample.writer(limits)
        try writer.append(sample.record(99))
        #expect(try writer.sealSegments() > 1)
        var run = VerifierRun(folder: sample.folder, anchor: sample.anchor, memory: nil)
        run.walk(contents)
        run.finish(contents, now: nil)
        #expect(run.verdict.findings.isEmpty, "\(run.verdict.findings.map(\.description))")
        #expect(try sample.verify().isIntact)
    }

    @Test("the lines of a segment that was sealed, put back in the place of the sealed form, are found")
    func substitute() throws {
        let sample = try LedgerSample.threeEpochs()
        let name = "segments/00000000000000000000"
        var lines: [UInt8] = []
        let next = try #require(sample.files().filter { $0.hasSuffix(".start") }.dropFirst().first)
        let end = try #require(UInt64(next.dropFirst("segments/".count).prefix(20)))
        try LedgerReader(sample.folder).blocks { block, leaf in
            if leaf < end { lines += block }
            return true
        }
        try sample.set("\(name).jsonl", lines)
        // So it is while a segment is being sealed.
        #expect(try sample.verify().findings.isEmpty)
        for suffix in [".jsonl.zst", ".frames", ".MANIFEST", ".MANIFEST.sig"] {
            let bytes = try sample.bytes(name + suffix)
            try FileManager.default.removeItem(at: sample.url(name + suffix))
            #expect(try sample.verify().findings.map(\.kind) == [.missing], "\(suffix)")
            try sample.set(name + suffix, bytes)
        }
        for suffix in [".jsonl.zst", ".frames", ".MANIFEST", ".MANIFEST.sig"] {
            try FileManager.default.removeItem(at: sample.url(name + suffix))
        }
        #expect(try !sample.verify().isIntact)
    }
}
