import Foundation
import Nftables
import Policy
import TestSupport
import Testing

@testable import Gate

// Applies of policies with list files.
extension ApplierTests {
    /// Returns the change that puts a policy in force, with a list that it names.
    private static func change(_ policy: Policy, _ lists: [ListFile]?) throws -> GateChange {
        let change = GateSample.change(policy)
        return try GateChange(
            table: change.table, origin: change.origin, policyName: change.policyName,
            policyDigest: change.policyDigest, paths: change.paths, sources: change.sources, lists: lists,
            horizon: change.horizon, clockOffset: 0)
    }

    private static let office = StateListsTests.list("lists/office.netset", "10.0.0.0/8\n")

    @Test("a list is recorded with the rules, and what another hand did to it the next apply puts right")
    func recordsLists() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            let state = bench.folder.directory
            let change = try Self.change(first, [Self.office])
            #expect(try bench.apply(change) == .applied(generation: 1, transactions: 2))
            for text in ["", "10.0.0.0/9\n"] {
                try bench.folder.write("lists/\(Self.office.digest)", text)
                #expect(try bench.apply(change) == .nothingToDo(generation: 1))
                #expect(
                    try state.contents(of: try #require(try state.lists(of: 1)), generation: 1) == [Self.office])
            }
        }
    }

    @Test("a generation that was recorded without its lists is recorded again with them, though the rules are the same")
    func recordsListsOfOld() throws {
        let first = first
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(try Self.change(first, nil))
            #expect(try bench.folder.directory.lists(of: 1) == nil)
            let change = try Self.change(first, [Self.office])
            #expect(try bench.apply(change) == .applied(generation: 2, transactions: 0))
            #expect(try bench.folder.directory.lists(of: 2)?.map(\.path) == ["lists/office.netset"])
            #expect(try bench.apply(change) == .nothingToDo(generation: 2))
        }
    }

    @Test("a list that cannot be written is refused before anything is loaded")
    func refusesWithoutRoom() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            _ = try bench.apply(GateSample.change(first))
            try bench.folder.write("lists/\(Self.office.digest).new/in-the-way", "")
            let failure = try #require(bench.failure(try Self.change(second, [Self.office])))
            #expect(failure.diagnostic.code == "PG401" && failure.exit == .refused)
            #expect(try bench.door.look().table == GateSample.table(first))
            #expect(try bench.folder.directory.numbers() == [1])
        }
    }

    @Test("the way back takes the recorded lists along, and is open though one of them is gone")
    func rollsBackLists() throws {
        let (first, second) = (first, second)
        try ScratchNetworkNamespace.run {
            let bench = try Bench()
            let state = bench.folder.directory
            let far = StateListsTests.list("lists/office.netset", "192.0.2.0/24\n")
            _ = try bench.apply(try Self.change(first, [Self.office]))
            _ = try bench.apply(try Self.change(second, [far]))
            func back() throws {
                let change = try Rollback(state: state).change(to: nil)
                _ = try bench.apply(try change.entering(after: bench.door.look().table))
            }
            try back()
            #expect(try state.contents(of: try #require(try state.lists(of: 3)), generation: 3) == [Self.office])
            try FileManager.default.removeItem(atPath: "\(bench.folder.path)/lists/\(far.digest)")
            try back()
            #expect(try state.current()?.number == 4)
            #expect(try state.lists(of: 4)?.map(\.digest) == [far.digest])
        }
    }
}
