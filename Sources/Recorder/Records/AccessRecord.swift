/// A record of an access as numbers, before it is written: what it names is found in the recorder's tables.
struct AccessRecord {
    /// The moment it tells of, in nanoseconds since 1970.
    var time: Int64 = 0
    var action = RecordAction.foreign
    /// What the policy says; nil takes that of the action.
    var isDenied: Bool?
    var tuple = FlowTuple()
    /// Whether the ports of the tuple are known.
    var hasPorts = false
    /// The prefix of the rule; what it says beside port and rule only when ``hasDetail``.
    var prefix: UInt32?
    var hasDetail = false
    /// Where no prefix is known, the port that the policy declares.
    var port: Int32 = -1
    var identity: UInt32 = 0
    var interface: UInt32 = 0
    var direction: Direction?
    var user: UInt32?
    var fault: PacketHeader.Fault?
    var original: ConntrackEvent.Count?
    var reply: ConntrackEvent.Count?
    /// When the connection began; nil where that is this record's moment, or not known.
    var start: Int64?
    var duration: Int64?
    var state: StaticString?
    var reason: StaticString?
    var suppressed: UInt64 = 0
    var first: Int64 = 0
    var last: Int64 = 0
    /// The epoch under which the connection was allowed, when its mark tells; else the one in force.
    var epoch: UInt8?
    /// The connection whose handshake facts belong to it.
    var handshake: Int?
}

extension PacketHeader.Fault {
    /// The word in records.
    var name: StaticString {
        switch self {
        case .empty: "empty"
        case .version: "version"
        case .networkHeader: "network-header"
        case .networkLength: "network-length"
        case .extensions: "extensions"
        case .transportHeader: "transport-header"
        case .transportLength: "transport-length"
        }
    }
}
