// sources: Sources/Recorder/Decoding

/// A datagram of an NFLOG group, with the packets in it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: bytes, count: count).bytes
    var decoder = NflogDecoder(byteCount: count)
    var items = 0
    while let item = decoder.next(in: input) {
        items += 1
        precondition(items <= count / 16 + 1, "more messages than bytes")
        guard case .packet(let packet) = item else { continue }
        precondition(packet.prefix.end <= count && packet.payload.end <= count, "a range outside of the datagram")
        let header = PacketHeader(packet.payload, in: input)
        precondition(
            header.payload.count == 0
                || (header.payload.start >= packet.payload.start && header.payload.end <= packet.payload.end),
            "a payload outside of the packet")
        precondition(!header.hasPorts || header.fragment != .later, "ports of a later fragment")
    }
    // The same bytes as a packet.
    let header = PacketHeader(ByteRange(start: 0, count: count), in: input)
    precondition(header.payload.count == 0 || header.payload.end <= count, "a payload outside of the packet")
    return 0
}
