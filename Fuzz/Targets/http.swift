// sources: Sources/Handshake/Stream Sources/Handshake/Text Sources/Handshake/Protocols Sources/Handshake/Facts/RecognisedProtocol.swift

/// The protocols of lines and of PostgreSQL: the input is what one side says, and each of them reads it for both.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    var whole = Readers()
    feed(input, in: max(input.count, 1)) { whole.read($0, isAtEnd: $1) }
    var parts = Readers()
    feed(input, in: 5) { parts.read($0, isAtEnd: $1) }
    precondition(whole.http.facts == parts.http.facts, "the pieces matter to HTTP")
    precondition(whole.ssh.facts == parts.ssh.facts, "the pieces matter to SSH")
    precondition(whole.postgresql.facts == parts.postgresql.facts, "the pieces matter to PostgreSQL")
    let http = whole.http.facts
    let postgresql = whole.postgresql.facts
    let texts = [
        http.method, http.path, http.version, http.host, whole.ssh.facts.client, whole.ssh.facts.server,
        postgresql.user, postgresql.database, postgresql.application,
    ]
    for text in texts.compactMap(\.self) {
        precondition(text.utf8.count <= 515, "a text is too long")
        precondition(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "a control character")
    }
    precondition(!(http.path ?? "").utf8.contains(UInt8(ascii: "?")), "a query is told")
    for overTCP in [true, false] {
        _ = ProtocolGuess.client(input[...], overTCP: overTCP)
        _ = ProtocolGuess.server(input[...], overTCP: overTCP)
    }
    return 0
}

private struct Readers {
    var http = HTTPHead()
    var ssh = SSHBanners()
    var postgresql = PostgreSQLStart()

    mutating func read(_ stream: StreamHead, isAtEnd: Bool) {
        http.readClient(stream, isAtEnd: isAtEnd)
        http.readServer(stream)
        ssh.readClient(stream, isAtEnd: isAtEnd)
        ssh.readServer(stream, isAtEnd: isAtEnd)
        postgresql.readClient(stream, isAtEnd: isAtEnd)
        postgresql.readServer(stream)
    }
}

private func feed(_ bytes: [UInt8], in size: Int, _ read: (StreamHead, Bool) -> Void) {
    var head = StreamHead()
    head.begin(at: 0)
    for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = Array(bytes[start..<min(start + size, bytes.count)])
        head.take(sequence: UInt32(start), payload: piece.span)
        read(head, start + size >= bytes.count)
    }
}
