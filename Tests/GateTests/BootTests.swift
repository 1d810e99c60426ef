import Foundation
import Gate
import Nftables
import Policy
import TestSupport
import Testing

/// Loading the last confirmed generation into a kernel that has nothing, each time in a network namespace of its own.
@Suite("Boot")
struct BootTests {
    let first = GateSample.policy([
        GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8"])]),
        GateSample.port("web", 8443, rules: [GateSample.rule("office", ["10.20.0.0/16"])]),
    ])
    let second = GateSample.policy([GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/9"])])])

    private static func boot(_ bench: ApplierTests.Bench) -> Result<Boot.Report, GateFailure> {
        let boot = Boot(door: bench.door, state: bench.folder.directory) { GateSample.now }
        return Result { () throws(GateFailure) in try boot.load() }
    }

    /// Two generations applied, and a kernel that has forgotten them.
    private static func twoGenerations(_ first: Policy, _ second: Policy) throws -> ApplierTests.Bench {
        let bench = try ApplierTests.Bench()
        _ = try bench.apply(GateSample.change(first))
        _ = try bench.apply(GateSample.change(second))
        try NftTool.run("flush", "ruleset")
        return bench
    }

    @Test("A14, A18: the last generation is loaded from its compiled text, twice the same, and nothing of a listing")
    func loads() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Self.twoGenerations(first, second)
            #expect(try Self.boot(bench).get().end == .loaded(generation: 2, transactions: 2))
            #expect(try bench.door.look().table == GateSample.table(second))
            #expect(try Self.boot(bench).get().end == .loaded(generation: 2, transactions: 0))
            #expect(
                try StatusReader(door: bench.door, state: bench.folder.directory).read(now: GateSample.now).isAsApplied)
            // What another hand adds to the table is no part of it, and what it adds elsewhere stays its own.
            try NftTool.run("insert rule inet portgate pg_p_db accept; add table ip other")
            _ = try Self.boot(bench).get()
            #expect(try bench.door.look().table == GateSample.table(second))
            #expect(try NftTool.run("list", "tables").contains("table ip other"))
        }
    }

    @Test(
        "A14: a damaged generation is passed over for the one before it, and reported",
        arguments: ["ruleset.nft", "meta.json"])
    func passesOver(file: String) throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Self.twoGenerations(first, second)
            try bench.folder.write("generations/2/\(file)", "torn")
            let report = try Self.boot(bench).get()
            #expect(report.end == .loaded(generation: 1, transactions: 2))
            #expect(report.findings.map(\.code) == ["PG473"])
            #expect(try bench.door.look().table == GateSample.table(first))
            #expect(try bench.folder.directory.currentNumber() == 1)
        }
    }

    @Test("A14, A15: when no generation can be loaded, the ports they name are closed, and never is anything open")
    func closes() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Self.twoGenerations(first, second)
            for number in 1...2 {
                let text = String(decoding: try bench.folder.read("generations/\(number)/ruleset.nft"), as: UTF8.self)
                try bench.folder.write("generations/\(number)/ruleset.nft", text + "torn")
            }
            guard case .failure(let failure) = Self.boot(bench) else {
                Issue.record("loaded something")
                return
            }
            #expect(failure.diagnostic.code == "PG437" && failure.exit == .couldNotLook)
            #expect(failure.diagnostic.notes.map(\.message).contains("refused to everybody instead: ports 5432"))
            let table = try #require(try bench.door.look().table)
            #expect(table.maps.flatMap(\.elements).allSatisfy { $0.first == 5432 && $0.transport == 6 })
            // What is closed is not opened by another try, nor left alone as if it were a gate.
            guard case .failure = Self.boot(bench) else {
                Issue.record("loaded something")
                return
            }
            #expect(try bench.door.look().table == table)
        }
    }

    @Test("A14: when nothing can be read any more, everything new from outside is refused")
    func closesEverything() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Self.twoGenerations(first, second)
            try bench.folder.write("current", "torn")
            for number in 1...2 { try bench.folder.write("generations/\(number)/ruleset.nft", "") }
            guard case .failure(let failure) = Self.boot(bench) else {
                Issue.record("loaded something")
                return
            }
            #expect(failure.diagnostic.notes.map(\.message).contains { $0.contains("everything that arrives") })
            let table = try #require(try bench.door.look().table)
            let elements = try #require(table.maps.first { $0.name == "pg_remote" }).elements
            for (transport, port, isCovered) in [
                (6, 1, true), (6, 65535, true), (17, 53, true), (17, 68, false), (17, 546, false), (17, 547, true),
            ] as [(UInt8, UInt16, Bool)] {
                let found = elements.contains { $0.transport == transport && $0.first <= port && port <= $0.last }
                #expect(found == isCovered, "\(transport) \(port)")
            }
        }
    }

    @Test("nothing applied is nothing to load, and a gate that was taken away stays away")
    func nothingToLoad() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let empty = try ApplierTests.Bench()
            let report = try Self.boot(empty).get()
            #expect(report.end == .nothingApplied && report.findings.isEmpty)
            let bench = try Self.twoGenerations(first, second)
            _ = try Self.boot(bench).get()
            _ = try bench.apply(Rollback(state: bench.folder.directory).change(to: 0))
            #expect(try Self.boot(bench).get().end == .nothingApplied)
            #expect(try bench.door.look().table == nil)
            // But it opens nothing when it is not the last word.
            try bench.folder.write("current", "torn")
            #expect(try Self.boot(bench).get().end == .loaded(generation: 2, transactions: 2))
        }
    }

    @Test(
        "A03: after a restart before the confirmation the old generation comes up, and the new one is recorded as fallen back"
    )
    func unconfirmed() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try ApplierTests.Bench()
            let state = bench.folder.directory
            _ = try bench.apply(GateSample.change(first))
            let report = try bench.apply(GateSample.change(second), confirmWithin: 3600)
            #expect(report == .armed(generation: 2, seconds: 3600))
            // On this boot it waits, and is left alone.
            #expect(try Self.boot(bench).get().end == .waiting(generation: 2))
            try NftTool.run("flush", "ruleset")
            let pending = String(decoding: try bench.folder.read("pending.json"), as: UTF8.self)
            let boot = try #require(try state.current()).host.boot
            try bench.folder.write("pending.json", pending.replacingOccurrences(of: boot, with: "an earlier boot"))
            let after = try Self.boot(bench).get()
            #expect(after.end == .loaded(generation: 1, transactions: 2))
            #expect(after.findings.map(\.code) == ["PG472"])
            #expect(try bench.door.look().table == GateSample.table(first))
            #expect(try state.outcome(of: 2)?.result == .fellBack)
            #expect(try state.pending() == nil)
        }
    }

    @Test("a clock set back loses nothing: generations go by their numbers, and a time-out by the kernel's own clock")
    func clockSetBack() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try ApplierTests.Bench()
            let state = bench.folder.directory
            func apply(_ change: GateChange, at seconds: Int64) throws {
                let applier = Applier(door: bench.door, state: state, appliedBy: "tests") { Instant(seconds: seconds) }
                let lock = try state.lock(waitSeconds: 0, now: Instant(seconds: seconds))
                _ = try applier.apply(change, seen: bench.door.look(), confirmWithin: 3600, holding: lock)
                let confirmer = Confirmer(door: bench.door, state: state) { Instant(seconds: seconds - 900_000) }
                #expect(try confirmer.settle(holding: lock) == nil)
                _ = try confirmer.confirm(by: .console(nil), holding: lock)
            }
            try apply(GateSample.change(first), at: GateSample.now.seconds)
            try apply(GateSample.change(second), at: GateSample.now.seconds - 86_400 * 400)
            #expect(try state.currentNumber() == 2)
            #expect(try Rollback(state: state).entries().map(\.isCurrent) == [false, true])
            let back = try Rollback(state: state).change(to: nil)
            #expect(back.origin == .rollback(to: 1))
            #expect(try bench.door.look().table == GateSample.table(second))
        }
    }
}
