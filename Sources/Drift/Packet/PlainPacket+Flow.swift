import Nftables
import Policy

extension PlainPacket {
    /// The source address.
    var sourceAddress: IPAddress { address(.source) }
    /// The destination address.
    var destinationAddress: IPAddress { address(.destination) }

    private func address(_ quantity: Quantity) -> IPAddress {
        let bits = self[quantity]
        return context.family == .v4
            ? .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits))) : .v6(IPv6Address(bits: bits))
    }

    /// From whom to which port, and when: `203.0.113.7 → 8443/tcp at 2026-11-21T10:00:00Z`.
    func flow(isOwn: Bool) -> String {
        let number = UInt8(truncatingIfNeeded: self[.transport])
        let transport = TransportProtocol(rawValue: number)?.name ?? "protocol \(number)"
        var words = "\(sourceAddress)\(isOwn ? " (this host itself)" : "") → \(self[.destinationPort])/\(transport)"
        let time = self[.meta(MetaKey.time.rawValue)]
        if time != 0 { words += " at \(Instant(seconds: Int64(clamping: time / 1_000_000_000)).rfc3339)" }
        return words
    }
}
