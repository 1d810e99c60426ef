public import Policy

/// What a look at a host has shown: every deviation with its id, and what was passed over.
public struct DriftReport: Sendable {
    /// A deviation and its id.
    public struct Entry: Hashable, Sendable {
        /// The id.
        public let id: FindingID
        /// The deviation.
        public let finding: DriftFinding
    }

    /// A deviation that somebody accepted for a time.
    public struct Ignored: Hashable, Sendable {
        /// The deviation.
        public let entry: Entry
        /// Why.
        public let reason: String
        /// The last day on which it is passed over, UTC.
        public let until: CivilDate
    }

    /// What the look was of.
    public struct Facts: Hashable, Sendable {
        /// The generation recorded last.
        public var generation: Int?
        /// The digest of the policy that was applied.
        public var appliedDigest: String?
        /// The digest of the policy that is declared; nil when none was named.
        public var declaredDigest: String?
        /// The kernel's generation of the whole ruleset; nil when it could not be read.
        public var kernelGeneration: UInt32?
        /// The paths of the policy: as named, else as recorded.
        public var paths: [String] = []

        /// Creates facts that are all unknown.
        public init() {}
    }

    /// When it was looked, by the host's clock.
    public let at: Instant
    /// What it was a look at.
    public let facts: Facts
    /// The deviations, the weightiest first.
    public let entries: [Entry]
    /// Those passed over.
    public let ignored: [Ignored]
    /// The files that places of findings are in.
    public let sources: SourceMap

    /// Makes a report of findings, in the order in which they were found.
    public init(
        at moment: Instant, facts: Facts, findings: [DriftFinding], ignores: DriftIgnores = DriftIgnores(),
        sources: SourceMap
    ) {
        at = moment
        self.facts = facts
        self.sources = sources
        let verdict = ignores.apply(to: FindingID.assign(findings), now: moment)
        let own = FindingID.assign(verdict.left.map(\.finding) + verdict.own).suffix(verdict.own.count)
        entries = (verdict.left + own).enumerated()
            .sorted { left, right in
                let (first, second) = (left.element.finding.diagnostic, right.element.finding.diagnostic)
                return first.severity == second.severity ? left.offset < right.offset : first.severity > second.severity
            }
            .map(\.element)
        ignored = verdict.ignored
    }

    /// Whether everything was looked at. What could not be looked at counts also when it is passed over.
    public var isComplete: Bool {
        !entries.contains { $0.finding.kind == .notLookedAt }
            && !ignored.contains { $0.entry.finding.kind == .notLookedAt }
    }

    /// Whether there is something to settle: an error or a warning about what was looked at.
    public var hasFindings: Bool {
        entries.contains { $0.finding.kind != .notLookedAt && $0.finding.diagnostic.severity >= .warning }
    }

    /// Finds a deviation, also one that is passed over.
    public func entry(_ id: FindingID) -> Entry? {
        entries.first { $0.id == id } ?? ignored.first { $0.entry.id == id }?.entry
    }

    /// The number of findings of a severity.
    public func count(_ severity: Severity) -> Int {
        entries.count { $0.finding.diagnostic.severity == severity }
    }
}
