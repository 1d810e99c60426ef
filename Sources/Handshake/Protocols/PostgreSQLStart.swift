/// What the start of a PostgreSQL connection told.
public struct PostgreSQLFacts: Hashable, Sendable {
    /// What became of a client's wish to encrypt.
    public enum Encryption: Hashable, Sendable {
        /// The client asked, and no answer was seen.
        case requested
        /// The server agreed.
        case accepted
        /// The server did not.
        case refused
    }

    /// The most bytes of a value that are shown; the server's own names have 63.
    static let mostBytes = 128

    /// The user of the StartupMessage. Passwords come in later messages, which are not read.
    public internal(set) var user: String?
    /// The database; the server takes the user's name without one.
    public internal(set) var database: String?
    /// The application_name.
    public internal(set) var application: String?
    /// Whether encryption was asked for, by SSLRequest or GSSENCRequest, and what the last answer was.
    public internal(set) var encryption: Encryption?
    /// Whether the connection is there to cancel a query of another. The secret that it sends is not kept.
    public internal(set) var isCancel = false
    /// Whether bytes were seen that are no start of PostgreSQL.
    public internal(set) var isMalformed = false
}

/// Reads the messages that a client of PostgreSQL sends before it is asked for a password ("Message Formats" of the
/// PostgreSQL documentation), and the bytes that answer its wish to encrypt.
struct PostgreSQLStart: Hashable, Sendable {
    /// The codes that stand where a StartupMessage has its version.
    private enum Code {
        static let cancel: UInt32 = 80_877_102
        static let ssl: UInt32 = 80_877_103
        static let gss: UInt32 = 80_877_104
    }

    /// The longest message that a server takes here.
    private static let longestMessage = 10_000
    /// More wishes to encrypt than a client has ways to.
    private static let mostRequests = 2

    private(set) var facts = PostgreSQLFacts()
    /// Whether nothing more can be learned from the client.
    private(set) var isClientFinished = false
    /// Where the client begins to speak TLS.
    private(set) var tlsStart: Int?
    /// How many wishes to encrypt there were; the server answers each with a byte.
    private(set) var requests = 0
    private var position = 0
    private var lastIsGSS = false
    private var answers = 0

    /// Whether nothing more can be learned from the server.
    var isServerFinished: Bool { answers >= requests }

    mutating func readClient(_ stream: StreamHead, isAtEnd: Bool) {
        while !isClientFinished, tlsStart == nil, stream.available > position {
            if requests > 0, stream.bytes[position] == 0x16 {
                tlsStart = position
                return
            }
            var bytes = ByteReader(stream.bytes, position..<stream.available)
            guard let length = bytes.number32() else { break }
            guard (8...UInt32(Self.longestMessage)).contains(length) else { return fail() }
            guard let message = bytes.take(Int(length) - 4) else { break }
            position = bytes.position
            take(message)
        }
        if stream.isFull || isAtEnd { isClientFinished = true }
    }

    mutating func readServer(_ stream: StreamHead) {
        answers = min(requests, stream.available)
        guard requests > 0, answers == requests else { return }
        switch stream.bytes[requests - 1] {
        case UInt8(ascii: "S"), UInt8(ascii: "G"): facts.encryption = .accepted
        default: facts.encryption = .refused
        }
    }

    private mutating func take(_ message: ByteReader) {
        var message = message
        switch message.number32() {
        case Code.cancel where message.count >= 8:
            facts.isCancel = true
            isClientFinished = true
        case .some(let code) where (code == Code.ssl || code == Code.gss) && message.isAtEnd:
            guard requests < Self.mostRequests else { return fail() }
            requests += 1
            lastIsGSS = code == Code.gss
            facts.encryption = .requested
        case .some(let version) where version >> 16 == 3: takeParameters(message)
        default: fail()
        }
    }

    private mutating func takeParameters(_ message: ByteReader) {
        var message = message
        isClientFinished = true
        while let name = message.zeroTerminated() {
            if name.isEmpty {
                if !message.isAtEnd { fail() }
                return
            }
            guard let value = message.zeroTerminated() else { return fail() }
            // Of a parameter that is sent twice the server takes the last.
            if name.elementsEqual("user".utf8) {
                facts.user = EscapedText.text(value, limit: PostgreSQLFacts.mostBytes)
            } else if name.elementsEqual("database".utf8) {
                facts.database = EscapedText.text(value, limit: PostgreSQLFacts.mostBytes)
            } else if name.elementsEqual("application_name".utf8) {
                facts.application = EscapedText.text(value, limit: PostgreSQLFacts.mostBytes)
            }
        }
        // The last name is an empty one.
        fail()
    }

    private mutating func fail() {
        // What follows a request for GSSAPI may be that.
        if !lastIsGSS { facts.isMalformed = true }
        isClientFinished = true
    }
}
