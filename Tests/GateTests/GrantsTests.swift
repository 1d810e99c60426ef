import Foundation
import JSON
import Policy
import Synchronization
import Testing

@testable import Gate

/// Grants over a kernel of sets that can be made to fail, and a clock that can be set.
@Suite("Grants")
struct GrantsTests {
    private final class Kernel: Sendable {
        struct State {
            var generation: UInt32 = 1
            var sets: [String: [SetElement]] = [:]
            var changes = 0
            var failure: GateFailure?
            var now = GrantClock(boot: "a", sinceBoot: 1_000_000, wall: GateSample.now)
        }
        let state = Mutex(State())

        init() { empty() }

        /// Makes the sets anew, as an apply does.
        func empty() {
            state.withLock { state in
                for port in ["db", "web"] { for family in [4, 6] { state.sets["pg_g\(family)_\(port)"] = [] } }
            }
        }

        /// Lets time pass by both clocks; what ended goes.
        func pass(_ milliseconds: UInt64) {
            state.withLock { state in
                state.now = GrantClock(
                    boot: state.now.boot, sinceBoot: state.now.sinceBoot + milliseconds,
                    wall: Instant(seconds: state.now.wall.seconds + Int64(milliseconds / 1_000)))
                state.sets = state.sets.mapValues { elements in
                    elements.compactMap { element in
                        guard let left = element.remainingMilliseconds, left > milliseconds else { return nil }
                        return SetElement(
                            element.first, element.last, timeoutMilliseconds: element.timeoutMilliseconds,
                            remainingMilliseconds: left - milliseconds)
                    }
                }
            }
        }

        /// What a set holds, as `first-last:milliseconds left` with the last byte of IPv4 addresses.
        func of(_ set: String) -> [String] {
            state.withLock { state in
                (state.sets[set] ?? []).map { "\($0.first & 0xff)-\($0.last & 0xff):\($0.remainingMilliseconds ?? 0)" }
            }
        }

        var door: KernelDoor {
            var door = KernelDoor.live()
            door.elements = { set throws(GateFailure) in
                let found = self.state.withLock { ($0.sets[set.name], $0.generation) }
                guard let elements = found.0 else { throw .kernelUnreadable("set: \(SystemError.words(2))") }
                return SetListing(elements: elements, generation: found.1)
            }
            door.change = { changes, expected throws(GateFailure) in
                let failure: GateFailure? = self.state.withLock { state in
                    state.changes += 1
                    if let failure = state.failure { return failure }
                    if let expected, expected != state.generation { return .movedOn("moved") }
                    for change in changes {
                        var elements = state.sets[change.set.name] ?? []
                        elements.removeAll { element in
                            change.removed.contains { $0.first == element.first && $0.last == element.last }
                        }
                        for added in change.added {
                            // Overlapping elements are what a kernel refuses.
                            if elements.contains(where: { $0.first <= added.last && added.first <= $0.last }) {
                                return .elementsRefused("overlap", changes)
                            }
                            elements.append(
                                SetElement(
                                    added.first, added.last, timeoutMilliseconds: added.timeoutMilliseconds,
                                    remainingMilliseconds: added.timeoutMilliseconds))
                        }
                        state.sets[change.set.name] = elements.sorted { $0.first < $1.first }
                    }
                    state.generation += 1
                    return nil
                }
                if let failure { throw failure }
            }
            return door
        }
    }

    /// A state directory, a kernel, and what works on both.
    private struct Bench {
        let kernel = Kernel()
        let folder: StateFolder
        let limits = GrantLimits(GrantLimitsTests.policy)

        init() throws { folder = try StateFolder() }

        var grants: Grants {
            let kernel = kernel
            return Grants(state: folder.directory, door: kernel.door) { () throws(GateFailure) in
                kernel.state.withLock { $0.now }
            }
        }

        @discardableResult
        func give(
            _ source: String = "10.0.0.5", port: String = "db", seconds: Int = 1_800, identity: String = "alice"
        ) throws -> Grant {
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            return try grants.give(
                try GrantLimitsTests.request(identity, port, seconds: seconds, from: source), by: "uid 0",
                limits: limits,
                holding: lock)
        }

        @discardableResult
        func revoke(_ number: Int) throws -> Grants.Revocation {
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            return try grants.revoke(number, by: "uid 0", holding: lock)
        }

        func restore(_ text: String? = GrantsTests.policy) throws -> [String] {
            let lock = try folder.directory.lock(waitSeconds: 0, now: GateSample.now)
            let sources = text.map { [GenerationRecord.Source(path: "gate.yaml", bytes: Array($0.utf8))] } ?? []
            let record = GenerationRecord(
                number: 1, origin: .apply, previous: nil, created: GateSample.now, policyName: "sample",
                policyDigest: "-", paths: ["gate.yaml"], rulesetDigest: "-",
                host: HostIdentity(namespace: 1, boot: "a"), clockOffset: 0, horizon: nil, appliedBy: "uid 0")
            return try grants.restore(
                isGated: text != nil,
                policy: { () throws(GateFailure) in
                    try RecordedPolicy.forNames(record, sources: sources, lists: nil)
                }, holding: lock)
        }

        /// Lines of the journal, each `action phase id`.
        var journal: [String] {
            get throws {
                try folder.read("grants.jsonl").split(separator: 0x0a).map { line in
                    let entry = try JSONReader.value(of: Array(line))
                    return "\(entry["action"]?.text ?? "") \(entry["phase"]?.text ?? "") "
                        + "\(entry["grant"]?["id"]?.integer ?? 0)"
                }
            }
        }
    }

    static let policy = """
        version: 1
        name: sample
        networks: { far: { file: lists/far.netset } }
        identities: { alice: { session: { user: alice } }, dba: { members: [alice] } }
        ports:
          - { name: db, port: 5432, grants: { to: [dba], longest: 2h }, allow: [{ name: far, cidrs: [far] }] }
          - { name: web, port: 443, grants: { to: [alice], longest: 2h } }

        """

    @Test("a grant is written down, put into the kernel with its time, and noted")
    func give() throws {
        let bench = try Bench()
        let grant = try bench.give()
        #expect(grant.number == 1)
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:1800000"])
        #expect(try bench.journal == ["grant intent 1", "grant done 1"])
        let look = try bench.grants.look()
        #expect(look.open.map(\.number) == [1])
        #expect(look.grants[0].text(at: look.now).contains("alice to port db from 10.0.0.5, ends in 30m"))
        #expect(try bench.give("fd00::/64").number == 2)
        #expect(bench.kernel.of("pg_g6_db") == ["0-255:1800000"])
    }

    @Test("overlapping grants stand as disjoint pieces, each with the longest time; the end of one leaves the other")
    func overlap() throws {
        let bench = try Bench()
        try bench.give("10.0.0.0/28", seconds: 600)
        try bench.give("10.0.0.4/30", seconds: 1_200)
        #expect(bench.kernel.of("pg_g4_db") == ["0-3:600000", "4-7:1200000", "8-15:600000"])
        bench.kernel.pass(700_000)
        #expect(bench.kernel.of("pg_g4_db") == ["4-7:500000"])
        try bench.give("10.0.0.7", seconds: 60)
        #expect(bench.kernel.of("pg_g4_db") == ["4-7:500000"])
        #expect(try bench.journal.contains("end done 1"), "the expiry is noted when it is seen")
        try bench.revoke(2)
        #expect(bench.kernel.of("pg_g4_db") == ["7-7:60000"])
    }

    @Test("F07: revoking is at once, and again is well, also when its elements ended a moment ago")
    func f07() throws {
        let bench = try Bench()
        try bench.give(seconds: 60)
        try bench.give("10.0.0.6", seconds: 600)
        guard case .revoked = try bench.revoke(1) else { throw Unexpected() }
        #expect(bench.kernel.of("pg_g4_db") == ["6-6:600000"])
        guard case .hadEnded(let grant) = try bench.revoke(1) else { throw Unexpected() }
        #expect(grant.end?.how == "revoked by uid 0")
        bench.kernel.pass(600_000)
        guard case .hadEnded(let expired) = try bench.revoke(2) else { throw Unexpected() }
        #expect(expired.end?.how == "expired")
    }

    private struct Unexpected: Error {}

    @Test("PG476: a number that was never given is told, whatever it is")
    func unknown() throws {
        let bench = try Bench()
        let failure = #expect(throws: GateFailure.self) { try bench.revoke(1) }
        #expect(failure?.diagnostic.code == "PG476")
        #expect(failure?.exit == .usage)
    }

    @Test("a grant that the kernel does not take is not given, and noted so")
    func refused() throws {
        let bench = try Bench()
        bench.kernel.state.withLock { $0.failure = .elementsRefused("no room", []) }
        #expect(throws: GateFailure.self) { try bench.give() }
        #expect(try bench.grants.look().open.isEmpty)
        #expect(try bench.journal == ["grant intent 1", "grant failed 1"])
        bench.kernel.state.withLock { $0.failure = nil }
        #expect(try bench.give().number == 2)
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:1800000"])
    }

    @Test("PG430: rules without room for grants are told")
    func noRoom() throws {
        let bench = try Bench()
        bench.kernel.state.withLock { $0.sets = [:] }
        let failure = #expect(throws: GateFailure.self) { try bench.give() }
        #expect(failure?.diagnostic.code == "PG430")
    }

    @Test("a giving that was killed half way is ended by the next command, in the kernel too")
    func killed() throws {
        let bench = try Bench()
        try bench.give()
        // As it was right after the kernel took it.
        var book = try bench.folder.directory.grantBook()
        book.change(1) { $0.state = .pending }
        try bench.folder.directory.write(book)
        #expect(try bench.restore().isEmpty)
        #expect(bench.kernel.of("pg_g4_db").isEmpty)
        #expect(try bench.grants.look().grants.first?.end?.how == "interrupted while it was given")
    }

    @Test("F05: sets made anew get the grants with the time that is left; what is right already is not touched")
    func f05() throws {
        let bench = try Bench()
        try bench.give()
        bench.kernel.pass(600_000)
        let before = bench.kernel.state.withLock { $0.changes }
        #expect(try bench.restore().isEmpty)
        #expect(bench.kernel.state.withLock { $0.changes } == before)
        bench.kernel.empty()
        #expect(try bench.restore().isEmpty)
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:1200000"])
    }

    @Test("F06: an element that another hand made permanent is put right, and told before that")
    func f06() throws {
        let bench = try Bench()
        try bench.give()
        bench.kernel.state.withLock { $0.sets["pg_g4_db"] = [SetElement(UInt32(0x0a00_0005))] }
        let ports = [GateSample.name("db"), GateSample.name("web")]
        #expect(try bench.grants.differing(among: ports) == [GateSample.name("db")])
        _ = try bench.restore()
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:1800000"])
        #expect(try bench.grants.differing(among: ports).isEmpty)
    }

    @Test("after a restart the time that is left is kept; a clock set back ends the grant")
    func restarted() throws {
        let bench = try Bench()
        try bench.give()
        try bench.give("10.0.0.6", seconds: 7_200)
        bench.kernel.empty()
        bench.kernel.state.withLock {
            $0.now = GrantClock(boot: "b", sinceBoot: 5_000, wall: Instant(seconds: GateSample.now.seconds + 600))
        }
        #expect(try bench.restore().isEmpty)
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:1199000", "6-6:6599000"])
        // From here on the new boot's clock counts, whatever the host's is set to.
        bench.kernel.pass(1_000_000)
        bench.kernel.state.withLock {
            $0.now = GrantClock(boot: "b", sinceBoot: $0.now.sinceBoot, wall: Instant(seconds: 0))
        }
        bench.kernel.empty()
        _ = try bench.restore()
        #expect(bench.kernel.of("pg_g4_db") == ["5-5:199000", "6-6:5599000"])
        bench.kernel.empty()
        bench.kernel.state.withLock { $0.now = GrantClock(boot: "c", sinceBoot: 5_000, wall: Instant(seconds: 0)) }
        _ = try bench.restore()
        #expect(bench.kernel.of("pg_g4_db").isEmpty)
    }

    @Test("PG479: grants that the new policy has no room for end with it and are named")
    func ended() throws {
        let bench = try Bench()
        try bench.give()
        try bench.give("10.0.0.6", port: "web", seconds: 60)
        let said = try bench.restore(
            Self.policy.replacingOccurrences(of: "to: [dba], longest: 2h", with: "to: [alice], longest: 1m"))
        #expect(said.isEmpty, "who is still allowed keeps the time that was given: \(said)")
        let moved = try bench.restore(
            Self.policy.replacingOccurrences(of: ", grants: { to: [dba], longest: 2h }", with: ""))
        #expect(moved.count == 1)
        #expect(moved.first?.contains("grant 1 to alice (port db from 10.0.0.5) ended: ") == true, "\(moved)")
        #expect(try bench.grants.look().open.map(\.number) == [2])
        #expect(try bench.restore(nil).count == 1)
        #expect(try bench.grants.look().open.isEmpty)
    }

    @Test("a torn line of the journal stays a line of its own, and a damaged book is refused")
    func torn() throws {
        let bench = try Bench()
        try bench.give()
        let whole = String(decoding: try bench.folder.read("grants.jsonl"), as: UTF8.self)
        try bench.folder.write("grants.jsonl", whole + "{\"time\": \"2026")
        try bench.revoke(1)
        let lines = try bench.folder.read("grants.jsonl").split(separator: 0x0a).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(lines.count == 5)
        #expect(lines.filter { $0.hasSuffix("}") && (try? JSONReader.value(of: Array($0.utf8))) != nil }.count == 4)
        try bench.folder.write("grants.json", "{\"format\": 1, \"next\": 1, \"grants\": [{}]}")
        let failure = #expect(throws: GateFailure.self) { try bench.give() }
        #expect(failure?.diagnostic.code == "PG402")
    }

    @Test("a text with quotes and line breaks is one line of the journal, read back as it was")
    func escapes() throws {
        let value = JSONValue.members([
            "a": .string("\"\\\n  x\u{7f}\t é"), "b": .array([.number(1), .null]), "c": .members([:]),
        ])
        #expect(try JSONReader.value(of: value.line()) == value)
        #expect(!value.line().contains(0x0a))
    }

    @Test("a host without any grant is left alone by an apply")
    func nothing() throws {
        let bench = try Bench()
        #expect(try bench.restore("not: a policy").isEmpty)
        #expect(bench.kernel.state.withLock { $0.changes } == 0)
    }
}
