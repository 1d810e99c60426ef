/// How the two sides of an SSH connection introduced themselves.
public struct SSHFacts: Hashable, Sendable {
    static let mostBytes = 255

    /// The client's identification without its line end: `SSH-2.0-OpenSSH_9.2`.
    public internal(set) var client: String?
    /// The server's identification. Lines that it sent before are not kept.
    public internal(set) var server: String?
}

/// Reads the identification strings (RFC 4253, section 4.2): at most 255 bytes, the server's behind other lines perhaps.
struct SSHBanners: Hashable, Sendable {
    private(set) var facts = SSHFacts()
    private(set) var isClientFinished = false
    private(set) var isServerFinished = false
    private var clientLines = LineScanner()
    private var serverLines = LineScanner()

    mutating func readClient(_ stream: StreamHead, isAtEnd: Bool) {
        guard !isClientFinished else { return }
        facts.client = Self.next(&clientLines, in: stream, isAtEnd: isAtEnd)
        isClientFinished = facts.client != nil || stream.isFull
    }

    mutating func readServer(_ stream: StreamHead, isAtEnd: Bool) {
        guard !isServerFinished else { return }
        facts.server = Self.next(&serverLines, in: stream, isAtEnd: isAtEnd)
        isServerFinished = facts.server != nil || stream.isFull
    }

    /// Returns the next line that begins with `SSH-`.
    private static func next(_ lines: inout LineScanner, in stream: StreamHead, isAtEnd: Bool) -> String? {
        let mark = "SSH-".utf8
        while let line = lines.next(in: stream.bytes, available: stream.available) {
            guard stream.bytes[line].starts(with: mark) else { continue }
            return EscapedText.text(stream.bytes[line], limit: SSHFacts.mostBytes)
        }
        // What there is of a line that is too long, its line end left out, or does not end.
        let open = stream.bytes[lines.start..<max(lines.start, stream.available)]
        guard open.starts(with: mark), open.count > SSHFacts.mostBytes + 2 || isAtEnd else { return nil }
        return EscapedText.text(open, limit: SSHFacts.mostBytes)
    }
}
