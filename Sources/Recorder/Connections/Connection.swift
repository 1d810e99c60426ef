/// What the recorder remembers of a connection while it lives.
struct Connection {
    /// What else is known of it.
    struct Marks: OptionSet {
        let rawValue: UInt16
        /// A rule let it in, and that was recorded.
        static let allowed = Marks(rawValue: 1)
        /// It was refused while it was open.
        static let denied = Marks(rawValue: 2)
        /// It was cut.
        static let revoked = Marks(rawValue: 4)
        /// The first FIN came from whom it began.
        static let closedByOriginal = Marks(rawValue: 8)
        /// The first FIN came from who answers.
        static let closedByReply = Marks(rawValue: 16)
        /// Its first packet did not open it.
        static let midstream = Marks(rawValue: 32)
        /// ``Connection/user`` is known.
        static let hasUser = Marks(rawValue: 64)
        /// Conntrack has told of it, and ``Connection/identifier`` is its number there.
        static let isTracked = Marks(rawValue: 128)
        /// It was open before the recorder began.
        static let inherited = Marks(rawValue: 256)
        /// Any of those by which a record stands, or should, of its beginning.
        static let known = Marks(rawValue: 1 | 2 | 4 | 256)
    }

    var tuple = FlowTuple()
    var zone: UInt16 = 0
    /// When it began, in nanoseconds since 1970.
    var start: Int64 = 0
    /// When both sides had closed it, or one reset it; 0 while neither has.
    var closed: Int64 = 0
    /// The rule's prefix, by its number.
    var prefix: UInt32 = 0
    /// Who it is, by number; 0 for nobody.
    var identity: UInt32 = 0
    /// The interface it came by.
    var interface: UInt32 = 0
    /// Whose socket opened it.
    var user: UInt32 = 0
    /// The kernel's number for it.
    var identifier: UInt32 = 0
    /// The states of TCP that it was in, a bit for each.
    var states: UInt16 = 0
    /// The state of TCP that it was in last.
    var state: UInt8 = 0
    var direction = Direction.inbound
    var marks: Marks = []
    /// The last look at all connections that it was seen in.
    var sweep: UInt8 = 0
    var hash: UInt32 = 0
}
