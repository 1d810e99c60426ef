public import Compiler
public import Nftables
public import Policy

/// Decides over all packets whether a table that was rendered from a policy lets in exactly those that the policy allows.
///
/// The policy's packets are made from the policy itself, the table's by running what nft makes of it: a mistake of the compiler
/// shows as a packet. What is proved are the first packets of connections to enforced ports of the host; what comes and goes
/// while the gate is in force (sessions, grants, cgroups) is the same unknown on both sides.
public struct RenderingProof: Sendable {
    private let table: Table
    private let policy: Policy
    private let options: CompileOptions

    /// Takes the table that is to be loaded, and what it was compiled from.
    public init(_ table: Table, policy: Policy, options: CompileOptions) {
        self.table = table
        self.policy = policy
        self.options = options
    }

    /// Where the places of findings are.
    public var sources: SourceMap { policy.sources }

    /// Returns PG253 for each way in which the table differs, and PG254 for what stayed undecided; nothing when they are equal.
    public func findings() -> [Diagnostic] {
        let live: LiveTable
        do throws(AssemblyError) { live = try table.assembled() } catch { return [.renderingUndecided("\(error)")] }
        var comparison = PolicyComparison(LiveRuleset(tables: [live]), policy: policy, options: options)
        // Any packet is one too many: a few are shown.
        comparison.limit = 3
        let outcome = comparison.run()
        return outcome.differences.map { .renderingDiffers($0.proofWords, of: policy.ports[$0.port]) }
            + outcome.undecided.map { .renderingUndecided($0) }
    }
}

extension PolicyComparison.Difference {
    /// What is wrong, with the packet.
    fileprivate var proofWords: String {
        let what = kind == .overPermissive ? "it lets in" : "it keeps out"
        return "\(what) \(packet.flow(isOwn: isOwn)); what decides is "
            + (trace.responsible.map { "chain \($0.chain)" + ($0.comment.map { ", rule \"\($0)\"" } ?? "") }
                ?? "no rule")
    }
}
