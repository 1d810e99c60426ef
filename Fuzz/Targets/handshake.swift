// sources: Sources/Handshake/Stream Sources/Handshake/Text Sources/Handshake/TLS Sources/Handshake/Certificate Sources/Handshake/Protocols Sources/Handshake/Facts Sources/Handshake/Reader

/// Stands for the SHA-256 of nettle, which is not compiled here: the readers are what is tested.
enum SHA256 {
    static func digest(_ bytes: [UInt8]) -> [UInt8] { [UInt8](repeating: bytes.last ?? 0, count: 32) }
}

/// A connection as packets: the input is a byte of flags, and packets of a byte for the direction and what is done with the
/// sequence number, two bytes for a length, and the payload.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let flags = input.first else { return 0 }
    var reader = HandshakeReader(
        transport: flags & 1 == 0 ? .tcp : .udp, declared: flags & 2 == 0 ? [] : [.known(.tls), .known(.postgresql)],
        limit: flags & 4 == 0 ? StreamHead.usualLimit : 97)
    if flags & 8 == 0 {
        reader.begin(.client, synchronize: 0xffff_fff0)
        reader.begin(.server, synchronize: 0x7fff_fff0)
    }
    var next: [UInt32] = [0xffff_fff1, 0x7fff_fff1]
    var place = 1
    while place + 3 <= input.count {
        let command = input[place]
        let length = min(Int(input[place + 1]) << 8 | Int(input[place + 2]), input.count - place - 3)
        let payload = Array(input[(place + 3)..<(place + 3 + length)])
        place += 3 + length
        let side = Int(command & 1)
        // The next segment, or one that is moved by up to 63 bytes either way.
        let shift = Int32(command >> 1) - 64
        let sequence = command & 0x80 == 0 ? next[side] : next[side] &+ UInt32(bitPattern: shift)
        // An empty packet may be a SYN, which may come late.
        if length == 0, flags & 16 != 0 { reader.begin(side == 0 ? .client : .server, synchronize: sequence) }
        reader.take(side == 0 ? .client : .server, sequence: sequence, payload: payload)
        next[side] = sequence &+ UInt32(payload.count)
    }
    reader.end()
    precondition(reader.isFinished, "it goes on behind the end")
    var json: [UInt8] = []
    reader.facts.appendMembers(to: &json)
    precondition(json.count < 20_000, "too much is said")
    precondition(json.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character")
    precondition(String(validating: json, as: UTF8.self) != nil, "no UTF-8")
    return 0
}
