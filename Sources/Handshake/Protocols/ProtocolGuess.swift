/// What the first bytes of one side are. Where `docs/request-types.md` says which bytes the kernel compares, the same are asked
/// for here.
enum ProtocolGuess: Hashable, Sendable {
    /// There are too few bytes to say.
    case open
    /// They are nothing that is known.
    case unknown
    /// They claim to be this.
    case known(RecognisedProtocol)

    /// What a test of bytes says.
    private enum Answer {
        case yes
        case no
        case open
    }

    private static let mostMethodBytes = 32
    /// How far the end of a request line with an unknown method is looked for.
    private static let mostLineBytes = 1_024

    /// Judges the bytes of a client.
    static func client(_ bytes: ArraySlice<UInt8>, overTCP: Bool) -> ProtocolGuess {
        guard !bytes.isEmpty else { return .open }
        guard overTCP else { return isQuery(bytes, reply: false) == .yes ? .known(.dns) : .unknown }
        return first([
            (.tls, isTLS(bytes, message: 1)), (.ssh, starts(bytes, "SSH-".utf8)), (.http, isRequest(bytes)),
            (.postgresql, isPostgreSQL(bytes)), (.redis, isRedis(bytes)),
            (.dns, isQueryOverTCP(bytes, reply: false)),
        ])
    }

    /// Judges the bytes of a server.
    static func server(_ bytes: ArraySlice<UInt8>, overTCP: Bool) -> ProtocolGuess {
        guard !bytes.isEmpty else { return .open }
        guard overTCP else { return isQuery(bytes, reply: true) == .yes ? .known(.dns) : .unknown }
        return first([
            (.tls, isTLS(bytes, message: 2)), (.tls, isAlert(bytes)), (.ssh, starts(bytes, "SSH-".utf8)),
            (.http, starts(bytes, "HTTP/1.".utf8)), (.dns, isQueryOverTCP(bytes, reply: true)),
        ])
    }

    private static func first(_ answers: [(RecognisedProtocol, Answer)]) -> ProtocolGuess {
        if let match = answers.first(where: { $0.1 == .yes }) { return .known(match.0) }
        return answers.contains { $0.1 == .open } ? .open : .unknown
    }

    private static func starts(_ bytes: ArraySlice<UInt8>, _ mark: String.UTF8View) -> Answer {
        if bytes.starts(with: mark) { return .yes }
        return bytes.count < mark.count && mark.starts(with: bytes) ? .open : .no
    }

    /// A record of the handshake that begins with this message.
    private static func isTLS(_ bytes: ArraySlice<UInt8>, message: UInt8) -> Answer {
        let bytes = Array(bytes.prefix(6))
        guard bytes[0] == 0x16, bytes.count < 2 || bytes[1] == 3 else { return .no }
        guard bytes.count == 6 else { return .open }
        return (bytes[3] | bytes[4]) != 0 && bytes[5] == message ? .yes : .no
    }

    /// An alert in plain text.
    private static func isAlert(_ bytes: ArraySlice<UInt8>) -> Answer {
        let bytes = Array(bytes.prefix(5))
        guard bytes[0] == 0x15, bytes.count < 2 || bytes[1] == 3 else { return .no }
        guard bytes.count == 5 else { return .open }
        return bytes[3] == 0 && bytes[4] == 2 ? .yes : .no
    }

    /// A method and a space; a method that is not registered stands in a line that names HTTP.
    private static func isRequest(_ bytes: ArraySlice<UInt8>) -> Answer {
        let method = bytes.prefix(mostMethodBytes + 1).prefix(while: isTokenByte)
        guard (1...mostMethodBytes).contains(method.count) else { return .no }
        guard let next = bytes[method.endIndex...].first else { return .open }
        guard next == UInt8(ascii: " ") else { return .no }
        if HTTPMethods.contains(method) { return .yes }
        let line = bytes.prefix(mostLineBytes).prefix { $0 != UInt8(ascii: "\n") }
        guard line.endIndex < bytes.endIndex else { return line.count < mostLineBytes ? .open : .no }
        guard let space = line.lastIndex(of: UInt8(ascii: " ")), space > method.endIndex else { return .no }
        return line[(space + 1)...].starts(with: "HTTP/".utf8) ? .yes : .no
    }

    /// The characters of a token (RFC 9110, section 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x5e...0x7a, 0x7c, 0x7e, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e: true
        default: false
        }
    }

    /// A StartupMessage of version 3, a wish to encrypt, or a CancelRequest.
    private static func isPostgreSQL(_ bytes: ArraySlice<UInt8>) -> Answer {
        let bytes = Array(bytes.prefix(8))
        guard bytes[0] == 0, bytes.count < 2 || bytes[1] == 0, bytes.count < 3 || bytes[2] < 0x40 else { return .no }
        guard bytes.count == 8 else { return .open }
        let length = Int(bytes[2]) << 8 | Int(bytes[3])
        switch (bytes[4], bytes[5], bytes[6], bytes[7]) {
        case (0x00, 0x03, _, _): return length >= 8 ? .yes : .no
        case (0x04, 0xd2, 0x16, 0x2e): return (16..<512).contains(length) ? .yes : .no
        case (0x04, 0xd2, 0x16, 0x2f), (0x04, 0xd2, 0x16, 0x30): return length == 8 ? .yes : .no
        default: return .no
        }
    }

    /// An array of bulk strings: `*1\r\n$4`.
    private static func isRedis(_ bytes: ArraySlice<UInt8>) -> Answer {
        guard bytes.first == UInt8(ascii: "*") else { return .no }
        let digits = bytes.dropFirst().prefix(8).prefix { (0x30...0x39).contains($0) }
        guard digits.count <= 7 else { return .no }
        let behind = bytes[digits.endIndex...]
        guard !behind.isEmpty else { return .open }
        guard !digits.isEmpty else { return .no }
        let mark = starts(behind, "\r\n$".utf8)
        guard mark == .yes else { return mark }
        guard let length = behind.dropFirst(3).first else { return .open }
        return (0x30...0x39).contains(length) ? .yes : .no
    }

    private static func isQueryOverTCP(_ bytes: ArraySlice<UInt8>, reply: Bool) -> Answer {
        let length = bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 2 else { return .open }
        guard length >= 17 || (reply && length >= 12) else { return .no }
        return isQuery(bytes.dropFirst(2), reply: reply)
    }

    /// The header of a message of DNS (RFC 1035, section 4.1.1): a query with one question and nothing else but what stands
    /// behind it, or an answer to at most one question.
    private static func isQuery(_ bytes: ArraySlice<UInt8>, reply: Bool) -> Answer {
        let header = Array(bytes.prefix(12))
        if header.count > 2, header[2] & 0xf8 != (reply ? 0x80 : 0x00) { return .no }
        // Bit 6 of the second byte of flags has to be zero.
        if header.count > 3, header[3] & 0x40 != 0 { return .no }
        if header.count > 4, header[4] != 0 { return .no }
        if header.count > 5, reply ? header[5] > 1 : header[5] != 1 { return .no }
        if !reply, header.dropFirst(6).prefix(4).contains(where: { $0 != 0 }) { return .no }
        return header.count == 12 ? .yes : .open
    }
}
