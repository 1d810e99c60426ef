import JSON
import Nftables
public import Policy

/// Who is let in for the moment, beyond what the policy says by itself: sessions and grants.
public struct AccessStatus: Hashable, Sendable {
    /// The sessions.
    public let sessions: SessionOverview
    /// The grants in force.
    public let grants: [Grant]
    /// The moment by which their time is told.
    public let now: GrantClock
    /// What is to be said of them.
    public let findings: [Diagnostic]

    /// Looks at the sets of a live table that hold sessions and grants, and at what is recorded of them.
    static func read(
        _ table: Table?, facts: [String], door: KernelDoor, state: StateDirectory, wall: Instant
    ) throws(GateFailure) -> AccessStatus {
        let names = Set((table?.sets ?? []).map(\.name))
        let scope = SessionScope(
            entries: SessionScope(facts: facts).entries.filter { $0.sets.allSatisfy { names.contains($0.name) } })
        let sessions = try SessionOverview.read(scope, door: door)
        let book = Grants(state: state, door: door) { () throws(GateFailure) in try GrantClock.now(wall: wall) }
        let look = try book.look()
        let ports = names.filter { $0.hasPrefix("pg_g4_") }.compactMap { Name($0.dropFirst(6)) }.sorted()
        let differing = try book.differing(among: ports)
        return AccessStatus(
            sessions: sessions, grants: look.open, now: look.now,
            findings: sessions.findings + (differing.isEmpty ? [] : [.grantsDiffer(differing)]))
    }

    /// The sessions and grants for people, a line each.
    var text: [String] { sessions.text + grants.map { $0.text(at: now) } }

    /// The same as JSON.
    var json: [JSONValue.Member] {
        [
            JSONValue.Member("sessions", sessions.json),
            JSONValue.Member("grants", .array(grants.map { $0.json(at: now) })),
        ]
    }
}
