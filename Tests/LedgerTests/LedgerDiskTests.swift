import Foundation
import Glibc
import JSON
import Ledger
import Testing

/// A small file system of its own; needs root.
private final class SmallDisk {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("portgate-disk-\(UUID().uuidString)")

    init(pages: Int) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try #require(mount("tmpfs", url.path, "tmpfs", 0, "size=\(pages * 4_096)") == 0)
    }

    deinit {
        umount2(url.path, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(at: url)
    }

    private var ballast: URL { url.appendingPathComponent("ballast") }

    /// Takes all room but so many pages.
    func fill(leaving pages: Int) throws {
        var space = statvfs()
        try #require(statvfs(url.path, &space) == 0)
        let count = Int(space.f_bavail) - pages
        if count > 0 { try Data(repeating: 0, count: count * 4_096).write(to: ballast) }
    }

    func makeRoom() throws { try? FileManager.default.removeItem(at: ballast) }
}

@Suite("a ledger on a full disk", .enabled(if: geteuid() == 0, "mounts a small file system"), .serialized)
struct LedgerDiskTests {
    @Test(
        "a commit for which there is no room fails with words; with room it goes on, and nothing is lost",
        arguments: 0..<10)
    func full(_ pages: Int) throws {
        let disk = try SmallDisk(pages: 400)
        let clock = TestClock()
        let folder = LedgerFolder(disk.url.appendingPathComponent("ledger").path)
        let anchor = try folder.create(origin: "host.example/disk", at: clock.now, epochSeconds: 3)
        var limits = LedgerLimits()
        limits.segmentBytes = 5_000
        var writer = try LedgerWriter.open(folder, limits: limits, clock: { clock.now })
        var appended = 0
        var failures = 0
        for round in 0..<6 {
            var last: LedgerVerifier.Memory?
            try disk.fill(leaving: pages)
            do throws(LedgerFailure) {
                for _ in 0..<200 {
                    clock.advance(1)
                    try writer.append(
                        LedgerLeaf(clock.now, "allow", ["number": .number(Int64(appended)), "x": .string("\(round)")]))
                    appended += 1
                    if let checkpoint = try writer.commit() {
                        last = LedgerVerifier.Memory(size: checkpoint.size, root: checkpoint.root)
                    }
                }
                Issue.record("the disk was never full")
            } catch {
                failures += 1
                #expect(
                    error.description.contains("No space left on device") || error.description.contains("space"),
                    "\(error)")
                #expect(error.description.contains(folder.path), "\(error)")
            }
            #expect(writer.pendingBytes > 0)
            let torn = try LedgerVerifier(folder, anchor: anchor, memory: last, now: clock.now).verify()
            #expect(torn.findings.allSatisfy { $0.kind == .unfinished }, "\(torn.findings.map(\.description))")
            // Another process finds no room either, or leaves it as it is.
            if round % 2 == 1 {
                do throws(LedgerFailure) {
                    _ = try LedgerWriter.open(folder, limits: limits, clock: { clock.now }).size
                } catch { #expect(error.description.contains(folder.path)) }
            }
            try disk.makeRoom()
            #expect(try writer.commit() != nil)
            #expect(writer.pendingBytes == 0)
            if round % 3 == 2 { writer = try LedgerWriter.open(folder, limits: limits, clock: { clock.now }) }
            let whole = try LedgerVerifier(folder, anchor: anchor, memory: last, now: clock.now).verify()
            #expect(whole.findings.isEmpty, "\(whole.findings.map(\.description))")
        }
        #expect(failures == 6)
        // Each record is there once.
        var numbers: [Int64] = []
        try LedgerReader(folder).blocks { block, _ in
            block.eachLine { if let number = LedgerLeaf($0)?["number"]?.integer { numbers.append(number) } }
            return true
        }
        #expect(numbers == Array(0..<Int64(appended)))
    }

    /// The actions of a ledger's records, in their order, with their levels.
    private static func actions(_ folder: LedgerFolder) throws -> [String] {
        var actions: [String] = []
        try LedgerReader(folder).blocks { block, _ in
            block.eachLine { line in
                guard let leaf = LedgerLeaf(line), leaf.action.hasPrefix("disk") else { return }
                actions.append(([leaf.action] + [leaf["level"]?.text].compactMap { $0 }).joined(separator: " "))
            }
            return true
        }
        return actions
    }

    @Test("a reserve is given up when the disk is full, which the log says, and made again when there is room")
    func reserve() throws {
        let disk = try SmallDisk(pages: 2_000)
        let clock = TestClock()
        let folder = LedgerFolder(disk.url.appendingPathComponent("ledger").path)
        let anchor = try folder.create(origin: "host.example/disk", at: clock.now)
        var writer = try LedgerWriter.open(folder, clock: { clock.now })
        writer.watchRoom(reserveBytes: 1 << 20, marks: nil)
        let reserve = disk.url.appendingPathComponent("ledger.reserve").path
        func reserved() throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: reserve)[.size] as? Int)
        }
        #expect(try reserved() == 1 << 20)
        for round in 0..<3 {
            try disk.fill(leaving: 0)
            // More than the last page of each file takes.
            var number = 0
            while try reserved() > 0 {
                clock.advance(1)
                try writer.append(LedgerLeaf(clock.now, "allow", ["number": .number(Int64(number))]))
                #expect(try writer.commit() != nil)
                number += 1
                try #require(number < 100)
            }
            #expect(try Self.actions(folder).count { $0 == "disk-full" } == round + 1)
            // It says so once, and goes on for a while.
            for _ in 0..<50 {
                clock.advance(1)
                try writer.append(LedgerLeaf(clock.now, "allow"))
                try writer.commit()
            }
            #expect(try reserved() == 0)
            #expect(try Self.actions(folder).count { $0 == "disk-full" } == round + 1)
            try disk.makeRoom()
            for _ in 0..<2 {
                try writer.append(LedgerLeaf(clock.now, "allow"))
                try writer.commit()
            }
            #expect(try reserved() == 1 << 20)
            #expect(try Self.actions(folder).last == "disk-room")
            let verdict = try LedgerVerifier(folder, anchor: anchor, now: clock.now).verify()
            #expect(verdict.findings.isEmpty, "\(verdict.findings.map(\.description))")
        }
        // With the reserve used up too, it is as it was without one.
        try disk.fill(leaving: 0)
        #expect(throws: LedgerFailure.self) {
            while true {
                try writer.append(LedgerLeaf(clock.now, "allow", ["x": .string(String(repeating: "x", count: 9_000))]))
                try writer.commit()
            }
        }
        try disk.makeRoom()
        #expect(try writer.commit() != nil)
        #expect(try LedgerVerifier(folder, anchor: anchor, now: clock.now).verify().isIntact)
    }

    @Test("a disk that fills up is told of once below each mark, and when there is room again")
    func marks() throws {
        let disk = try SmallDisk(pages: 2_000)
        let clock = TestClock()
        let folder = LedgerFolder(disk.url.appendingPathComponent("ledger").path)
        let anchor = try folder.create(origin: "host.example/disk", at: clock.now)
        var writer = try LedgerWriter.open(folder, clock: { clock.now })
        writer.watchRoom(reserveBytes: 0, marks: DiskMarks(lowBytes: 1_000 * 4_096, criticalBytes: 200 * 4_096))
        func commit() throws {
            for _ in 0..<3 {
                clock.advance(1)
                try writer.append(LedgerLeaf(clock.now, "allow"))
                try writer.commit()
            }
        }
        try commit()
        for (pages, told) in [
            (900, ["disk-low low"]), (100, ["disk-low low", "disk-low critical"]),
            // Between the marks and a quarter more nothing is said.
            (1_100, ["disk-low low", "disk-low critical"]),
        ] {
            try disk.makeRoom()
            try disk.fill(leaving: pages)
            try commit()
            #expect(try Self.actions(folder) == told)
        }
        try disk.makeRoom()
        try commit()
        #expect(try Self.actions(folder) == ["disk-low low", "disk-low critical", "disk-room enough"])
        #expect(!FileManager.default.fileExists(atPath: folder.path + ".reserve"))
        #expect(try LedgerVerifier(folder, anchor: anchor, now: clock.now).verify().isIntact)
    }
}
