import Foundation
import Nftables
import PacketSpace
import Policy
import TestSupport
import Testing

@testable import Drift

/// Labelled edits of what a compiled policy becomes: each that changes something is found, by a packet that the plain machine
/// confirms, and none without effect is called a change.
///
/// PORTGATE_PROPERTY_SEEDS says from how many seeds each label is tried on each policy; without it every eighth label is tried once.
@Suite struct MutationTests {
    /// How many rounds are asked for; nil for the short run.
    static let rounds = ProcessInfo.processInfo.environment["PORTGATE_PROPERTY_SEEDS"].flatMap { UInt64($0) }

    /// What became of the pairs.
    struct Tally {
        var drifting: [String: Int] = [:]
        var equal: [String: Int] = [:]
        var notApplicable = 0
    }

    @Test("an edit is found when, and only when, it has an effect")
    func drifting() throws {
        var tally = Tally()
        try forEachPair(of: RulesetEdit.drifting) { edit, base, live, random, about in
            guard let pair = try Pair(base: base, live: live, &random, about) else {
                tally.notApplicable += 1
                return
            }
            if pair.isDrifting {
                tally.drifting[edit.label, default: 0] += 1
                #expect(!edit.finders.isDisjoint(with: pair.finders), "\(about) found by \(pair.finders)")
            } else if edit.finders == [.place] {
                tally.drifting[edit.label, default: 0] += 1
                #expect(!pair.table.places.isEmpty, "\(about)")
            } else {
                tally.equal[edit.label, default: 0] += 1
            }
        }
        report("edits", tally)
        if Self.rounds != nil {
            for edit in RulesetEdit.drifting {
                #expect(tally.drifting[edit.label, default: 0] > 0, "\(edit.label) never had an effect")
            }
        }
    }

    @Test("what is rewritten without a change of meaning is no drift")
    func equivalent() throws {
        var tally = Tally()
        try forEachPair(of: RulesetEdit.equivalent) { edit, base, live, random, about in
            guard let pair = try Pair(base: base, live: live, &random, about) else {
                tally.notApplicable += 1
                return
            }
            #expect(pair.policy.differences.map(\.words) == [], "\(about)")
            #expect(pair.table.differences.map { "\($0.kind) \($0.words)" } == [], "\(about)")
            tally.equal[edit.label, default: 0] += 1
        }
        report("rewritten", tally)
    }

    private func report(_ what: String, _ tally: Tally) {
        print(
            "\(what): \(tally.drifting.values.reduce(0, +)) drifting pairs of \(tally.drifting.count) labels, "
                + "\(tally.equal.values.reduce(0, +)) equivalent pairs of \(tally.equal.count) labels, "
                + "\(tally.notApplicable) edits did nothing, rounds \(Self.rounds.map(String.init) ?? "short")")
    }

    private func forEachPair(
        of edits: [RulesetEdit],
        _ body: (RulesetEdit, Declared, LiveRuleset, inout SeededGenerator, String) throws -> Void
    ) throws {
        let policies = try RealisticPolicies.all.map { try ($0.name, Declared($0.yaml, horizonDays: 8)) }
        for (number, edit) in edits.enumerated() {
            for round in 0..<(Self.rounds ?? 1) {
                for (place, (name, base)) in policies.enumerated() {
                    // In the short run every eighth label meets one policy.
                    if Self.rounds == nil, number % 8 != 0 || place != number / 8 % policies.count { continue }
                    let seed = UInt64(number) << 16 | UInt64(place) << 8 | round
                    var random = SeededGenerator(seed: seed)
                    var live = base.live
                    guard edit.apply(&live, &random) else { continue }
                    try body(edit, base, live, &random, "\"\(edit)\" on \(name), seed \(seed)")
                }
            }
        }
    }
}

/// A ruleset and what became of it, judged by everybody.
private struct Pair {
    let policy: PolicyComparison.Outcome
    let table: TableComparison.Outcome
    /// Who found something.
    var finders: Set<RulesetEdit.Finder> = []

    var isDrifting: Bool { !finders.isEmpty }

    /// Judges; nil when the edit changed no letter. What the judges say is held against packets that are tried.
    init?(base: Declared, live: LiveRuleset, _ random: inout SeededGenerator, _ about: String) throws {
        guard live != base.live else { return nil }
        policy = PolicyComparison(live, policy: base.policy, options: base.options).run()
        table = TableComparison(live: live.tables[0], applied: base.live.tables[0]).run()
        #expect(policy.undecided == [], "\(about)")
        #expect(table.undecided == [], "\(about)")
        for difference in policy.differences { confirm(difference, base, live, about) }
        for difference in table.differences { confirm(difference, base, live, about) }
        if !policy.differences.isEmpty { finders.insert(.policy) }
        if !table.differences.isEmpty { finders.insert(.table) }
        let force = BruteForce(base: base, live: live, count: MutationTests.rounds == nil ? 4 : 60)
        if policy.differences.isEmpty, let packet = try force.entering(&random) {
            Issue.record("\(about): the policy's judge missed \(packet.words)")
        }
        if table.differences.isEmpty, let packet = try force.judgedOtherwise(&random) {
            Issue.record("\(about): the table's judge missed \(packet.words)")
        }
    }

    private func confirm(
        _ difference: PolicyComparison.Difference, _ base: Declared, _ live: LiveRuleset, _ about: String
    ) {
        let path = Scenario(
            family: difference.family, isOwn: difference.isOwn, isTCP: difference.packet[.transport] == 6
        ).path
        let now = Observation(difference.packet, along: path, in: live)
        let before = Observation(difference.packet, along: path, in: base.live)
        #expect(now.isAccepted != before.isAccepted, "\(about): \(difference.words)")
        if case .certain = difference.certainty {
            #expect(now.isAccepted == (difference.kind == .overPermissive), "\(about): \(difference.words)")
        }
    }

    private func confirm(
        _ difference: TableComparison.Difference, _ base: Declared, _ live: LiveRuleset, _ about: String
    ) {
        #expect(
            BruteForce.differ(
                difference.packet, LiveRuleset(tables: [live.tables[0]]), LiveRuleset(tables: [base.live.tables[0]])),
            "\(about): \(difference.kind) \(difference.words) is not seen on \(difference.packet.words)")
    }
}
