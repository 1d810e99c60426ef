/// A sink as the command line names it: where records go, and the name of its cursor.
public struct SinkAddress: Hashable, Sendable {
    /// What a sink is.
    public enum Kind: Hashable, Sendable {
        /// Syslog over TLS.
        case tls(TLSAddress)
        /// A file at this path.
        case file(String)
        /// systemd-journald, at this socket.
        case journal(String)
    }

    /// The name of its cursor, of letters, digits, `.`, `_` and `-`.
    public let name: String
    /// What it is.
    public let kind: Kind

    /// Why a text names no sink.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// One sentence that says what would be right.
        public let description: String
    }

    /// Reads a sink: `tls://HOST[:PORT],ca=FILE[,cert=FILE,key=FILE]…`, `file:PATH`, or `journald`, each with `,name=NAME`.
    public init(parsing text: String) throws(Malformed) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let place = parts[0]
        var options = try SinkOptions(parts.dropFirst(), of: text)
        let chosen = options.take("name")
        if let rest = place.removing(prefix: "tls://") {
            let address = try TLSAddress(rest, &options)
            kind = .tls(address)
            name = try Self.name(chosen ?? "tls-\(address.host)-\(address.port)", of: text)
        } else if let path = place.removing(prefix: "file:") {
            guard path.hasPrefix("/"), !path.hasSuffix("/") else {
                throw Malformed(description: "'\(place)' names no file: write file: and a path that begins with /")
            }
            kind = .file(path)
            name = try Self.name(chosen ?? "file\(path)", of: text)
        } else if place == "journald" {
            let socket = options.take("socket") ?? JournalSink.standardSocket
            kind = .journal(socket)
            name = try Self.name(chosen ?? "journald", of: text)
        } else {
            throw Malformed(description: "'\(place)' is no sink: write tls://HOST:PORT, file:/PATH or journald")
        }
        try options.finish(place)
    }

    /// A name that is a file's name: what may not stand in one becomes `-`.
    private static func name(_ text: String, of sink: String) throws(Malformed) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        let name = String(decoding: bytes, as: UTF8.self)
        guard (1...100).contains(bytes.count), bytes[0] != UInt8(ascii: "."), !name.hasSuffix(".lock"),
            !name.hasSuffix(".tmp")
        else {
            throw Malformed(
                description: "the sink '\(sink)' needs another name=: 1 to 100 of letters, digits, '.', '_' and '-', "
                    + "not beginning with '.' nor ending with .lock or .tmp")
        }
        return name
    }
}

/// The options behind a sink's place, `KEY=VALUE` each.
struct SinkOptions {
    private var values: [(key: String, value: String)] = []

    init(_ parts: ArraySlice<String>, of text: String) throws(SinkAddress.Malformed) {
        for part in parts {
            guard let equals = part.firstIndex(of: "="), equals > part.startIndex,
                part.index(after: equals) < part.endIndex
            else {
                throw SinkAddress.Malformed(description: "'\(part)' in '\(text)' is no option: write KEY=VALUE")
            }
            let key = String(part[..<equals])
            guard !values.contains(where: { $0.key == key }) else {
                throw SinkAddress.Malformed(description: "'\(text)' gives \(key)= twice")
            }
            values.append((key, String(part[part.index(after: equals)...])))
        }
    }

    mutating func take(_ key: String) -> String? {
        guard let place = values.firstIndex(where: { $0.key == key }) else { return nil }
        return values.remove(at: place).value
    }

    func finish(_ place: String) throws(SinkAddress.Malformed) {
        guard let unknown = values.first else { return }
        throw SinkAddress.Malformed(
            description:
                "'\(place)' has no option \(unknown.key)=: name= is for every sink; ca=, cert=, key=, server-name= and "
                + "confirm= for tls://; socket= for journald")
    }
}

extension TLSAddress {
    /// The longest time between two proofs, in seconds.
    private static let longestConfirm: Int64 = 3_600

    fileprivate init(_ place: String, _ options: inout SinkOptions) throws(SinkAddress.Malformed) {
        (host, port) = try Self.hostAndPort(place)
        guard let authorities = options.take("ca") else {
            throw SinkAddress.Malformed(
                description:
                    "tls://\(place) needs ca=FILE, the authority that the receiver's certificate is verified against")
        }
        let client: TLSFiles.Client?
        switch (options.take("cert"), options.take("key")) {
        case (let certificate?, let key?): client = TLSFiles.Client(certificate: certificate, key: key)
        case (nil, nil): client = nil
        default:
            throw SinkAddress.Malformed(description: "tls://\(place) needs both cert= and key=, or none of them")
        }
        files = TLSFiles(authorities: authorities, client: client)
        serverName = options.take("server-name") ?? host
        let seconds = options.take("confirm") ?? "30"
        guard let confirm = Int64(seconds), (1...Self.longestConfirm).contains(confirm) else {
            throw SinkAddress.Malformed(
                description: "confirm=\(seconds) is no time: write seconds from 1 to \(Self.longestConfirm)")
        }
        confirmSeconds = confirm
    }

    private static func hostAndPort(_ place: String) throws(SinkAddress.Malformed) -> (String, UInt16) {
        var host = place
        var port: String?
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            host = String(place[place.index(after: place.startIndex)..<end])
            let rest = place[place.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw SinkAddress.Malformed(description: "tls://\(place) has more behind the address than a port")
            }
            port = rest.isEmpty ? nil : String(rest.dropFirst())
        } else if let colon = place.lastIndex(of: ":") {
            host = String(place[..<colon])
            port = String(place[place.index(after: colon)...])
            guard !host.contains(":") else {
                throw SinkAddress.Malformed(description: "tls://\(place) is unclear: write an IPv6 address in brackets")
            }
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "/") }) else {
            throw SinkAddress.Malformed(description: "tls://\(place) names no host")
        }
        guard let port else { return (host, standardPort) }
        guard let number = UInt16(port), number > 0 else {
            throw SinkAddress.Malformed(description: "'\(port)' in tls://\(place) is no port: write 1 to 65535")
        }
        return (host, number)
    }
}

extension String {
    fileprivate func removing(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
