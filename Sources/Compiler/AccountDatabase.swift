/// How the compiler learns the numbers of users and groups. Only numbers are rendered: a name that nft cannot resolve would
/// make the kernel refuse the whole ruleset.
public struct AccountDatabase: Sendable {
    /// Returns the number of a user, or nil when the host has no such user.
    public var user: @Sendable (_ name: String) -> UInt32?
    /// Returns the number of a group, or nil when the host has no such group.
    public var group: @Sendable (_ name: String) -> UInt32?

    /// Creates a database from its two calls.
    public init(
        user: @escaping @Sendable (_ name: String) -> UInt32?, group: @escaping @Sendable (_ name: String) -> UInt32?
    ) {
        self.user = user
        self.group = group
    }

    /// A database without accounts: every name is an error, numbers work.
    public static let none = AccountDatabase(user: { _ in nil }, group: { _ in nil })
}

/// A user or group name that became a number. The number keeps its meaning only as long as the account lives.
public struct ResolvedAccount: Hashable, Sendable {
    /// What the name is of.
    public enum Kind: String, Hashable, Sendable {
        /// A user.
        case user
        /// A group.
        case group
    }

    /// What the name is of.
    public let kind: Kind
    /// The name in the policy.
    public let name: String
    /// The number on this host at the time of compiling.
    public let number: UInt32
}
