// sources: Sources/Handshake/Stream Sources/Handshake/Text Sources/Handshake/TLS Sources/Handshake/Certificate Sources/Handshake/Facts/Direction.swift

/// Stands for the SHA-256 of nettle, which is not compiled here: the readers are what is tested.
enum SHA256 {
    static func digest(_ bytes: [UInt8]) -> [UInt8] { [UInt8](repeating: bytes.last ?? 0, count: 32) }
}

/// A TLS connection: the input is a byte that says how long the client's stream is in units of 32 bytes, and the two streams.
/// What the two tell must not depend on the pieces they come in.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard let first = input.first else { return 0 }
    let middle = min(1 + Int(first) * 32, input.count)
    let streams = [Array(input[1..<middle]), Array(input[middle...])]
    var whole = TLSConversation(clientFrom: 0, serverFrom: 0, limit: StreamHead.usualLimit)
    feed(streams[0], in: streams[0].count) { whole.readClient($0) }
    feed(streams[1], in: streams[1].count) { whole.readServer($0) }
    var parts = TLSConversation(clientFrom: 0, serverFrom: 0, limit: StreamHead.usualLimit)
    feed(streams[0], in: 7) { parts.readClient($0) }
    feed(streams[1], in: 11) { parts.readServer($0) }
    precondition(parts.facts == whole.facts, "the pieces matter")

    let facts = whole.facts
    let texts = [facts.clientSubject, facts.serverName?.text, facts.ja4].compactMap(\.self) + facts.protocols
    for text in texts + facts.clientAlternativeNames {
        precondition(text.utf8.count <= 1_027, "a text is too long")
        precondition(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character")
    }
    precondition(facts.ja4.map { $0.utf8.count == 36 } ?? true, "a fingerprint of another length")
    if let certificate = ClientCertificate(ByteReader(input)) {
        precondition(certificate.subject.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character")
    }
    return 0
}

private func feed(_ bytes: [UInt8], in size: Int, _ read: (StreamHead) -> Void) {
    var head = StreamHead()
    head.begin(at: 0)
    for start in stride(from: 0, to: bytes.count, by: max(size, 1)) {
        let piece = Array(bytes[start..<min(start + size, bytes.count)])
        head.take(sequence: UInt32(start), payload: piece.span)
        read(head)
    }
}
