import Compiler
import Drift
import Nftables
import Policy

/// Compares the policy that is declared with the one that was applied last.
struct DeclaredComparison {
    let state: StateDirectory
    let accounts: AccountDatabase

    /// Returns what is to be said.
    func findings(_ declared: DeclaredPolicy, stand: GateStand?) throws(GateFailure) -> [DriftFinding] {
        switch declared {
        case .none:
            return [DriftFinding(.recordStandsIn(stand?.record), kind: .notApplied)]
        case .unusable(let diagnostics, _, let paths):
            var finding = DriftFinding.notLookedAt(
                "the policy declared", "\(paths.joined(separator: ", ")) is none that can be used")
            finding.diagnostic.notes = diagnostics.filter { $0.severity == .error }.prefix(20).map {
                Diagnostic.Note("\($0.message) [\($0.code)]", span: $0.span)
            }
            return [finding]
        case .policy(let policy, _):
            // What was applied could not be read: that is said already.
            guard let stand else { return [] }
            return try compare(policy, stand: stand)
        }
    }

    private func compare(_ policy: Policy, stand: GateStand) throws(GateFailure) -> [DriftFinding] {
        guard let record = stand.record, record.origin != .noGate, let applied = try state.table(of: record) else {
            return [DriftFinding(.declaredIsNotApplied(stand.record, changes: []), kind: .notApplied, repair: .apply)]
        }
        let result = PolicyCompiler.compile(policy, options: try options(of: record, applied))
        guard let table = result.table else {
            let reason = result.diagnostics.first { $0.severity == .error }?.message ?? "no reason is given"
            return [.notLookedAt("what the policy declared means", "it cannot be compiled: \(reason)")]
        }
        if table == applied, policy.digest == record.policyDigest { return [] }
        let plan = Planner(now: stand.policyNow, policy: policy).plan(
            declared: table, live: applied, recorded: applied)
        let lines = plan.text.split(separator: "\n").map { String($0) }
        if policy.digest == record.policyDigest {
            return [
                DriftFinding(.declaredCompilesOtherwise(record.number, lines), kind: .notApplied, repair: .apply)
            ]
        }
        return [DriftFinding(.declaredIsNotApplied(record, changes: lines), kind: .notApplied, repair: .apply)]
    }

    /// The options that a generation was compiled with: the moment of the one that it returns to, its clock, its epoch.
    func options(of record: GenerationRecord, _ table: Table) throws(GateFailure) -> CompileOptions {
        var first = record
        while case .rollback(let target) = first.origin, let earlier = try state.record(target) { first = earlier }
        let now = first.created.seconds.subtractingReportingOverflow(first.clockOffset).partialValue
        var options = CompileOptions(
            now: Instant(seconds: now), kernelClockOffset: first.clockOffset, accounts: accounts,
            epoch: GateEpoch(of: table)?.number ?? 1)
        options.rendersText = false
        return options
    }
}
