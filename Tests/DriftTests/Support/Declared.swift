import Compiler
import Nftables
import Policy
import TestSupport

@testable import Drift

/// A policy and what it compiles to, as the kernel would hold it.
struct Declared {
    /// 2026-11-21T12:00:00Z.
    static let now = Instant(seconds: PolicyGenerator.now)
    static let accounts = AccountDatabase(
        user: { ["postgres": 105, "migrator": 1003][$0] }, group: { ["ssl-cert": 110][$0] })

    let policy: Policy
    let options: CompileOptions
    let table: Table
    var live: LiveRuleset

    struct NotCompiled: Error { let messages: [String] }

    init(_ yaml: String, horizonDays: Int = 160, markMask: UInt32? = nil) throws {
        var policy = try LoadedPolicy.of(yaml)
        if let markMask { policy.defaults.markMask = markMask }
        self.policy = policy
        options = CompileOptions(now: Self.now, horizonDays: horizonDays, accounts: Self.accounts)
        let result = PolicyCompiler.compile(policy, options: options)
        guard let table = result.table else { throw NotCompiled(messages: result.diagnostics.map(\.message)) }
        self.table = table
        live = LiveRuleset(tables: [try table.assembled()])
    }

    /// The policy held against the ruleset.
    func compared() -> PolicyComparison.Outcome { PolicyComparison(live, policy: policy, options: options).run() }
}
