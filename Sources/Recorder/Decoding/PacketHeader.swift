/// What the headers of an IP packet say, as much of it as there is.
public struct PacketHeader: Hashable, Sendable {
    /// Why headers cannot be read to their end. What was read before stands.
    public enum Fault: UInt8, Hashable, Sendable, CaseIterable {
        /// There is nothing.
        case empty
        /// It is neither IPv4 nor IPv6.
        case version
        /// It ends inside the network header.
        case networkHeader
        /// A length says less than the header itself, or the header is shorter than it must be.
        case networkLength
        /// The extension headers do not end, or not inside the packet.
        case extensions
        /// It ends inside the transport header.
        case transportHeader
        /// The transport header says a length that cannot be.
        case transportLength
    }

    /// Which part of a datagram it is.
    public enum Fragment: UInt8, Hashable, Sendable {
        /// All of it.
        case whole
        /// The first part, with the transport header.
        case first
        /// A later part, which has no ports.
        case later
    }

    /// Why it ends early; nil when all of it was read.
    public var fault: Fault?
    /// Both ends; ports only when ``hasPorts``.
    public var tuple = FlowTuple()
    /// Whether there was a transport header with ports.
    public var hasPorts = false
    /// Which part of a datagram it is.
    public var fragment = Fragment.whole
    /// The flags of TCP: 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG.
    public var tcpFlags: UInt8 = 0
    /// The sequence number of TCP.
    public var tcpSequence: UInt32 = 0
    /// The acknowledgement number of TCP.
    public var tcpAcknowledgement: UInt32 = 0
    /// The type of ICMP.
    public var icmpType: UInt8 = 0
    /// The code of ICMP.
    public var icmpCode: UInt8 = 0
    /// What TCP, UDP or SCTP carries, as much as was copied.
    public var payload = ByteRange.empty

    /// Creates headers that say nothing.
    public init() {}

    /// Reads the headers of a packet at a place of some bytes.
    public init(_ packet: ByteRange, in bytes: RawSpan) {
        guard packet.count > 0, bytes.has(packet.count, at: packet.start) else {
            fault = .empty
            return
        }
        switch bytes.byte(at: packet.start) >> 4 {
        case 4: readIPv4(packet, in: bytes)
        case 6: readIPv6(packet, in: bytes)
        default: fault = .version
        }
    }

    private mutating func readIPv4(_ packet: ByteRange, in bytes: RawSpan) {
        guard packet.count >= 20 else { return stop(.networkHeader) }
        let start = packet.start
        tuple.transport = bytes.byte(at: start + 9)
        tuple.source = FlowAddress(v4: bytes.network32(at: start + 12))
        tuple.destination = FlowAddress(v4: bytes.network32(at: start + 16))
        let header = Int(bytes.byte(at: start) & 15) * 4
        // Zero where the card is to cut the packet up (TSO).
        let total = Int(bytes.network16(at: start + 2))
        guard header >= 20, total == 0 || total >= header else { return stop(.networkLength) }
        guard header <= packet.count else { return stop(.networkHeader) }
        let part = bytes.network16(at: start + 6)
        if part & 0x1fff != 0 {
            fragment = .later
            return
        }
        if part & 0x2000 != 0 { fragment = .first }
        let end = total == 0 ? packet.end : min(packet.end, start + total)
        readTransport(ByteRange(start: start + header, count: end - start - header), in: bytes)
    }

    private mutating func readIPv6(_ packet: ByteRange, in bytes: RawSpan) {
        guard packet.count >= 40 else { return stop(.networkHeader) }
        let start = packet.start
        tuple.source = FlowAddress(bits: bytes.network128(at: start + 8))
        tuple.destination = FlowAddress(bits: bytes.network128(at: start + 24))
        // Zero for what is longer than can be said (jumbograms, BIG TCP).
        let length = Int(bytes.network16(at: start + 4))
        let end = length == 0 ? packet.end : min(packet.end, start + 40 + length)
        var number = bytes.byte(at: start + 6)
        var place = start + 40
        // More extension headers than anybody sends.
        for _ in 0..<16 {
            let size: Int
            switch number {
            // Hop by hop, routing, destination options, mobility, HIP, shim6.
            case 0, 43, 60, 135, 139, 140: size = (Int(bytes.byte(at: place + 1)) + 1) * 8
            case 44: size = 8
            // The authentication header counts words of four bytes, without the first two.
            case 51: size = (Int(bytes.byte(at: place + 1)) + 2) * 4
            default:
                tuple.transport = number
                return readTransport(ByteRange(start: place, count: end - place), in: bytes)
            }
            tuple.transport = number
            guard end - place >= 8, end - place >= size else { return stop(.extensions) }
            let next = bytes.byte(at: place)
            if number == 44 {
                let part = bytes.network16(at: place + 2)
                if part & 0xfff8 != 0 {
                    fragment = .later
                    tuple.transport = next
                    return
                }
                if part & 1 != 0 { fragment = .first }
            }
            number = next
            place += size
        }
        stop(.extensions)
    }

    private mutating func readTransport(_ part: ByteRange, in bytes: RawSpan) {
        let start = part.start
        switch tuple.transport {
        case 6:
            guard part.count >= 20 else { return readPorts(part, in: bytes, short: true) }
            readPorts(part, in: bytes, short: false)
            tcpSequence = bytes.network32(at: start + 4)
            tcpAcknowledgement = bytes.network32(at: start + 8)
            tcpFlags = bytes.byte(at: start + 13)
            let header = Int(bytes.byte(at: start + 12) >> 4) * 4
            guard header >= 20 else { return stop(.transportLength) }
            guard header <= part.count else { return stop(.transportHeader) }
            payload = ByteRange(start: start + header, count: part.count - header)
        case 17, 136:
            guard part.count >= 8 else { return readPorts(part, in: bytes, short: true) }
            readPorts(part, in: bytes, short: false)
            let length = Int(bytes.network16(at: start + 4))
            // Zero in a jumbogram, or all of it; UDP-Lite says here what its checksum covers.
            if tuple.transport == 17, length != 0 {
                guard length >= 8 else { return stop(.transportLength) }
                payload = ByteRange(start: start + 8, count: min(part.count, length) - 8)
            } else {
                payload = ByteRange(start: start + 8, count: part.count - 8)
            }
        case 132, 33:
            guard part.count >= 12 else { return readPorts(part, in: bytes, short: true) }
            readPorts(part, in: bytes, short: false)
            payload = ByteRange(start: start + 12, count: part.count - 12)
        case 1, 58:
            guard part.count >= 2 else { return stop(.transportHeader) }
            icmpType = bytes.byte(at: start)
            icmpCode = bytes.byte(at: start + 1)
        default: break
        }
    }

    /// Reads ports, which stand first in every transport header that has them.
    private mutating func readPorts(_ part: ByteRange, in bytes: RawSpan, short: Bool) {
        if short { fault = .transportHeader }
        guard part.count >= 4 else { return }
        tuple.sourcePort = bytes.network16(at: part.start)
        tuple.destinationPort = bytes.network16(at: part.start + 2)
        hasPorts = true
    }

    private mutating func stop(_ fault: Fault) { self.fault = fault }
}
