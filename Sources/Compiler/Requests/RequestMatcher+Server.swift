import Nftables
import Policy

// The first bytes of servers, for `serves`. docs/request-types.md lists them: keep it the same.
extension RequestMatcher {
    /// Returns every form that the first payload of a type's server can have.
    static func server(_ type: RequestType, over transport: TransportProtocol, signatures: [Signature])
        -> [PayloadPattern]
    {
        switch (type, transport) {
        case (.any, _): [PayloadPattern()]
        case (.dns, .tcp): [dns(PayloadPattern().skip(2), isResponse: true)]
        case (.dns, .udp): [dns(PayloadPattern(), isResponse: true)]
        case (.signature(let name), .tcp), (.signature(let name), .udp): signature(name, among: signatures)
        case (.tls, .tcp): [serverHello(), tlsAlert]
        case (.tls12, .tcp): [serverHello(minor: 3), tlsAlert]
        case (.http, .tcp): [PayloadPattern().then("HTTP/1.")]
        case (.ssh, .tcp): ssh
        case (.postgresql, .tcp): ["S", "G", "N"].map { PayloadPattern().then($0) } + postgresqlMessages
        case (.postgresqlTLS, .tcp): ["S", "G"].map { PayloadPattern().then($0) } + [postgresqlMessage("E")]
        case (.redis, .tcp): redisReplies
        default: []
        }
    }

    /// A handshake record that begins with a ServerHello.
    private static func serverHello(minor: UInt8? = nil) -> PayloadPattern {
        let hello = PayloadPattern().then([0x16, 0x03]).skip(3).then([0x02]).skip(3).then([0x03])
        return minor.map { hello.then([$0]) } ?? hello
    }

    /// A plaintext alert: two bytes, the first of which is the level, warning or fatal.
    private static var tlsAlert: PayloadPattern {
        PayloadPattern().then([0x15, 0x03]).skip(1).then([0x00, 0x02]).then([0x00], mask: [0xfc])
    }

    /// Authentication, NegotiateProtocolVersion and ErrorResponse, as a server answers a start-up message.
    private static var postgresqlMessages: [PayloadPattern] { ["R", "v", "E"].map(postgresqlMessage) }

    /// A message of a type, of less than 65,536 bytes.
    private static func postgresqlMessage(_ type: String) -> PayloadPattern {
        PayloadPattern().then(type).then([0, 0])
    }

    /// The types of RESP2 and RESP3, each with what can follow it: a prompt such as `# ` or `$ ` is none of them.
    private static var redisReplies: [PayloadPattern] {
        let start = PayloadPattern()
        let words = [start.then("+").then([0x40], mask: [0xc0]), start.then("-").then([0x40], mask: [0xe0])]
        let numbers = ["$", "*", ":", "%", "~", ">", "=", "!", "|", ",", "("].map { start.then($0).thenDigits() }
        let fixed = ["$-1\r\n", "*-1\r\n", ":-", ",-", ",inf", ",nan", "(-", "#t\r\n", "#f\r\n", "_\r\n"]
        return words + numbers + fixed.map { start.then($0) }
    }
}
