import Nftables
public import Policy

/// What applying would change, in the words of the policy. Computed apart from how it is shown.
public struct Plan: Hashable, Sendable {
    /// What happens to a port or a rule.
    public enum Action: String, Hashable, Sendable {
        /// It is new.
        case add
        /// It stays and says something else.
        case change
        /// It goes.
        case remove
    }

    /// Addresses that come or go.
    public struct Addresses: Hashable, Sendable {
        /// Blocks, at the fewest that cover them exactly.
        public let blocks: Int
        /// Addresses; nil for IPv6, where the number tells nothing.
        public let addresses: UInt64?
        /// The first few blocks.
        public let sample: [String]

        /// Creates a description.
        public init(blocks: Int, addresses: UInt64?, sample: [String]) {
            self.blocks = blocks
            self.addresses = addresses
            self.sample = sample
        }
    }

    /// One thing that is different.
    public enum Detail: Hashable, Sendable {
        /// Sources of a family that come and go.
        case sources(family: String, added: Addresses?, removed: Addresses?)
        /// Something that is said otherwise: what it was, and what it becomes.
        case said(label: String, from: String, to: String)
        /// Something worth reading beside a change.
        case note(String)
    }

    /// A port or a rule that is added, changed or removed.
    public struct Change: Hashable, Sendable {
        /// What happens.
        public let action: Action
        /// The port.
        public let port: String
        /// The rule; nil when the port itself is meant.
        public let rule: String?
        /// What it is, in a line; empty for a change, which its details tell.
        public let headline: String
        /// What is different.
        public let details: [Detail]
    }

    /// The changes: ports by name, each followed by its rules in their order.
    public let changes: [Change]
    /// What another hand changed in the table since the last apply; applying undoes it.
    public let alterations: [TableDeviation]
    /// Differences that change nobody's access: comments, the digest, how far ahead windows are rendered.
    public let renewals: [String]
    /// How the policy's clock is moved against the live one; nil when it is not. Windows open and close by it.
    public let clockMove: String?
    /// How far ahead windows are rendered, by the policy's clock.
    public let horizon: Instant?
    /// Seconds by which the policy's clock is shifted; not 0 in a rehearsal.
    public let clockOffset: Int64
    /// Whether the live table and the declared one are the same.
    public let isNothing: Bool

    /// How many ports and rules are added, changed and removed.
    public var counts: (add: Int, change: Int, remove: Int) {
        func count(_ action: Action) -> Int { changes.count { $0.action == action } }
        return (count(.add), count(.change), count(.remove))
    }

    /// Whether somebody's access or record changes: more than a renewal.
    public var changesAccess: Bool { !changes.isEmpty || !alterations.isEmpty || clockMove != nil }
}
