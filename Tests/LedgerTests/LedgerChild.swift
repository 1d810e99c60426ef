import Foundation
import Glibc
import JSON
import Ledger
import Synchronization
import Testing

/// A process of its own that writes to a ledger: the test binary, run again with a word in its environment.
final class LedgerChild {
    private let process = Process()
    private let output: URL
    private static let variable = "PORTGATE_LEDGER_CHILD"

    /// Starts one that writes until it is killed, or so many commits.
    init(_ folder: LedgerFolder, commits: Int = .max) throws {
        output = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-child-\(UUID().uuidString)")
        try Data().write(to: output)
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = ["--testing-library", "swift-testing", "--filter", "LedgerChildTests"]
        process.environment = [
            Self.variable: "\(folder.path)\n\(output.path)\n\(commits)", "PATH": "/usr/bin:/bin",
            "SWIFT_BACKTRACE": "enable=no",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: output)
    }

    /// What the child was told was durable and signed: sizes and roots, the last line only if it is whole.
    var acknowledged: [LedgerVerifier.Memory] {
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let size = UInt64(words[0]), let root = MerkleHash(hexadecimal: words[1]) else {
                return nil
            }
            return LedgerVerifier.Memory(size: size, root: root)
        }
    }

    /// Waits until it has written so many bytes about what was acknowledged; false when it ended before.
    func waits(forBytes count: UInt64) -> Bool {
        var status = stat()
        while process.isRunning {
            if stat(output.path, &status) == 0, status.st_size >= count { return true }
            // Spinning would take the processor from the child.
            usleep(200)
        }
        return false
    }

    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits for its end and returns its exit code.
    func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Small segments and short epochs, so that each commit is likely to begin one.
    static var limits: LedgerLimits {
        var limits = LedgerLimits()
        limits.segmentBytes = 1_500
        return limits
    }

    static let epochSeconds: Int64 = 3

    /// The child's part: nothing, unless this process is one.
    static func write() throws {
        guard let order = ProcessInfo.processInfo.environment[variable] else { return }
        let words = order.split(separator: "\n")
        let commits = try #require(Int(words[2]))
        let output = open(String(words[1]), O_WRONLY | O_APPEND)
        let begun = LedgerTime("2026-11-22T05:00:00.000000Z")?.microseconds ?? 0
        func tell(_ checkpoint: LedgerCheckpoint) {
            let line = "\(checkpoint.size) \(checkpoint.root)\n"
            _ = line.withCString { Glibc.write(output, $0, strlen($0)) }
        }
        // The clock goes on with each record: an epoch ends every few.
        let clock = ChildClock(begun)
        var writer = try LedgerWriter.open(LedgerFolder(String(words[0])), limits: limits, clock: { clock.now })
        // A parent that is gone kills nobody any more.
        let parent = getppid()
        for number in 0..<commits {
            guard getppid() == parent else { break }
            clock.set(Int64(writer.size))
            for part in 0..<(number % 3 + 1) {
                try writer.append(
                    LedgerLeaf(clock.now, "allow", ["number": .number(Int64(number)), "part": .number(Int64(part))]))
            }
            if let checkpoint = try writer.commit() { tell(checkpoint) }
            if number % 9 == 8 { try writer.sealSegments() }
        }
        exit(0)
    }
}

/// A clock that shows how many records there are.
private final class ChildClock: Sendable {
    private let begun: Int64
    private let seconds = Atomic<Int64>(0)

    init(_ begun: Int64) { self.begun = begun }

    var now: LedgerTime { LedgerTime(microseconds: begun + seconds.load(ordering: .relaxed) * 1_000_000) }
    func set(_ value: Int64) { seconds.store(value, ordering: .relaxed) }
}

@Suite("the child of the crash tests") struct LedgerChildTests {
    @Test("writes when it is one") func write() throws { try LedgerChild.write() }
}
