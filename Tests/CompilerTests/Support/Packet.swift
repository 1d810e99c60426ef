import Nftables
import Policy

/// A packet as the two hooks of the gate see it.
struct Packet {
    var hook: Chain.HookPoint = .prerouting
    var inInterface = "eth0"
    var outInterface = ""
    var source: IPAddress
    /// Whether it asks for 127.0.0.0/8 or ::1.
    var destinationIsLoopback = false
    /// The routing type of its destination; nil for one of another host.
    var destinationType: AddressType? = .local
    /// The routing type of its source; nil for another host.
    var sourceType: AddressType?
    var transport: UInt8
    var port: UInt16
    /// The whole second. The packet comes a nanosecond after it: a window that closes at T is open at T.000000000 in the kernel.
    var second: Int64
    var user: UInt32?
    var group: UInt32?
    var state: Nftables.ConnectionState = .new
    var isConfirmed = false
    /// Whether it goes the way of the one who opened the connection.
    var direction: ConnectionDirection = .original
    /// What the connection's mark is.
    var mark: UInt32 = 0
    var isDestinationTranslated = false
    /// The address of the other end, as the packet's destination, where it is an answer.
    var destination: IPAddress?
    /// The source of the connection's first packet; nil when it is `source`.
    var originalSource: IPAddress?
    /// The port it comes from, where the gate asks for it.
    var sourcePort: UInt16 = 40_000
    /// The payload; nil when there is none.
    var payload: [UInt8]?
    /// What its flags say; nil when they are of another kind, as those of most segments are.
    var flags: TCPFlags?
    /// The sets that know the connection, by name.
    var known: Set<String> = []
    var hasRouteBack = true
    var linkAddress: UInt64?
    var securityRequest: UInt32?
    var securityIndex: UInt32?
    /// The sets that hold its socket's cgroup.
    var cgroupSets: Set<String> = []
    /// The timed sets that hold its source.
    var timedSets: Set<String> = []
    /// Whether meters find the source over its rate.
    var isOverRate = false
    /// Whether a durable ledger takes records.
    var hasLedger = true
    /// Whether meters have no room for another source.
    var metersAreFull = false

    var family: AddressFamily {
        switch source {
        case .v4: .v4
        case .v6: .v6
        }
    }
}

extension Packet {
    /// Makes the first packet of an attempt, where the gate judges it.
    init(_ attempt: AccessAttempt, user: UInt32? = nil, group: UInt32? = nil) {
        self.init(
            source: attempt.source, transport: attempt.transport.rawValue, port: attempt.port,
            second: attempt.time.seconds)
        self.user = user
        self.group = group
        if attempt.isOwn {
            hook = .output
            inInterface = ""
            outInterface = "lo"
            destinationIsLoopback = attempt.source.isLoopback
        }
    }
}
