import Foundation
import JSON
import Ledger
import Synchronization
import Testing

/// A clock that tests set.
final class TestClock: Sendable {
    private let microseconds: Mutex<Int64>

    init(_ text: String = "2026-11-22T05:00:00.000000Z") {
        microseconds = Mutex(LedgerTime(text)?.microseconds ?? 0)
    }

    var now: LedgerTime { LedgerTime(microseconds: microseconds.withLock { $0 }) }
    func advance(_ seconds: Double) { microseconds.withLock { $0 += Int64(seconds * 1_000_000) } }
}

/// A ledger in a folder of its own, which is removed with it.
final class LedgerSample {
    let folder: LedgerFolder
    let clock: TestClock
    let anchor: NoteKey
    let parent: URL

    init(epochSeconds: Int64 = 3_600) throws {
        parent = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        clock = TestClock()
        folder = LedgerFolder(parent.appendingPathComponent("ledger").path)
        anchor = try folder.create(origin: "host.example/portgate", at: clock.now, epochSeconds: epochSeconds)
    }

    deinit { try? FileManager.default.removeItem(at: parent) }

    func writer(_ limits: LedgerLimits = LedgerLimits()) throws -> LedgerWriter {
        let clock = clock
        return try LedgerWriter.open(folder, limits: limits, clock: { clock.now })
    }

    /// Writes records, a commit for each.
    func write(_ range: Range<Int>, limits: LedgerLimits = LedgerLimits()) throws {
        var writer = try writer(limits)
        for number in range {
            clock.advance(1)
            try writer.append(record(number))
            try writer.commit()
        }
    }

    func record(_ number: Int) -> LedgerLeaf {
        LedgerLeaf(clock.now, "allow", ["src_ip": .string("10.0.0.\(number)"), "dest_port": .number(5432)])
    }

    /// A sign of life of a recorder.
    func life(_ action: String, uptime: Int64? = nil) -> LedgerLeaf {
        LedgerLeaf(
            clock.now, action,
            ["boot_id": .string("a"), "uptime_us": .number(uptime ?? clock.now.microseconds % 1_000_000_000_000)])
    }

    func verify(memory: LedgerVerifier.Memory? = nil, anchor: NoteKey? = nil) throws -> LedgerVerdict {
        try LedgerVerifier(folder, anchor: anchor ?? self.anchor, memory: memory, now: clock.now).verify()
    }

    /// Three epochs, a sealed segment, one that is written to, something a crash left, and a recorder that was stopped.
    static func threeEpochs() throws -> LedgerSample {
        let sample = try LedgerSample(epochSeconds: 15)
        var limits = LedgerLimits()
        limits.segmentBytes = 600
        var writer = try sample.writer(limits)
        try writer.append(sample.life("started"))
        for number in 0..<4 {
            sample.clock.advance(11)
            try writer.append(sample.record(number))
            try writer.append(sample.record(number + 100))
            try writer.commit()
        }
        try writer.sealSegments()
        // Another writer finds what a crash left.
        let lines = try #require(sample.files().last { $0.hasSuffix(".jsonl") })
        let handle = try FileHandle(forWritingTo: sample.url(lines))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"timest".utf8))
        try handle.close()
        var other = try sample.writer(limits)
        sample.clock.advance(1)
        try other.append(sample.life("stopped"))
        try other.commit()
        return sample
    }

    /// Some epochs, a crash, sealed segments of which the oldest were deleted when their time was over, one that stayed, and one that is
    /// written to.
    static func retained(retaining: Bool = true) throws -> LedgerSample {
        let sample = try threeEpochs()
        var limits = LedgerLimits()
        limits.segmentBytes = 600
        // What the crash left is told of in a segment that is deleted too.
        try sample.write(0..<3, limits: limits)
        sample.clock.advance(100 * 86_400)
        try sample.write(3..<9, limits: limits)
        var writer = try sample.writer(limits)
        try writer.sealSegments()
        if retaining { _ = try writer.retain(days: 90) }
        return sample
    }

    func url(_ file: String) -> URL { URL(fileURLWithPath: folder.path).appendingPathComponent(file) }

    /// The files of the ledger, below its folder.
    func files() throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return all.filter {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: url($0).path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }

    func bytes(_ file: String) throws -> [UInt8] { try Array(Data(contentsOf: url(file))) }
    func set(_ file: String, _ bytes: [UInt8]) throws { try Data(bytes).write(to: url(file)) }
}
