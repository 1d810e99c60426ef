import Foundation
import Glibc
import JSON
import Ledger
import Synchronization
import TestSupport
import Testing
import Witness

/// A clock that tests set.
final class TestClock: Sendable {
    private let microseconds = Mutex<Int64>(LedgerTime("2026-11-22T05:00:00.000000Z")?.microseconds ?? 0)

    var now: LedgerTime { LedgerTime(microseconds: microseconds.withLock { $0 }) }
    func advance(_ seconds: Int64) { microseconds.withLock { $0 += seconds * 1_000_000 } }
}

/// A state directory with a ledger whose keys follow each other quickly, and folders for witnesses; all of it goes with it.
final class WitnessSample {
    let root: URL
    let folder: LedgerFolder
    let anchor: NoteKey
    let clock = TestClock()

    init(origin: String = "host.example/portgate", epochSeconds: Int64 = 15) throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-witness-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appendingPathComponent("state"), withIntermediateDirectories: true)
        folder = LedgerFolder(root.appendingPathComponent("state/ledger").path)
        anchor = try folder.create(origin: origin, at: clock.now, epochSeconds: epochSeconds)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func path(_ name: String) -> String { root.appendingPathComponent(name).path }
    var state: String { path("state") }

    func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Writes records, a commit each, some seconds after each other.
    func write(_ range: Range<Int>, secondsApart: Int64 = 4, segmentBytes: Int = 64 << 20) throws {
        var limits = LedgerLimits()
        limits.segmentBytes = segmentBytes
        let clock = clock
        var writer = try LedgerWriter.open(folder, limits: limits, clock: { clock.now })
        for number in range {
            clock.advance(secondsApart)
            try writer.append(LedgerLeaf(clock.now, "allow", ["number": .number(Int64(number))]))
            try writer.commit()
        }
    }

    var size: UInt64 { get throws { try LedgerReader(folder).size() } }

    /// Copies the state directory as it is now.
    func copyState(to name: String) throws {
        try? FileManager.default.removeItem(atPath: path(name))
        try FileManager.default.copyItem(atPath: state, toPath: path(name))
    }

    /// A witness in a folder of its own, without a server.
    func service(_ name: String = "w", anchors: [NoteKey]? = nil) throws -> WitnessService {
        let store = try WitnessStore(path(name))
        if !FileManager.default.fileExists(atPath: path("\(name)/key")) {
            _ = try store.makeKey(name: "witness.example/\(name)")
        }
        let clock = clock
        return try WitnessService(store, anchors: anchors ?? [anchor], clock: { clock.now }, say: { _ in })
    }

    /// Leads a witness to the ledger's end; returns the answers' states.
    @discardableResult
    func lead(
        _ service: WitnessService, _ folder: LedgerFolder? = nil, from size: UInt64 = 0, trusting key: NoteKey? = nil
    ) throws -> (size: UInt64, key: NoteKey, steps: [CheckpointStep]) {
        var trail = CheckpointTrail(folder ?? self.folder)
        var (size, key) = (size, key ?? anchor)
        var steps: [CheckpointStep] = []
        while let step = try trail.step(after: size, trusting: key) {
            let answer = service.answer(step)
            try #require(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            _ = try CosignedCheckpoint(step.note.bytes + answer.body, by: service.key)
            (size, key) = (step.checkpoint.size, step.rotation?.key ?? key)
            steps.append(step)
            try #require(steps.count < 1_000)
        }
        return (size, key, steps)
    }
}

extension WitnessService {
    /// Answers a step of a log.
    func answer(_ step: CheckpointStep) -> WitnessAnswer {
        guard let rotation = step.rotation else {
            return answer("POST", "/add-checkpoint", AddCheckpointRequest.body(step))
        }
        return answer("POST", "/add-key", AddKeyRequest.body(step, rotation))
    }

    /// Where it stands with a log.
    func state(of origin: String) -> LogState? {
        LogState(answer("GET", "/logs/\(WitnessedLog.identifier(of: origin))", []).body)
    }
}

extension WitnessAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }
}
