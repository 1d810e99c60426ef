/// By what the kernel remembers a connection: conntrack's id (a keyed hash, nf_ct_get_id), the client's port, and for the place
/// of its first byte a sequence number.
public enum ConnectionKey: Hashable, Sendable, CaseIterable {
    /// `ct id . tcp sport`: a segment of the client.
    case client
    /// `ct id . tcp dport`: a segment of the server.
    case server
    /// `ct id . tcp sport . tcp sequence`: where a segment of the client starts.
    case clientSequence
    /// `ct id . tcp dport . tcp ackseq`: what a segment of the server acknowledges.
    case serverAcknowledges

    /// Whether the key ends with a sequence number.
    public var hasSequence: Bool { self == .clientSequence || self == .serverAcknowledges }
}

/// A direction of a connection (enum ip_conntrack_dir).
public enum ConnectionDirection: UInt8, Hashable, Sendable, CaseIterable {
    /// As the one who opened it sends.
    case original = 0
    /// As the other side answers.
    case reply = 1
}

/// A test of a TCP segment's flags.
public enum TCPFlags: Hashable, Sendable, CaseIterable {
    /// SYN, and none of FIN, RST, ACK.
    case opening
    /// SYN and ACK.
    case openingAnswer
    /// SYN, whatever else.
    case synchronizing
    /// RST.
    case reset
    /// URG.
    case urgent
}
