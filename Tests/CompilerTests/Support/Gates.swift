import Compiler
import Foundation
import Nftables
import Policy
import TestSupport
import Testing

/// Policies of text and their compilations, for tests.
enum Gates {
    /// 2026-11-21T12:00:00Z.
    static let now = Instant(seconds: PolicyGenerator.now)

    static let accounts = AccountDatabase(
        user: { ["postgres": 105, "migrator": 1003][$0] }, group: { ["ssl-cert": 110][$0] })

    /// Loads a policy that must have no errors.
    static func policy(_ yaml: String, files: [String: String] = [:], path: String = "gate.yaml")
        throws -> Policy
    {
        try LoadedPolicy.of(yaml, files: files, path: path)
    }

    /// A random policy and what it compiles to.
    struct Sample: Sendable {
        let seed: UInt64
        let yaml: String
        let policy: Policy
        let result: CompileResult
        let table: Table
    }

    /// Random policies, each compiled once for all tests. Every third one keeps its states in other bits of the mark.
    static let samples: [Sample] = samples(1...120, isWide: false)
    /// The same with every kind of identity, request types, rates, staged rules, grants and partial reach.
    static let wideSamples: [Sample] = samples(1...120, isWide: true)

    private static func samples(_ seeds: ClosedRange<UInt64>, isWide: Bool) -> [Sample] {
        seeds.map { seed in
            let yaml = PolicyGenerator.yaml(seed: seed, isWide: isWide)
            do {
                var policy = try policy(yaml)
                if seed % 3 == 0 { policy.defaults.markMask = 0x00ff_0000 }
                // Windows are rendered for as long as samples of attempts reach.
                let result = PolicyCompiler.compile(
                    policy, options: CompileOptions(now: now, horizonDays: 160, accounts: accounts))
                guard let table = result.table else {
                    preconditionFailure("seed \(seed): \(result.diagnostics.map(\.message))\n\(yaml)")
                }
                return Sample(seed: seed, yaml: yaml, policy: policy, result: result, table: table)
            } catch {
                preconditionFailure("seed \(seed): \(error)\n\(yaml)")
            }
        }
    }

    /// Compiles text at ``now``.
    static func compile(_ yaml: String, at moment: Instant = now, offset: Int64 = 0) throws
        -> CompileResult
    {
        PolicyCompiler.compile(
            try policy(yaml),
            options: CompileOptions(now: moment, kernelClockOffset: offset, accounts: accounts))
    }

    /// Compiles text that must have no errors.
    static func table(_ yaml: String, at moment: Instant = now) throws -> Table {
        let result = try compile(yaml, at: moment)
        return try #require(result.table, "\(result.diagnostics)")
    }

    /// Wraps rules of one port, `db`, in a policy. Lines of `rules` start at column 1.
    static func oneRule(
        _ rule: String, port: String = "port: 5432\n    protocol: tcp", extra: String = ""
    ) -> String {
        """
        version: 1
        name: test
        owner: tests
        \(extra)
        ports:
          - name: db
            \(port)
            allow:
              - name: r
                \(rule)

        """
    }
}
