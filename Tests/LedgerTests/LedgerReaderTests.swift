import Foundation
import Testing

@testable import Ledger

@Suite("reading a ledger") struct LedgerReaderTests {
    /// Four sealed segments of some frames each, and one that is written to; one record a second, number n at n seconds.
    private static func long(_ count: Int, sealing: Bool = true) throws -> LedgerSample {
        let sample = try LedgerSample()
        var limits = LedgerLimits()
        limits.segmentBytes = 60_000
        var writer = try sample.writer(limits)
        for number in 0..<count {
            sample.clock.advance(1)
            try writer.append(sample.record(number))
            if number % 50 == 49 { try writer.commit() }
        }
        try writer.commit()
        if sealing { try writer.sealSegments() }
        return sample
    }

    private static func lines(_ sample: LedgerSample, from start: LedgerReader.Start = .leaf(0)) throws -> [(
        UInt64, String
    )] {
        var lines: [(UInt64, String)] = []
        try LedgerReader(sample.folder).blocks(from: start) { block, first in
            var leaf = first
            block.eachLine {
                lines.append((leaf, String(decoding: $0, as: UTF8.self)))
                leaf += 1
            }
            return true
        }
        return lines
    }

    @Test("every record comes once and in its order, with its index, from sealed segments and others alike")
    func whole() throws {
        let sample = try Self.long(2_000)
        let names = try sample.files()
        #expect(names.filter { $0.hasSuffix(".zst") }.count > 2)
        let lines = try Self.lines(sample)
        #expect(lines.map(\.0) == Array(0..<UInt64(lines.count)))
        #expect(UInt64(lines.count) == (try LedgerReader(sample.folder).size()))
        let unsealed = try Self.lines(try Self.long(2_000, sealing: false))
        #expect(unsealed.map(\.1).dropFirst() == lines.map(\.1)[1..<unsealed.count])
        // From every leaf, as a client does that has read up to there.
        let size = lines.count
        for leaf in [0, 1, 255, 256, 257, 511, 512, 700, 1_000, size - 1, size, size + 5] {
            #expect(
                try Self.lines(sample, from: .leaf(UInt64(leaf))).map(\.0) == lines.map(\.0).filter { $0 >= leaf },
                "\(leaf)")
        }
    }

    @Test("from a time on nothing is left out, and sealed frames long before it are not read")
    func time() throws {
        let sample = try Self.long(2_000)
        let begun = try #require(LedgerTime("2026-11-22T05:00:00.000000Z"))
        for seconds: Int64 in [-10, 0, 1, 255, 600, 1_500, 1_999, 5_000] {
            let time = begun.advanced(bySeconds: seconds)
            let found = try Self.lines(sample, from: .time(time))
            let wanted = try Self.lines(sample).filter { $0.1.dropFirst(14).prefix(27) >= time.description }.map(\.0)
            #expect(Set(wanted).isSubset(of: Set(found.map(\.0))), "\(seconds)")
            #expect(found.map(\.0) == found.map(\.0).sorted())
        }
        #expect(try Self.lines(sample, from: .time(begun.advanced(bySeconds: 1_500))).count < 1_600)
    }

    @Test("reading ends when nothing more is wanted, and is taken up behind the last record")
    func stops() throws {
        let sample = try Self.long(600)
        var blocks = 0
        let end = try LedgerReader(sample.folder).blocks { _, _ in
            blocks += 1
            return false
        }
        #expect(blocks == 1 && end > 0)
        let all = try LedgerReader(sample.folder).blocks { _, _ in true }
        #expect(all == (try LedgerReader(sample.folder).size()))
        #expect(try Self.lines(sample, from: .leaf(all)).isEmpty)
    }

    @Test(
        "what no checkpoint covers is never shown",
        arguments: ["{\"x\":1}\n", "{\"x\":1}\n{\"y\":2}\n{\"z", "torn", String(repeating: "long\n", count: 400_000)])
    func uncommitted(_ tail: String) throws {
        for removesTip in [false, true] {
            for tearsCheckpoint in [false, true] {
                let sample = try LedgerSample()
                try sample.write(0..<5)
                if removesTip { try FileManager.default.removeItem(atPath: sample.folder.path + ".tip") }
                for (suffix, bytes) in [(".jsonl", tail)] + (tearsCheckpoint ? [(".checkpoints", "host.exa")] : []) {
                    let file = try #require(sample.files().first { $0.hasSuffix(suffix) })
                    try sample.set(file, try sample.bytes(file) + Array(bytes.utf8))
                }
                #expect(try Self.lines(sample).map(\.0) == Array(0..<6))
                #expect(try LedgerReader(sample.folder).size() == 6)
                #expect(try LedgerReader(sample.folder).blocks { _, _ in true } == 6)
                #expect(try Self.lines(sample, from: .leaf(6)).isEmpty)
            }
        }
    }

    @Test("a segment that was about to begin when a crash came is passed over")
    func beginning() throws {
        let sample = try LedgerSample()
        try sample.write(0..<3)
        try sample.set("segments/00000000000000000004.start", try sample.bytes("segments/00000000000000000000.start"))
        #expect(try LedgerReader(sample.folder).size() == 4)
        #expect(try Self.lines(sample).count == 4)
        #expect(try ProofBuilder(sample.folder).inclusion(of: 3) != nil)
    }

    @Test("nothing is shown of a ledger of which no checkpoint was written")
    func nothing() throws {
        let sample = try LedgerSample()
        let file = try #require(sample.files().first { $0.hasSuffix(".checkpoints") })
        try sample.set(file, [])
        #expect(try Self.lines(sample).isEmpty)
    }

    @Test("where there is no ledger, that is said", arguments: ["absent", "absent/ledger"])
    func absent(_ name: String) throws {
        let sample = try LedgerSample()
        let folder = LedgerFolder("\(sample.folder.path)-\(name)")
        #expect(throws: LedgerFailure.absent(folder: folder.path)) { try LedgerReader(folder).blocks { _, _ in true } }
        #expect(throws: LedgerFailure.absent(folder: folder.path)) { try ProofBuilder(folder).inclusion(of: 0) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + ".lock"))
    }
}
