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

    @Test(
        "names with numbers of any size",
        arguments: ["18446744073709551615", "09223372036854775808", "00000000000000000003"],
        [".jsonl", ".checkpoints", ".start", ".jsonl.zst", ".MANIFEST", ".kept"])
    func names(_ number: String, _ suffix: String) throws {
        let sample = try LedgerSample()
        try sample.write(0..<5)
        try sample.set("segments/\(number)\(suffix)", Array("{}\n".utf8))
        #expect(try !Self.readAll(sample).isIntact)
    }

    @Test(
        "what stays of deleted records, with numbers of any size and lines of any kind",
        arguments: ["segment ", "size ", "stop ", "leaf ", "hash ", "grown ", "subtree "],
        ["18446744073709551615", "4611686018427387904", "4611686018427387903", "0", "-1", "", "\u{0}", "x"])
    func kept(_ key: String, _ value: String) throws {
        let sample = try LedgerSample.retained()
        for file in try sample.files() where file.hasSuffix(".kept") {
            let original = try sample.bytes(file)
            var lines = String(decoding: original, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            guard let place = lines.firstIndex(where: { $0.hasPrefix(key) }) else { continue }
            lines[place] = Substring(key + value)
            let changed = Array(lines.joined(separator: "\n").utf8)
            guard changed != original else { continue }
            try sample.set(file, changed)
            #expect(try !Self.readAll(sample).isIntact)
            var writer = try sample.writer()
            _ = try? writer.retain(days: 1)
            try sample.set(file, original)
        }
    }

    @Test("checkpoints with the greatest numbers", arguments: ["checkpoint ", "epoch "])
    func checkpoints(_ member: String) throws {
        for rest in ["", "garbage\n\n\n\n"] {
            let sample = try LedgerSample()
            try sample.write(0..<3)
            let file = try #require(sample.files().first { $0.hasSuffix(".checkpoints") })
            let text = String(decoding: try sample.bytes(file), as: UTF8.self)
            let changed = text.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.hasPrefix(member) ? "\(member)\(Self.greatest)" : String($0)
            }
            try sample.set(file, Array((changed.joined(separator: "\n") + rest).utf8))
            #expect(try !Self.readAll(sample).isIntact)
        }
    }

    @Test(
        "an index of frames that leads nowhere",
        arguments: [
            "18446744073709551615 0 1 1", "9223372036854775807 0 1 1", "0 -5 1 1", "0 9223372036854775807 1 1",
            "1 3 1 1", "0 0 -9223372036854775808 -1",
        ])
    func frames(_ frame: String) throws {
        let sample = try LedgerSample.threeEpochs()
        let file = try #require(sample.files().first { $0.hasSuffix(".frames") })
        let root = MerkleHash.empty
        let text = "portgate frames 1\n\(frame) 2026-11-22T05:00:00.000000Z \(root)\n"
        try sample.set(file, Array(text.utf8))
        #expect(try !Self.readAll(sample).isIntact)
    }

    @Test(
        "a beginning of a segment with numbers that are none",
        arguments: [
            "lines 0|lines -5", "lines 0|lines 99999", "checkpoints 0|checkpoints -1",
            "next-checkpoint 0|next-checkpoint 18446744073709551615",
        ])
    func start(_ change: String) throws {
        let sample = try LedgerSample()
        try sample.write(0..<3)
        try FileManager.default.removeItem(atPath: sample.folder.path + ".tip")
        let parts = change.split(separator: "|").map(String.init)
        let file = try #require(sample.files().first { $0.hasSuffix(".start") })
        let text = String(decoding: try sample.bytes(file), as: UTF8.self)
        try sample.set(file, Array(text.replacingOccurrences(of: parts[0], with: parts[1]).utf8))
        #expect(try !Self.readAll(sample).isIntact)
    }

    @Test("folders, pipes and links in the place of files")
    func kinds() throws {
        let all = try LedgerSample.threeEpochs()
        for name in try all.files() {
            for kind in 0..<3 {
                let sample = try LedgerSample.threeEpochs()
                guard try sample.files().contains(name) else { continue }
                let path = sample.url(name).path
                try FileManager.default.removeItem(atPath: path)
                switch kind {
                case 0: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                case 1: #expect(mkfifo(path, 0o600) == 0)
                default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
                }
                // Not being able to look is an answer too.
                let isIntact = (try? Self.readAll(sample).isIntact) ?? false
                #expect(!isIntact, "\(name) \(kind)")
            }
        }
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

    @Test(
        "numbers in records that would overflow",
        arguments: ["9223372036854775807", "-9223372036854775808", "-1", "1e400"])
    func uptimes(_ uptime: String) throws {
        for other in ["0", "9223372036854775807", "-9223372036854775808"] {
            let sample = try LedgerSample()
            var writer = try sample.writer()
            for (action, number) in [("started", other), ("heartbeat", uptime), ("stopped", other)] {
                let line =
                    "{\"timestamp\":\"\(sample.clock.now)\",\"action\":\"\(action)\",\"boot_id\":\"a\",\"uptime_us\":\(number)}"
                try Array(line.utf8).withUnsafeBytes { try writer.append($0) }
            }
            try writer.commit()
            _ = try Self.readAll(sample)
        }
    }

    @Test("checkpoints that cover nothing, with no lines below them")
    func noLines() throws {
        let sample = try LedgerSample()
        try sample.write(0..<3)
        let lines = try #require(sample.files().first { $0.hasSuffix(".jsonl") })
        let file = try #require(sample.files().first { $0.hasSuffix(".checkpoints") })
        let text = String(decoding: try sample.bytes(file), as: UTF8.self)
        for change in ["\n1\n|\n0\n", "\n2\n|\n0\n"] {
            let parts = change.components(separatedBy: "|")
            try sample.set(file, Array(text.replacingOccurrences(of: parts[0], with: parts[1]).utf8))
            try sample.set(lines, [])
            #expect(try !Self.readAll(sample).isIntact)
        }
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
