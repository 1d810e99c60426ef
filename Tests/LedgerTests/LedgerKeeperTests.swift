import Foundation
import JSON
import TestSupport
import Testing

@testable import Ledger

@Suite("a ledger that is kept while it is written to") struct LedgerKeeperTests {
    private static var limits: LedgerLimits {
        var limits = LedgerLimits()
        limits.segmentBytes = 2_000
        return limits
    }

    @Test("each step seals or deletes one segment, and the last one says that there is no more")
    func steps() throws {
        let sample = try LedgerSample()
        try sample.write(0..<100, limits: Self.limits)
        let clock = sample.clock
        let step = KeeperStep(
            folder: sample.folder, limits: Self.limits, clock: { clock.now }, retention: LedgerRetention(days: 30))
        func count(_ suffix: String) throws -> Int { try sample.files().filter { $0.hasSuffix(suffix) }.count }
        // The record of a sealing may close one more.
        let closed = try count(".jsonl") - 1
        var sealed = 0
        while step.run().hasMore {
            sealed += 1
            #expect(try count(".jsonl.zst") == sealed)
            #expect(try sample.verify().isIntact)
        }
        #expect(sealed >= closed && sealed > 1)
        #expect(try count(".jsonl") == 1)
        #expect(step.run() == KeeperStep.Outcome())
        sample.clock.advance(31 * 86_400)
        for number in 1...sealed {
            while try count(".kept") < number { try #require(step.run().hasMore) }
            #expect(try count(".kept") == number)
            #expect(try sample.verify().isIntact)
        }
        while step.run().hasMore { continue }
        #expect(step.run() == KeeperStep.Outcome())
        #expect(try sample.verify().isIntact)
    }

    @Test("an archive that fails is told of once, and nothing is deleted")
    func archive() throws {
        let sample = try LedgerSample()
        try sample.write(0..<60, limits: Self.limits)
        var writer = try sample.writer(Self.limits)
        try writer.sealSegments()
        sample.clock.advance(31 * 86_400)
        let clock = sample.clock
        let attempts = sample.parent.appendingPathComponent("attempts")
        let script = sample.parent.appendingPathComponent("archive")
        try "#!/bin/sh\necho >>'\(attempts.path)'\nexit 1\n".write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        let retention = LedgerRetention(days: 30, archive: ArchiveCommand(path: script.path))
        let keeper = LedgerKeeper(
            sample.folder, retention: retention, limits: Self.limits, pauseMilliseconds: 1, clock: { clock.now })
        var words: [String] = []
        #expect(
            eventually {
                words += keeper.words()
                return (try? Data(contentsOf: attempts).count).map { $0 >= 5 } ?? false
            })
        #expect(keeper.stop())
        words += keeper.words()
        #expect(words.count == 1 && words.first?.contains("\(script.path) returned 1") == true, "\(words)")
        #expect(try sample.verify().deleted.isEmpty)
    }

    @Test("what is recorded meanwhile is all there, and every closed segment is sealed in the end")
    func concurrent() throws {
        let sample = try LedgerSample(epochSeconds: 40)
        var writer = try sample.writer(Self.limits)
        let keeper = writer.keeper(retention: LedgerRetention(days: 1), pauseMilliseconds: 1)
        for number in 0..<300 {
            sample.clock.advance(1)
            try writer.append(LedgerLeaf(sample.clock.now, "allow", ["number": .number(Int64(number))]))
            try writer.commit()
            if number % 50 == 0 {
                let verdict = try sample.verify()
                #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
            }
        }
        #expect(keeper.stop())
        #expect(keeper.stop())
        #expect(keeper.words() == [])
        // The record of a sealed segment may be the one that fills another.
        while try writer.sealSegments() > 0 { continue }
        #expect(try sample.files().filter { $0.hasSuffix(".jsonl") }.count == 1)
        #expect(try sample.files().filter { $0.hasSuffix(".zst") }.count > 5)
        let verdict = try sample.verify()
        #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        var numbers: [Int64] = []
        try LedgerReader(sample.folder).blocks { block, _ in
            block.eachLine { if let number = LedgerLeaf($0)?["number"]?.integer { numbers.append(number) } }
            return true
        }
        #expect(numbers == Array(0..<300))
    }
}
