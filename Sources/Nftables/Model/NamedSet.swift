/// A named set.
public struct NamedSet: Hashable, Sendable {
    /// What the set holds. Elements are sorted and disjoint.
    public enum Content: Hashable, Sendable {
        /// `type ipv4_addr; flags interval`.
        case ipv4([Range32])
        /// `type ipv6_addr; flags interval`.
        case ipv6([Range128])
        /// `typeof meta time; flags interval`.
        case time([RangeTime])
        /// `type ipv4_addr` or `ipv6_addr; flags dynamic,timeout`: filled by the kernel; its elements are no part of the meaning.
        case dynamic(family: AddressFamily, size: UInt32, timeoutSeconds: UInt32)
        /// `type ipv4_addr` or `ipv6_addr; flags timeout`, with `interval` for ranges: filled by portgate while the gate is in
        /// force; its elements are no part of the meaning.
        case timed(family: AddressFamily, ranges: Bool, size: UInt32)
        /// `type cgroupsv2`: cgroup ids, filled by portgate; they are no part of the meaning.
        case cgroups
        /// `typeof ct id . tcp sport`, or with `. tcp sequence`; `flags dynamic,timeout`: connections that the kernel remembers.
        case connections(sequence: Bool, size: UInt32, timeoutSeconds: UInt32)
        /// `type nf_proto; flags timeout`: protocols that are in it for a time only, until the kernel takes them out. With a
        /// number of seconds `flags dynamic,timeout`: packets put them in anew. Its elements are no part of the meaning.
        case timedProtocols(refreshedForSeconds: UInt32? = nil)
    }

    /// Whether the elements are part of the table's meaning. Those of the others come and go while the gate is in force.
    public var hasDeclaredElements: Bool {
        switch content {
        case .ipv4, .ipv6, .time: true
        case .dynamic, .timed, .cgroups, .connections, .timedProtocols: false
        }
    }

    /// The size of a set of protocols that packets fill: the kernel knows fewer.
    static let protocolsSize: UInt32 = 16

    /// The name.
    public var name: String
    /// What it is, for people.
    public var comment: String?
    /// What it holds.
    public var content: Content

    /// Creates a set.
    public init(name: String, comment: String? = nil, content: Content) {
        self.name = name
        self.comment = comment
        self.content = content
    }
}
