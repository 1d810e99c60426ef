import Foundation
import Gate
import Nftables
import Policy
import TestSupport
import Testing

/// The way to the kernel, with workers that cannot be trusted.
@Suite("KernelDoor")
struct KernelDoorTests {
    @Test("a worker that lists nothing while the table is there is not believed")
    func emptyListing() throws {
        try ScratchNetworkNamespace.run {
            let door = KernelDoor.live(worker: NftWorker(path: "/bin/true"))
            #expect(try door.list() == nil)
            try NftTool.run("add", "table", "inet", "portgate")
            let failure = #expect(throws: GateFailure.self) { try door.list() }
            #expect(failure?.diagnostic.code == "PG404")
            #expect(failure?.exit == .couldNotLook)
            #expect(try KernelDoor.live().list() == Table(name: "portgate"))
        }
    }

    @Test("I09: a listing in other words is the same table, one of other values is another", arguments: [true, false])
    func values(isSame: Bool) throws {
        try ScratchNetworkNamespace.run {
            let folder = try StateFolder()
            let policy = GateSample.policy([
                GateSample.port("db", 5432, rules: [GateSample.rule("billing", ["10.0.0.0/8", "192.0.2.7/32"])])
            ])
            let applier = Applier(door: .live(), state: folder.directory, appliedBy: "tests") { GateSample.now }
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            _ = try applier.apply(GateSample.change(policy), seen: KernelDoor.live().look(), holding: lock)
            let table = GateSample.table(policy)
            let set = try #require(table.sets.first { $0.name.hasPrefix("pg_s4_") }?.name)
            // Taken out and put back as a range of the same or of one address more.
            try NftTool.run(
                "delete element inet portgate \(set) { 10.0.0.0/8, 192.0.2.7 }; add element inet portgate \(set) "
                    + "{ 192.0.2.7-192.0.2.\(isSame ? 7 : 8), 10.0.0.0-10.255.255.255 }")
            #expect((try KernelDoor.live().list() == table) == isSame)
        }
    }
}
