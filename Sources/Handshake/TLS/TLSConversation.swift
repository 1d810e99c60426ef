/// Both directions of a TLS connection, as long as they say something in plain text.
///
/// Which alerts are believed: a record of two bytes, from a side that has not begun to encrypt. The server has begun behind a
/// ServerHello of TLS 1.3, and behind its ChangeCipherSpec once it has chosen an earlier version. The client has begun with its
/// first record of application data, and behind its ChangeCipherSpec unless another ClientHello follows: a client of TLS 1.3
/// sends one for the sake of middleboxes before it answers a HelloRetryRequest. A longer alert is encrypted, most often a
/// close_notify, and tells nothing.
struct TLSConversation: Hashable, Sendable {
    private static let clientHello: UInt8 = 1
    private static let serverHello: UInt8 = 2
    private static let certificate: UInt8 = 11

    private(set) var facts = TLSFacts()
    private var client: TLSRecords
    private var server: TLSRecords
    private var clientHasChanged = false
    private var clientIsOver = false
    private var serverIsOver = false

    /// Reads a connection whose TLS begins at these places of the two streams.
    init(clientFrom: Int, serverFrom: Int, limit: Int) {
        client = TLSRecords(from: clientFrom, wanted: [Self.clientHello, Self.certificate], limit: limit)
        server = TLSRecords(from: serverFrom, wanted: [Self.serverHello], limit: limit)
    }

    /// Whether nothing more can be learned from the client. A fatal alert that overtook the hello is no end.
    var isClientFinished: Bool {
        clientIsOver || (clientHasChanged && facts.version != nil) || (hasFatalAlert && facts.legacyVersion != nil)
    }

    /// Whether nothing more can be learned from the server.
    var isServerFinished: Bool {
        serverIsOver || facts.serverAlert?.level == .fatal || (hasFatalAlert && facts.version != nil)
    }

    private var hasFatalAlert: Bool { facts.alert?.level == .fatal }

    mutating func readClient(_ stream: StreamHead) {
        while !clientIsOver, let event = client.nextEvent(in: stream.bytes, available: stream.available) {
            switch event {
            case .message(Self.clientHello, let message):
                clientHasChanged = false
                takeClientHello(message)
            case .message(_, let message): if !clientHasChanged { takeCertificate(message) }
            case .alert(let level, let number):
                guard !clientHasChanged else { continue }
                facts.take(TLSAlert(sender: .client, level: TLSAlert.Level(level), number: number))
            case .changeCipherSpec: clientHasChanged = true
            case .protected: clientIsOver = true
            case .malformed:
                clientIsOver = true
                if !clientHasChanged { facts.isMalformed = true }
            }
        }
        if stream.isFull { clientIsOver = true }
    }

    mutating func readServer(_ stream: StreamHead) {
        while !serverIsOver, let event = server.nextEvent(in: stream.bytes, available: stream.available) {
            switch event {
            case .message(_, let message):
                guard let hello = ServerHello(message) else {
                    facts.isMalformed = true
                    serverIsOver = true
                    return
                }
                facts.take(hello)
                serverIsOver = facts.version.map { $0 > .tls12 } ?? false
            case .alert(let level, let number):
                facts.take(TLSAlert(sender: .server, level: TLSAlert.Level(level), number: number))
            // Before a ServerHello it stands behind a HelloRetryRequest, for the sake of middleboxes.
            case .changeCipherSpec: serverIsOver = facts.version != nil
            case .protected: serverIsOver = true
            case .malformed:
                facts.isMalformed = true
                serverIsOver = true
            }
        }
        if stream.isFull { serverIsOver = true }
    }

    /// How much memory there is for reading on.
    var heldBytes: Int { client.heldBytes + server.heldBytes }

    /// Gives the memory back that is for reading on.
    mutating func discard() {
        client.discard()
        server.discard()
    }

    private mutating func takeClientHello(_ message: ByteReader) {
        // The second one answers a HelloRetryRequest, and is no sign of the program.
        guard facts.legacyVersion == nil else { return }
        guard let hello = ClientHello(message) else {
            facts.isMalformed = true
            clientIsOver = true
            return
        }
        facts.take(hello)
    }

    private mutating func takeCertificate(_ message: ByteReader) {
        guard facts.clientSubject == nil, facts.version.map({ $0 <= .tls12 }) ?? true else { return }
        var message = message
        guard var chain = message.vector24(), message.isAtEnd else {
            facts.isMalformed = true
            return
        }
        // A client without a certificate sends an empty chain.
        guard !chain.isAtEnd else { return }
        guard let first = chain.vector24(), let certificate = ClientCertificate(first) else {
            facts.isMalformed = true
            return
        }
        facts.clientSubject = certificate.subject
        facts.clientAlternativeNames = certificate.alternativeNames
    }
}
