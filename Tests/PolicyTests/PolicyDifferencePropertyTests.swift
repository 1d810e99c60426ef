import Foundation
import Host
import TestSupport
import Testing

@testable import Policy

/// The difference says exactly what the deciders of both sides do.
@Suite("PolicyDifference: agreement with the decision")
struct PolicyDifferencePropertyTests {
    static let now = Instant(seconds: PolicyGenerator.now)

    static func loaded(_ text: String) -> LoadResult {
        let bytes = Array(text.utf8)
        let reader = SourceReader(
            kind: { _ in .success(.file) }, read: { _, _ in .success(bytes) }, list: { _ in .failure(.notFound) })
        return PolicyLoader(reader: reader, zones: Files.zoneDatabase).load(paths: ["policy.yaml"])
    }

    static func load(_ text: String) throws -> Policy {
        let result = loaded(text)
        return try #require(
            result.policy, "\(result.diagnostics.map { "\($0.span?.line ?? 0) \($0.message)" })\n\(text)")
    }

    /// Changes one line of a policy in a way that keeps it valid, mostly.
    static func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<lines.count, using: &random)
            let line = lines[index]
            let swaps = [
                ("/24", "/25"), ("/32", "/31"), ("10.", "11."), ("08:00", "09:00"), ("18:00", "17:30"),
                ("mon-fri", "mon-sat"), ("daily", "mon-fri"), ("2027", "2028"), ("2026-12", "2026-11"), ("tcp", "udp"),
                ("tls", "ssh"), ("20/second", "5/minute"), ("observe", "enforce"), ("UTC", "Europe/Berlin"),
                ("net0", "net0, \"10.1.2.0/24\""), ("any,", "\"0.0.0.0/1\","), ("1000", "1001"), ("drop", "reject"),
                ("loopback", "127.0.0.0/30"), ("reqid: 7", "reqid: 8"), ("2h", "3h"),
            ].filter { line.contains($0.0) }
            if line.hasPrefix("        windows:") || line.hasPrefix("        expires:"), random.chance(40) {
                lines.remove(at: index)
            } else if !swaps.isEmpty {
                let (from, to) = random.pick(swaps)
                lines[index] = line.replacingOccurrences(of: from, with: to)
            }
        }
        return lines.joined(separator: "\n")
    }

    static func lets(_ attempt: AccessAttempt, _ decider: Decider) -> Bool {
        switch decider.decide(attempt) {
        case .allowed: true
        case .refused: false
        case .undeclared: decider.policy.defaults.undeclared == .report
        }
    }

    /// The attempt as a policy names the identities that hold in it.
    static func named(_ attempt: AccessAttempt, proofs: [ProofAtom], in policy: Policy) -> AccessAttempt {
        var attempt = attempt
        attempt.identities = Set(
            policy.identities.filter { identity in
                identity.proof.atom.map { atom in proofs.contains { $0.implies(atom) } } ?? false
            }.map(\.name))
        return attempt
    }

    static func covers(_ change: AccessChange, _ attempt: AccessAttempt, proofs: [ProofAtom], now: Instant) -> Bool {
        guard change.kind == .access, change.transports.contains(attempt.transport),
            change.ports.contains(where: { $0.contains(attempt.port) }), change.sources.contains(attempt),
            change.points.contains(attempt.time.seconds - now.seconds)
        else { return false }
        if !change.holders.isEmpty,
            !change.holders.contains(where: { holder in proofs.contains { $0.implies(holder.proof) } })
        {
            return false
        }
        guard change.requests.isEmpty else {
            return attempt.request.map { spoken in
                change.requests.contains { text in
                    ((try? RequestType(parsing: text))?.admits(spoken)) ?? false
                }
            } ?? false
        }
        return true
    }

    /// Compares both ways, and returns how many attempts differed and how many changes were reported.
    static func compare(_ oldText: String, _ newText: String, seed: UInt64) throws -> (differing: Int, changes: Int) {
        let (old, new) = (try load(oldText), try load(newText))
        let difference = PolicyDifference(from: old, to: new, at: now)
        #expect(difference.undecided.isEmpty)
        let (before, after) = (Decider(old), Decider(new))
        let changes = difference.ports.flatMap(\.changes)
        // Every change has a connection on which the policies differ.
        for change in changes {
            // Behind the horizon the days of the stretch before it stand for all that come: one that does not come again has none.
            if change.witness == nil, change.time.from > now { continue }
            let witness = try #require(change.witness, "seed \(seed): no witness for \(change)")
            guard change.kind == .access else { continue }
            #expect(lets(witness.old, before) != lets(witness.new, after), "seed \(seed)")
            #expect(lets(witness.new, after) == (change.direction == .widened), "seed \(seed)")
        }
        // Every connection on which they differ is in a change, of the right direction.
        var random = SeededGenerator(seed: seed &+ 77)
        var differing = 0
        let requests: [RequestType?] = [
            nil, nil, .tls, .tls12, .ssh, .http(method: nil, pathPrefix: nil),
            .http(method: "get", pathPrefix: "/v1/x"),
            .dns, .redis(commands: ["get"]), .postgresql, .postgresqlTLS,
        ]
        for policy in [old, new] {
            let proofs = Array(Set((old.identities + new.identities).compactMap(\.proof.atom)))
            for sample in AttemptSampler(policy: policy, now: now).attempts(500, using: &random) {
                var attempt = sample.attempt
                guard attempt.time >= now else { continue }
                attempt.request = random.pick(requests)
                let held = proofs.filter { !$0.isOfThisHost || attempt.isOwn }.filter { _ in random.chance(25) }
                let (a, b) = (named(attempt, proofs: held, in: old), named(attempt, proofs: held, in: new))
                let (wasIn, isIn) = (lets(a, before), lets(b, after))
                guard wasIn != isIn else { continue }
                differing += 1
                let direction = isIn ? AccessChange.Direction.widened : .narrowed
                #expect(
                    changes.contains { $0.direction == direction && covers($0, attempt, proofs: held, now: now) },
                    "seed \(seed): \(direction) \(attempt) with \(held) is in no change")
            }
        }
        return (differing, changes.count)
    }

    @Test(
        "every differing attempt lies in a change and every change has a witness, on random pairs",
        arguments: [false, true])
    func randomPairs(isWide: Bool) throws {
        var sum = (differing: 0, changes: 0)
        for seed: UInt64 in 0..<30 {
            let found = try Self.compare(
                PolicyGenerator.yaml(seed: seed, isWide: isWide),
                PolicyGenerator.yaml(seed: seed + 1000, isWide: isWide),
                seed: seed)
            sum = (sum.differing + found.differing, sum.changes + found.changes)
        }
        #expect(sum.differing > 1000)
        #expect(sum.changes > 100)
    }

    @Test("the same holds for policies and changed copies of them", arguments: [false, true])
    func changedCopies(isWide: Bool) throws {
        var sum = (differing: 0, changes: 0, pairs: 0)
        for seed: UInt64 in 0..<120 {
            var random = SeededGenerator(seed: seed)
            let text = PolicyGenerator.yaml(seed: seed, isWide: isWide)
            let changed = Self.mutated(text, &random)
            guard changed != text, Self.loaded(changed).policy != nil else { continue }
            let found = try Self.compare(text, changed, seed: seed)
            sum = (sum.differing + found.differing, sum.changes + found.changes, sum.pairs + 1)
        }
        #expect(sum.pairs > 30)
        #expect(sum.differing > 100)
    }

    @Test("a policy does not differ from itself", arguments: [false, true])
    func itself(isWide: Bool) throws {
        for seed: UInt64 in 0..<50 {
            let policy = try Self.load(PolicyGenerator.yaml(seed: seed, isWide: isWide))
            let difference = PolicyDifference(from: policy, to: policy, at: Self.now)
            #expect(difference.ports.isEmpty && difference.settings.isEmpty && difference.isUnchanged)
        }
    }
}
