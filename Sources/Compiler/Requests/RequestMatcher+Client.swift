import Nftables
import Policy

// The first bytes of clients. docs/request-types.md lists them for those who write policies: keep it the same.
extension RequestMatcher {
    /// Returns every form that the first payload of a type can have.
    static func client(_ type: RequestType, over transport: TransportProtocol, signatures: [Signature])
        -> [PayloadPattern]
    {
        switch (type, transport) {
        case (.any, _): [PayloadPattern()]
        case (.dns, .tcp): [dns(PayloadPattern().skip(2), isResponse: false)]
        case (.dns, .udp): [dns(PayloadPattern(), isResponse: false)]
        case (.signature(let name), .tcp), (.signature(let name), .udp): signature(name, among: signatures)
        case (.tls, .tcp): [clientHello()]
        case (.tls12, .tcp): [clientHello(minor: 3)]
        case (.http(let method, let prefix), .tcp): http(method: method, pathPrefix: prefix)
        case (.ssh, .tcp): ssh
        case (.postgresql, .tcp): postgresqlEncryption + postgresqlPlain
        case (.postgresqlTLS, .tcp): postgresqlEncryption
        case (.redis(let commands), .tcp): redis(commands)
        default: []
        }
    }

    /// A signature's parts, or nothing when it is not declared or compares nothing: the loader refuses either.
    static func signature(_ name: Name, among signatures: [Signature]) -> [PayloadPattern] {
        let pattern = signatures.first { $0.name == name }.map { PayloadPattern($0) }
        return pattern.map { $0.wantsNothing ? [] : [$0] } ?? []
    }

    /// RFC 8446, 4.1.2 and 5.1: a handshake record of version 3.x, and in it a ClientHello of (legacy) version 3.x. A client
    /// that offers TLS 1.2 says 3.3 there, and so does one that offers 1.3.
    private static func clientHello(minor: UInt8? = nil) -> PayloadPattern {
        let hello = PayloadPattern().then([0x16, 0x03]).skip(3).then([0x01]).skip(3).then([0x03])
        return minor.map { hello.then([$0]) } ?? hello
    }

    /// RFC 9112, 3: the method in upper case, a space, the target.
    private static func http(method: String?, pathPrefix: String?) -> [PayloadPattern] {
        (method.map { [$0.uppercased()] } ?? HTTPMethods.registered).map {
            PayloadPattern().then($0 + " " + (pathPrefix ?? ""))
        }
    }

    /// RFC 4253, 4.2 and 5.1.
    static var ssh: [PayloadPattern] { ["SSH-2.0-", "SSH-1.99-"].map { PayloadPattern().then($0) } }

    /// SSLRequest and GSSENCRequest: the length, 8, and the code.
    private static var postgresqlEncryption: [PayloadPattern] {
        [0x2f, 0x30].map { PayloadPattern().then([0, 0, 0, 8, 0x04, 0xd2, 0x16, $0]) }
    }

    /// StartupMessage of protocol 3, at most 16,383 bytes (the server takes 10,000), and CancelRequest, whose key has at most
    /// 256 bytes.
    private static var postgresqlPlain: [PayloadPattern] {
        [
            PayloadPattern().then([0, 0, 0], mask: [0xff, 0xff, 0xc0]).skip(1).then([0x00, 0x03]),
            PayloadPattern().then([0, 0, 0], mask: [0xff, 0xff, 0xfe]).skip(1).then([0x04, 0xd2, 0x16, 0x2e]),
        ]
    }

    /// RESP: an array of 1 to 9,999,999 strings, the first of which is the command. Inline commands are not admitted:
    /// every line of text is one, such as the first of an HTTP request.
    private static func redis(_ commands: [String]) -> [PayloadPattern] {
        (1...7).flatMap { digits in
            let array = PayloadPattern().then("*").thenDigits(digits).then("\r\n$")
            guard !commands.isEmpty else { return [array.thenDigits()] }
            return commands.map { array.then("\($0.utf8.count)\r\n").then(anyCase: $0).then("\r\n") }
        }
    }

    /// RFC 1035, 4.1.1 and RFC 9619: an ordinary query or its response; a query holds one question and no answer.
    static func dns(_ message: PayloadPattern, isResponse: Bool) -> PayloadPattern {
        let header = message.skip(2).then([isResponse ? 0x80 : 0], mask: [0xf8]).skip(1)
        // An error may leave the question out.
        return isResponse ? header.then([0, 0], mask: [0xff, 0xfe]) : header.then([0, 1, 0, 0])
    }
}

extension PayloadPattern {
    /// Gathers a signature's parts.
    init(_ signature: Signature) {
        self.init()
        for part in signature.parts {
            self = at(part.offset).then(part.bytes, mask: part.mask ?? part.bytes.map { _ in 0xff })
        }
    }
}
