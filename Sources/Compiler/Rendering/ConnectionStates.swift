import Nftables

/// What the gate notes of a connection in the highest eight bits of its part of the conntrack mark: a state in three bits, and
/// for a live connection the epoch in five. The bits of other owners are never touched.
struct ConnectionStates: Hashable, Sendable {
    /// What is known of a connection. 0 is nothing: it is new, or older than the gate.
    enum State: UInt32, Hashable, Sendable, CaseIterable {
        /// Let in to be judged by its first payload.
        case pending = 1
        /// The same, and the server's first bytes were right.
        case pendingServed = 2
        /// Allowed, the server's first bytes still to come.
        case unserved = 3
        /// Allowed; every packet is judged again, because what allows it may end.
        case admitted = 4
        /// Allowed under an epoch for as long as that lasts.
        case live = 5
    }

    /// The last epoch; 0 is none, and 31 is kept for ``dead``.
    static let lastEpoch: UInt8 = 30

    /// The eight bits.
    let mask: UInt32
    /// The epoch of this rendering, 1...30.
    let epoch: UInt8
    private let shift: UInt32

    /// Takes the highest eight bits of a mask of contiguous ones.
    init(mask: UInt32, epoch: UInt8) {
        shift = 24 - UInt32(mask.leadingZeroBitCount)
        self.mask = 0xff << shift
        self.epoch = min(max(epoch, 1), Self.lastEpoch)
    }

    /// Whether the connection is in a state, whatever its epoch.
    func isIn(_ state: State) -> Statement {
        .connectionMark(mask: 0xe0 << shift, value: value(of: state))
    }

    /// Whether nothing is known of the connection.
    var isUnknown: Statement { .connectionMark(mask: mask, value: 0) }
    /// Whether the connection is live under this very epoch.
    var isLive: Statement { .connectionMark(mask: mask, value: liveValue) }
    /// Whether the connection has been cut.
    var isDead: Statement { .connectionMark(mask: mask, value: mask) }
    /// Notes that the connection is live under this epoch.
    var setLive: Statement { .setConnectionMark(mask: mask, value: liveValue) }
    /// Notes that the connection has been cut.
    var setDead: Statement { .setConnectionMark(mask: mask, value: mask) }

    /// The mark of a state without an epoch, within the mask.
    func value(of state: State) -> UInt32 { state.rawValue << (5 + shift) }

    /// Notes a state; for ``State/live`` see ``setLive``.
    func set(_ state: State) -> Statement { .setConnectionMark(mask: mask, value: value(of: state)) }

    /// The mark of a live connection, within the mask.
    var liveValue: UInt32 { ((State.live.rawValue << 5) | UInt32(epoch)) << shift }
}
