/// Reads the first bytes of one connection and says what they tell: the one entry point of this module.
///
/// It is fed with what was seen of the connection, in whatever order, and asked for its ``facts`` at any time. Input is taken
/// for hostile: nothing in it makes the reader fail, and the work is bounded by the bytes that are kept: each is read once, but
/// for the first thousand, which may be looked at with each packet while it is open what they are.
///
/// Memory: each direction keeps at most ``limit`` bytes of its stream, and at most as many again of a TLS message that is put
/// together from records; with the usual limit of 16 KiB that is 64 KiB for both. The facts have at most 12 KiB, everything
/// else less than 4 KiB: **80 KiB in all**, and 16 KiB once ``isFinished``. A connection that says little takes little: memory
/// comes with the bytes. While a ClientHello is read, up to 160 KiB are taken for a moment, whatever the number of connections.
public struct HandshakeReader: Sendable {
    /// What carries the connection.
    public enum Transport: Hashable, Sendable {
        /// Segments with sequence numbers.
        case tcp
        /// Datagrams, of which the first of each direction is read.
        case udp
    }

    private let transport: Transport
    private let declared: [DeclaredRequest]
    private var client: StreamHead
    private var server: StreamHead
    private var conversation: Conversation
    private var moves = 0

    /// Whether nothing more can be learned, and no more packets are wanted. What is fed afterwards is ignored.
    public private(set) var isFinished = false

    /// Starts to read a connection to a port that declares these types of requests; an empty list declares nothing, and then
    /// nothing is a surprise.
    public init(
        transport: Transport = .tcp, declared: [DeclaredRequest] = [], limit: Int = StreamHead.usualLimit
    ) {
        self.transport = transport
        self.declared = declared
        client = StreamHead(limit: limit)
        server = StreamHead(limit: limit)
        conversation = Conversation(overTCP: transport == .tcp, limit: limit)
    }

    /// The most bytes of a direction that are read.
    public var limit: Int { client.limit }

    /// What is known so far.
    public var facts: HandshakeFacts {
        var facts = conversation.facts(declared: declared)
        facts.hasConflict = client.hasConflict || server.hasConflict
        return facts
    }

    /// How much memory there is for reading on: never more than four times the limit, and what malloc adds.
    var heldBytes: Int { client.bytes.capacity + server.bytes.capacity + conversation.heldBytes }

    /// Says that a direction's SYN had this sequence number. Without it the first packet is taken for the start of the stream,
    /// and up to four times an earlier one is believed instead.
    public mutating func begin(_ direction: Direction, synchronize sequence: UInt32) {
        switch direction {
        case .client: client.begin(at: sequence &+ 1)
        case .server: server.begin(at: sequence &+ 1)
        }
    }

    /// Takes the payload of a packet. A segment without payload is worth feeding: it says where the stream begins. The sequence
    /// number of a datagram is ignored.
    public mutating func take(_ direction: Direction, sequence: UInt32, payload: Span<UInt8>) {
        guard !isFinished else { return }
        switch (transport, direction) {
        case (.tcp, .client): client.take(sequence: sequence, payload: payload)
        case (.tcp, .server): server.take(sequence: sequence, payload: payload)
        case (.udp, .client): client.take(datagram: payload)
        case (.udp, .server): server.take(datagram: payload)
        }
        read(isAtEnd: false)
    }

    /// Takes the payload of a packet, as ``take(_:sequence:payload:)`` of a span does.
    public mutating func take(_ direction: Direction, sequence: UInt32, payload: [UInt8]) {
        take(direction, sequence: sequence, payload: payload.span)
    }

    /// Says that no more packets come: the connection was closed, or enough were recorded.
    public mutating func end() {
        guard !isFinished else { return }
        read(isAtEnd: true)
        finish()
    }

    private mutating func read(isAtEnd: Bool) {
        if client.moves + server.moves != moves {
            // The bytes stand elsewhere now: what was read of them counts no longer.
            moves = client.moves + server.moves
            conversation = Conversation(overTCP: transport == .tcp, limit: limit)
        }
        conversation.read(client: client, server: server, isAtEnd: isAtEnd)
        if conversation.isFinished { finish() }
    }

    private mutating func finish() {
        isFinished = true
        client.discard()
        server.discard()
        conversation.discard()
    }
}
