import Foundation
import Glibc
import JSON
import Policy
import Testing

@testable import Gate

/// What the state directory does with hostile, torn and unusable files.
@Suite("StateDirectory")
struct StateDirectoryTests {
    private func failure<Result>(_ body: () throws -> Result) -> GateFailure? {
        do {
            _ = try body()
            return nil
        } catch { return error as? GateFailure }
    }

    private static let record = GenerationRecord(
        number: 3, origin: .rollback(to: 1), previous: 2, created: GateSample.now, policyName: "sample",
        policyDigest: "ab", paths: ["a.yaml"], rulesetDigest: "cd", host: HostIdentity(namespace: 7, boot: "b"),
        clockOffset: -5, horizon: Instant(seconds: 9), appliedBy: "uid 0")

    @Test("a record is read back as it was written")
    func roundTrip() throws {
        let value = try JSONReader.value(of: Self.record.json.rendered())
        #expect(GenerationRecord(json: value) == Self.record)
    }

    @Test("a record from before proofs were recorded is read, and whether it was proved is unknown")
    func recordWithoutProof() throws {
        let folder = try StateFolder()
        try folder.write(
            "generations/3/meta.json",
            """
            {
              "format": 1, "number": 3, "origin": "rollback", "returned_to": 1, "previous": 2,
              "created": "2026-11-21T12:00:00Z", "created_seconds": 1795262400, "applied_by": "uid 0",
              "policy": "sample", "policy_digest": "ab", "paths": ["a.yaml"], "ruleset_digest": "cd",
              "network_namespace": 7, "boot_id": "b", "clock_offset_seconds": -5, "horizon_seconds": 9, "sources": []
            }

            """)
        let record = try #require(try folder.directory.record(3))
        #expect(record == Self.record)
        #expect(record.isProved == nil)
        #expect(record.json["proved"] == nil)
    }

    @Test(
        "a torn or hostile `current` is an error that names the file, never a guess",
        arguments: [
            "", "{", "{\"format\": 1}", "{\"format\": 2, \"generation\": 1}", "{\"format\": 1, \"generation\": 0}",
            "{\"format\": 1, \"generation\": -1}", "{\"format\": 1, \"generation\": 99999999999}",
            "{\"format\": 1, \"generation\": 1.5}", "{\"format\": 1, \"generation\": 1} x",
            "{\"format\": 1, \"generation\": 1, \"generation\": 2}", "\u{0}", String(repeating: "[", count: 100_000),
            "{\"format\": 1, \"generation\": \"1\"}",
        ])
    func tornCurrent(text: String) throws {
        let folder = try StateFolder()
        try folder.write("current", text)
        let failure = try #require(failure { try folder.directory.current() })
        #expect(failure.diagnostic.code == "PG402")
        #expect(failure.diagnostic.message.contains("\(folder.path)/current"))
    }

    @Test("a `current` that names a missing generation is an error")
    func danglingCurrent() throws {
        let folder = try StateFolder()
        try folder.write("current", "{\"format\": 1, \"generation\": 4}")
        #expect(failure { try folder.directory.current() }?.diagnostic.code == "PG402")
    }

    @Test("a record of another generation under a number is an error")
    func swappedRecord() throws {
        let folder = try StateFolder()
        try folder.write("generations/4/meta.json", String(decoding: Self.record.json.rendered(), as: UTF8.self))
        #expect(failure { try folder.directory.record(4) }?.diagnostic.code == "PG402")
    }

    @Test("a recorded ruleset that was edited is found out")
    func editedRuleset() throws {
        let folder = try StateFolder()
        try folder.write("generations/3/ruleset.nft", "table inet portgate {\n}\n")
        #expect(failure { try folder.directory.ruleset(of: Self.record) }?.diagnostic.code == "PG402")
    }

    @Test("links, pipes and folders in a file's place are not followed, waited for or read")
    func strangeFiles() throws {
        let folder = try StateFolder()
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/current", withDestinationPath: "/etc/passwd")
        #expect(failure { try folder.directory.current() }?.diagnostic.code == "PG401")
        try FileManager.default.removeItem(atPath: "\(folder.path)/current")
        #expect(mkfifo("\(folder.path)/current", 0o600) == 0)
        #expect(failure { try folder.directory.current() }?.diagnostic.code == "PG401")
        try FileManager.default.removeItem(atPath: "\(folder.path)/current")
        try folder.write("current/x", "")
        #expect(failure { try folder.directory.current() }?.diagnostic.code == "PG401")
    }

    @Test("a folder that others may look into is refused, with the words that put it right")
    func openFolder() throws {
        let folder = try StateFolder()
        #expect(chmod(folder.path, 0o755) == 0)
        let failure = try #require(failure { try folder.directory.prepareForWriting() })
        #expect(failure.exit == .refused)
        #expect(failure.diagnostic.message.contains("chmod 700 \(folder.path)"))
    }

    @Test("a state directory below a file cannot be used, and says so")
    func belowAFile() throws {
        let folder = try StateFolder()
        try folder.write("file", "")
        let below = StateDirectory(path: "\(folder.path)/file/state")
        #expect(failure { try below.prepareForWriting() }?.diagnostic.code == "PG401")
    }

    @Test("A12: the lock is held by one; the other is told who and since when, and waits no longer than asked")
    func lock() throws {
        let folder = try StateFolder()
        let held = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        let failure = failure { () -> Bool in
            let second = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            _ = consume second
            return true
        }
        #expect(failure?.exit == .refused)
        #expect(failure?.diagnostic.message.hasSuffix("held by pid \(getpid()), since 2026-11-21T12:00:00Z") == true)
        _ = consume held
        // Given back: taken at once.
        let third = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        _ = consume third
    }

    @Test("what a holder wrote into the lock cannot move a terminal's cursor")
    func hostileHolder() throws {
        let folder = try StateFolder()
        let held = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
        Data("\u{1b}[2Jgone\n".utf8).withUnsafeBytes { bytes in
            let descriptor = open("\(folder.path)/lock", O_WRONLY | O_TRUNC)
            #expect(write(descriptor, bytes.baseAddress, bytes.count) == bytes.count)
            close(descriptor)
        }
        let failure = failure { () -> Bool in
            let second = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            _ = consume second
            return true
        }
        #expect(failure?.diagnostic.message.utf8.contains(0x1b) == false)
        _ = consume held
    }

    @Test("a change that began and never ended is told, until one ends")
    func interrupted() throws {
        let folder = try StateFolder()
        let directory = folder.directory
        try directory.prepareForWriting()
        try directory.prepare(Self.record, ruleset: GenerationRuleset(text: [], elements: []), sources: [])
        #expect(try directory.interrupted() == 3)
        #expect(try directory.currentNumber() == nil)
        try directory.settle(
            Self.record, GenerationOutcome(result: .applied, at: GateSample.now, kernelGeneration: 1))
        #expect(try directory.interrupted() == nil)
        #expect(try directory.currentNumber() == 3)
    }

    @Test("files are closed to everybody but the owner")
    func modes() throws {
        let folder = try StateFolder()
        let directory = folder.directory
        try directory.prepareForWriting()
        try directory.prepare(
            Self.record, ruleset: GenerationRuleset(text: [1], elements: []),
            sources: [GenerationRecord.Source(path: "../../etc/x", bytes: [2])])
        let enumerator = try #require(FileManager.default.enumerator(atPath: folder.path))
        var seen = 0
        for case let name as String in enumerator {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
            let mode = try #require(attributes[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(name)")
            seen += 1
        }
        #expect(seen >= 6)
        #expect(try directory.sources(of: Self.record).map(\.path) == ["../../etc/x"])
    }

    @Test(
        "JSON is read strictly: numbers as they are written, once given keys and 16 levels",
        arguments: [
            "1.", "1.e3", "1e", ".5", "{\"a\":1,\"a\":1}", "[1,]", "\"\\ud800\"", "\"\u{1}\"", "tru", "", "01x", "-",
            "[1 2]",
            "99999999999999999999",
        ])
    func strictJSON(text: String) {
        #expect(throws: JSONReader.Malformed.self) { try JSONReader.value(of: Array(text.utf8)) }
    }

    @Test("numbers that are not whole keep their digits", arguments: ["1.5", "-0.25", "1e3", "8.666504", "2E-7"])
    func decimals(text: String) throws {
        let value = try JSONReader.value(of: Array(text.utf8))
        #expect(value == .decimal(text))
        #expect(value.integer == nil)
        #expect(value.compact() == Array(text.utf8))
    }

    @Test("a record of a gate taken away is read back as it was written")
    func noGate() throws {
        var record = Self.record
        record.origin = .noGate
        #expect(GenerationRecord(json: try JSONReader.value(of: record.json.rendered())) == record)
    }

    @Test("a generation that could not be written whole leaves nothing behind, and no trace of another")
    func leavesNoParts() throws {
        let folder = try StateFolder()
        try folder.write("intent.json", "{\"format\":1,\"generation\":2}")
        try folder.write("intent.json.new/in-the-way", "")
        let failure = failure {
            try folder.directory.prepare(
                Self.record, ruleset: GenerationRuleset(text: [1], elements: []),
                sources: [.init(path: "a", bytes: [2])])
        }
        #expect(failure?.diagnostic.code == "PG401")
        #expect(failure?.exit == .refused)
        #expect(try folder.directory.numbers() == [])
        #expect(try folder.directory.interrupted() == 2)
    }

    @Test("a file that others own or may write to is not believed", arguments: [true, false])
    func foreignFile(isOwned: Bool) throws {
        let folder = try StateFolder()
        try folder.write("current", "{\"format\": 1, \"generation\": 4}")
        let path = folder.path + "/current"
        #expect(try folder.directory.currentNumber() == 4)
        #expect(isOwned ? chmod(path, 0o660) == 0 : chown(path, 4242, 4242) == 0)
        let failure = failure { try folder.directory.currentNumber() }
        #expect(failure?.diagnostic.code == "PG401")
        #expect(failure?.exit == .couldNotLook)
    }
}
