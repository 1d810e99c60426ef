import Compiler
public import Nftables
public import Policy

/// A ruleset about to be put in force, with what will be recorded of it.
public struct GateChange: Sendable {
    /// The table; nil takes the gate away.
    public let table: Table?
    /// What will be recorded of it.
    let ruleset: GenerationRuleset
    /// The digest of that.
    public let rulesetDigest: String
    /// How it comes to be.
    public let origin: GenerationRecord.Origin
    /// The policy's name.
    public let policyName: String
    /// The policy's digest.
    public let policyDigest: String
    /// The paths that were given.
    public let paths: [String]
    /// The policy's files.
    public let sources: [GenerationRecord.Source]
    /// The list files that the policy names, without content where the state directory holds it; nil when nobody knows them.
    public let lists: [ListFile]?
    /// The last moment for which windows are rendered.
    public let horizon: Instant?
    /// Seconds by which rendered instants are shifted.
    public let clockOffset: Int64
    /// Whether it was proved that the table lets in what the policy allows; false when that was skipped, nil when nobody knows.
    public let isProved: Bool?

    /// Creates a change.
    ///
    /// - Throws: PG419 for a table that nft would not take.
    public init(
        table: Table?, origin: GenerationRecord.Origin, policyName: String, policyDigest: String,
        paths: [String], sources: [GenerationRecord.Source], lists: [ListFile]? = [], horizon: Instant?,
        clockOffset: Int64, isProved: Bool? = nil
    ) throws(GateFailure) {
        self.table = table
        do throws(TableError) { ruleset = try GenerationRuleset(table) } catch { throw .notLoadable("\(error)") }
        rulesetDigest = ruleset.digest
        self.origin = origin
        self.policyName = policyName
        self.policyDigest = policyDigest
        self.paths = paths
        self.sources = sources
        self.lists = lists
        self.horizon = horizon
        self.clockOffset = clockOffset
        self.isProved = isProved
    }

    /// Returns the change to the same gate under the epoch after that of what is live, so that every connection is judged by
    /// it; what is live already stays as it is.
    public func entering(after live: Table?) throws(GateFailure) -> GateChange {
        guard let table, let live, let epoch = GateEpoch(of: live) else { return self }
        let entered = table.withEpoch(epoch.number) == live ? live : table.withEpoch(epoch.next)
        guard entered != table else { return self }
        return try GateChange(
            table: entered, origin: origin, policyName: policyName, policyDigest: policyDigest,
            paths: paths, sources: sources, lists: lists, horizon: horizon, clockOffset: clockOffset,
            isProved: isProved)
    }

    /// The table of a change that is to be confirmed: taking the gate away is none.
    var requiredTable: Table {
        get throws(GateFailure) {
            guard let table else { throw .notLoadable("a change that takes the gate away cannot be confirmed later") }
            return table
        }
    }
}
