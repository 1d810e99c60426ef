/// What two streams say to each other: which protocols they are, and the readers of those.
struct Conversation: Hashable, Sendable {
    private let overTCP: Bool
    private let limit: Int
    private var clientGuess = ProtocolGuess.open
    private var serverGuess = ProtocolGuess.open
    private var tls: TLSConversation?
    private var http: HTTPHead?
    private var ssh: SSHBanners?
    private var postgresql: PostgreSQLStart?

    init(overTCP: Bool, limit: Int) {
        self.overTCP = overTCP
        self.limit = limit
    }

    /// Reads on; at the end what is not whole is judged as it is.
    mutating func read(client: StreamHead, server: StreamHead, isAtEnd: Bool) {
        decide(client: client, server: server, isAtEnd: isAtEnd)
        if var reader = postgresql {
            reader.readClient(client, isAtEnd: isAtEnd)
            reader.readServer(server)
            postgresql = reader
            if tls == nil, let start = reader.tlsStart {
                tls = TLSConversation(clientFrom: start, serverFrom: reader.requests, limit: limit)
            }
        }
        let isInside = postgresql != nil
        if isInside || clientGuess == .known(.tls) { tls?.readClient(client) }
        if isInside || serverGuess == .known(.tls) { tls?.readServer(server) }
        if clientGuess == .known(.http) { http?.readClient(client, isAtEnd: isAtEnd) }
        if serverGuess == .known(.http) { http?.readServer(server) }
        if clientGuess == .known(.ssh) { ssh?.readClient(client, isAtEnd: isAtEnd) }
        ssh?.readServer(server, isAtEnd: isAtEnd)
    }

    private mutating func decide(client: StreamHead, server: StreamHead, isAtEnd: Bool) {
        if clientGuess == .open, client.available > 0 {
            clientGuess = .client(client.bytes[..<client.available], overTCP: overTCP)
            if clientGuess == .open, isAtEnd || client.isFull { clientGuess = .unknown }
        }
        if serverGuess == .open, server.available > 0 {
            serverGuess = .server(server.bytes[..<server.available], overTCP: overTCP)
            if serverGuess == .open, isAtEnd || server.isFull { serverGuess = .unknown }
        }
        let spoken = [clientGuess, serverGuess]
        if clientGuess == .known(.postgresql) {
            // What the server says there is told apart by where it stands.
            serverGuess = .unknown
            if postgresql == nil {
                postgresql = PostgreSQLStart()
                (tls, http, ssh) = (nil, nil, nil)
            }
            return
        }
        if tls == nil, spoken.contains(.known(.tls)) {
            tls = TLSConversation(clientFrom: 0, serverFrom: 0, limit: limit)
        }
        if http == nil, spoken.contains(.known(.http)) { http = HTTPHead() }
        if ssh == nil, spoken.contains(.known(.ssh)) { ssh = SSHBanners() }
    }

    /// Whether nothing more can be learned.
    var isFinished: Bool {
        switch clientGuess {
        case .open: return false
        case .unknown: break
        case .known(.redis), .known(.dns): return true
        case .known(.tls): guard tls?.isClientFinished ?? true else { return false }
        case .known(.http): guard http?.isClientFinished ?? true else { return false }
        case .known(.ssh): return ssh.map { $0.isClientFinished && $0.isServerFinished } ?? true
        case .known(.postgresql):
            if let tls { return tls.isClientFinished && tls.isServerFinished }
            return postgresql.map { $0.isClientFinished && $0.isServerFinished } ?? true
        }
        switch serverGuess {
        case .open: return false
        case .known(.tls): return tls?.isServerFinished ?? true
        case .known(.http): return http?.isServerFinished ?? true
        case .known(.ssh): return ssh?.isServerFinished ?? true
        case .unknown, .known: return true
        }
    }

    /// How much memory there is for reading on.
    var heldBytes: Int { tls?.heldBytes ?? 0 }

    /// Gives the memory back that is for reading on.
    mutating func discard() { tls?.discard() }

    /// What is known so far. Nothing declared means that nothing is a surprise.
    func facts(declared: [DeclaredRequest]) -> HandshakeFacts {
        var facts = HandshakeFacts()
        if case .known(let spoken) = clientGuess { facts.client = spoken }
        if case .known(let spoken) = serverGuess { facts.server = spoken }
        facts.tls = tls?.facts
        facts.http = http?.facts
        facts.ssh = ssh?.facts
        facts.postgresql = postgresql?.facts
        if !declared.isEmpty, !declared.contains(.any) {
            switch clientGuess {
            case .open: break
            case .unknown: facts.unexpected = declared.contains(.signature) ? nil : .unrecognised
            case .known(let spoken): facts.unexpected = declared.contains(.known(spoken)) ? nil : .undeclared
            }
        }
        return facts
    }
}
