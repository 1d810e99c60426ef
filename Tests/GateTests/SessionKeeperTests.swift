import Policy
import Synchronization
import TestSupport
import Testing

@testable import Gate

/// What becomes of the elements of sessions, whatever happens between two steps.
@Suite("SessionKeeper")
struct SessionKeeperTests {
    /// A kernel of sets and sessions, as far as sessions need one.
    private final class Kernel: Sendable {
        struct State {
            var generation: UInt32 = 1
            var sets: [String: Set<UInt128>] = ["pg_i4_alice": [], "pg_i6_alice": [], "pg_i4_bob": [], "pg_i6_bob": []]
            var timeouts: [UInt64?] = []
            var sessions: [SessionEntry] = []
            var scope: SessionScope? = SessionScope(entries: [
                .init(identity: GateSample.name("alice"), user: "alice", rules: ["db/team"]),
                .init(identity: GateSample.name("bob"), user: "bob"),
            ])
        }
        let state = Mutex(State())

        func of(_ set: String) -> Set<UInt128> { state.withLock { $0.sets[set] ?? [] } }

        func change(_ changes: [SetChange], _ expected: UInt32?) throws(GateFailure) {
            let failure: GateFailure? = state.withLock { state in
                if let expected, expected != state.generation { return .movedOn("moved") }
                for change in changes {
                    guard var elements = state.sets[change.set.name] else {
                        return .elementsRefused("no such set", changes)
                    }
                    elements.subtract(change.removed.map(\.first))
                    elements.formUnion(change.added.map(\.first))
                    state.timeouts += change.added.map(\.timeoutMilliseconds)
                    state.sets[change.set.name] = elements
                }
                state.generation += 1
                return nil
            }
            if let failure { throw failure }
        }

        /// A session that has entered; `between` runs once, right before its next change.
        func keeper(
            _ user: String, _ account: UInt32, from address: String, process: Int32,
            between: (@Sendable () -> Void)? = nil
        ) throws -> SessionKeeper {
            let entry = SessionEntry(
                account: account, source: try IPAddress(parsing: address), process: process, since: GateSample.now)
            state.withLock { $0.sessions.append(entry) }
            let waiting = Mutex(between)
            return SessionKeeper(
                entry: entry, user: user, scope: { () throws(GateFailure) in self.state.withLock { $0.scope } },
                generation: { () throws(GateFailure) in self.state.withLock { $0.generation } },
                change: { changes, expected throws(GateFailure) in
                    let work = waiting.withLock { work in
                        defer { work = nil }
                        return work
                    }
                    work?()
                    try self.change(changes, expected)
                }, sessions: { () throws(GateFailure) in self.state.withLock { $0.sessions } })
        }

        func leave(_ keeper: SessionKeeper) throws {
            state.withLock { $0.sessions.removeAll { $0 == keeper.entry } }
            try keeper.end()
        }
    }

    private static let address: UInt128 = 0x0a00_0005

    @Test("a session opens its address, with a timeout, in its own identity's set, and closes it at its end")
    func life() throws {
        let kernel = Kernel()
        let keeper = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1)
        #expect(try keeper.beat().map(\.rules) == [["db/team"]])
        #expect(kernel.of("pg_i4_alice") == [Self.address])
        #expect(kernel.of("pg_i4_bob").isEmpty)
        #expect(kernel.state.withLock { $0.timeouts } == [45_000])
        try kernel.leave(keeper)
        #expect(kernel.of("pg_i4_alice").isEmpty)
        let six = try kernel.keeper("alice", 1001, from: "fd00::5", process: 1)
        _ = try six.beat()
        #expect(kernel.of("pg_i6_alice") == [UInt128(0xfd00) << 112 | 5])
    }

    @Test("two sessions of a user from one address: the end of one does not end the other")
    func two() throws {
        let kernel = Kernel()
        let one = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1)
        let other = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 2)
        for keeper in [one, other] { _ = try keeper.beat() }
        try kernel.leave(one)
        #expect(kernel.of("pg_i4_alice") == [Self.address])
        try kernel.leave(other)
        #expect(kernel.of("pg_i4_alice").isEmpty)
    }

    @Test("one user from two addresses, and two users from one: each ends by itself")
    func apart() throws {
        let kernel = Kernel()
        let keepers = [
            try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1),
            try kernel.keeper("alice", 1001, from: "10.0.0.6", process: 2),
            try kernel.keeper("bob", 1002, from: "10.0.0.5", process: 3),
        ]
        for keeper in keepers { _ = try keeper.beat() }
        try kernel.leave(keepers[0])
        #expect(kernel.of("pg_i4_alice") == [Self.address + 1])
        #expect(kernel.of("pg_i4_bob") == [Self.address])
    }

    @Test("a session that begins while another of the same user ends stays open")
    func race() throws {
        let kernel = Kernel()
        let late = Mutex<SessionKeeper?>(nil)
        let first = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1)
        _ = try first.beat()
        kernel.state.withLock { $0.sessions = [] }
        // Between the look for others and the change another session enters and opens the address.
        let ending = SessionKeeper(
            entry: first.entry, user: "alice", scope: first.scope, generation: first.generation,
            change: { changes, expected throws(GateFailure) in
                if late.withLock({ $0 == nil }),
                    let second = try? kernel.keeper("alice", 1001, from: "10.0.0.5", process: 2)
                {
                    late.withLock { $0 = second }
                    _ = try second.beat()
                }
                try kernel.change(changes, expected)
            }, sessions: first.sessions)
        try ending.end()
        #expect(late.withLock { $0 != nil })
        #expect(kernel.of("pg_i4_alice") == [Self.address])
    }

    @Test("rules that are put in force between the look and the change are read anew")
    func reapplied() throws {
        let kernel = Kernel()
        let keeper = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1) {
            kernel.state.withLock { state in
                state.generation += 1
                state.sets = ["pg_i4_people": [], "pg_i6_people": []]
                state.scope = SessionScope(entries: [.init(identity: GateSample.name("people"), user: "alice")])
            }
        }
        #expect(try keeper.beat().map(\.identity.text) == ["people"])
        #expect(kernel.of("pg_i4_people") == [Self.address])
        // A set made anew is empty; the next beat fills it.
        kernel.state.withLock { $0.sets["pg_i4_people"] = [] }
        _ = try keeper.beat()
        #expect(kernel.of("pg_i4_people") == [Self.address])
    }

    @Test("without rules that ask for it a session proves nothing and changes nothing")
    func nothing() throws {
        let kernel = Kernel()
        let carol = try kernel.keeper("carol", 1003, from: "10.0.0.5", process: 1)
        #expect(try carol.beat().isEmpty)
        kernel.state.withLock { $0.scope = nil }
        let alice = try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 2)
        #expect(try alice.beat().isEmpty)
        try kernel.leave(alice)
        #expect(kernel.state.withLock { $0.generation } == 1)
    }

    @Test("a ruleset that moves all the time ends the tries")
    func unsteady() throws {
        let kernel = Kernel()
        let keeper = SessionKeeper(
            entry: try kernel.keeper("alice", 1001, from: "10.0.0.5", process: 1).entry, user: "alice",
            scope: { () throws(GateFailure) in kernel.state.withLock { $0.scope } },
            generation: { () throws(GateFailure) in 0 },
            change: { changes, expected throws(GateFailure) in try kernel.change(changes, expected) },
            sessions: { () throws(GateFailure) in [] })
        let failure = #expect(throws: GateFailure.self) { try keeper.beat() }
        #expect(failure?.diagnostic.code == "PG406")
    }
}
