import Policy

/// The first packet of a connection attempt, as bytes on the wire with the checksums that conntrack asks for.
///
/// The source port is the packet's identity: it stands in the first two bytes of every transport header that has ports, so
/// that what arrives can be told apart whatever its protocol.
struct TrialPacket: Hashable, Sendable {
    /// The protocol number of the packet that ends a batch: set aside for experiments (RFC 3692), without ports, never gated.
    static let sentinelProtocol: UInt8 = 253

    var source: IPAddress
    var destination: IPAddress
    var transport: TransportProtocol
    var sourcePort: UInt16
    var destinationPort: UInt16

    /// The packet, from its IP header on; empty when the two addresses are of different families.
    var bytes: [UInt8] {
        var segment = header
        Self.put(sum(of: segment), into: &segment, at: checksumOffset)
        if transport == .sctp {
            // SCTP's own sum is a CRC-32C in little-endian order over the segment alone (RFC 9260, appendix A).
            let sum = CRC32C.checksum(of: segment)
            for index in 0..<4 { segment[8 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
        }
        return Self.wrapped(segment, protocol: transport.rawValue, from: source, to: destination)
    }

    /// Returns the packet that ends a batch, marked with its number.
    static func sentinel(number: UInt32, from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        wrapped(big(number), protocol: sentinelProtocol, from: source, to: destination)
    }

    // The transport header, its checksum zero.
    private var header: [UInt8] {
        let ports = Self.big(sourcePort) + Self.big(destinationPort)
        switch transport {
        case .tcp:
            // Sequence, no acknowledgement, five words, SYN, window, checksum, urgent.
            return ports + Self.big(UInt32(sourcePort)) + [0, 0, 0, 0, 5 << 4, 0x02, 0xff, 0xff, 0, 0, 0, 0]
        case .udp:
            return ports + Self.big(UInt16(8 + Self.payload.count)) + [0, 0] + Self.payload
        case .udplite:
            // Coverage 0: the checksum covers everything (RFC 3828).
            return ports + [0, 0, 0, 0] + Self.payload
        case .dccp:
            // Five words, CCVal and CsCov 0, checksum, a Request with a 48-bit sequence, service code (RFC 4340).
            return ports + [5, 0, 0, 0, 0x01, 0, 0, 0] + Self.big(UInt32(sourcePort)) + [0, 0, 0, 0]
        case .sctp:
            // No tag yet, checksum, then an INIT of 20 bytes: tag, window, one stream each way, first number.
            return ports + [0, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 20] + Self.big(UInt32(sourcePort) + 1)
                + [0, 1, 0, 0, 0, 1, 0, 1] + Self.big(UInt32(sourcePort))
        }
    }

    private static let payload: [UInt8] = Array("trial.".utf8)

    private var checksumOffset: Int? {
        switch transport {
        case .tcp: 16
        case .udp, .udplite, .dccp: 6
        case .sctp: nil
        }
    }

    // The internet checksum over the pseudo header and the segment.
    private func sum(of segment: [UInt8]) -> UInt16 {
        let pseudo =
            Self.octets(source) + Self.octets(destination) + Self.big(UInt32(segment.count))
            + Self.big(UInt32(transport.rawValue))
        let sum = InternetChecksum.sum(pseudo + segment)
        // A UDP checksum of zero would say that there is none.
        return sum == 0 && (transport == .udp || transport == .udplite) ? 0xffff : sum
    }

    private static func put(_ value: UInt16, into segment: inout [UInt8], at offset: Int?) {
        guard let offset else { return }
        segment[offset] = UInt8(value >> 8)
        segment[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    private static func wrapped(
        _ segment: [UInt8], protocol number: UInt8, from source: IPAddress, to destination: IPAddress
    ) -> [UInt8] {
        switch (source, destination) {
        case (.v4, .v4):
            var header: [UInt8] = [0x45, 0] + big(UInt16(20 + segment.count)) + [0, 0, 0x40, 0, 64, number, 0, 0]
            header += octets(source) + octets(destination)
            let sum = InternetChecksum.sum(header)
            put(sum, into: &header, at: 10)
            return header + segment
        case (.v6, .v6):
            return [0x60, 0, 0, 0] + big(UInt16(segment.count)) + [number, 64] + octets(source) + octets(destination)
                + segment
        default:
            return []
        }
    }

    /// Returns an address in network byte order.
    static func octets(_ address: IPAddress) -> [UInt8] {
        switch address {
        case .v4(let address): big(address.bits)
        case .v6(let address): big(address.bits)
        }
    }

    private static func big(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
