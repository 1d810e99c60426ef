/// Why a text is not a request type.
public enum RequestTypeError: Error, Hashable {
    /// It begins like none that is built in; it may be a signature's name.
    case unknown
    /// It begins like one, and goes on wrongly; in words that follow the text.
    case malformed(String)
}

extension RequestType {
    /// The built-in types, for suggestions.
    static let words = [
        "any", "tls", "tls1.2+", "http", "http.get", "http.head", "http.post", "http.put", "http.patch", "http.delete",
        "http.options", "ssh", "postgresql", "postgresql.tls", "redis", "dns",
    ]

    /// Reads a built-in request type: `tls`, `http.get:/metrics`, `redis:get,set` and so on.
    public init(parsing text: String) throws(RequestTypeError) {
        switch text {
        case "any": self = .any
        case "tls": self = .tls
        case "tls1.2+": self = .tls12
        case "ssh": self = .ssh
        case "postgresql": self = .postgresql
        case "postgresql.tls": self = .postgresqlTLS
        case "dns": self = .dns
        default:
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let rest = parts.count == 2 ? String(parts[1]) : nil
            if parts[0] == "redis" {
                self = .redis(commands: try Self.commands(rest))
            } else if parts[0] == "http" || parts[0].hasPrefix("http.") {
                self = .http(method: try Self.method(parts[0]), pathPrefix: try Self.pathPrefix(rest))
            } else {
                throw .unknown
            }
        }
    }

    private static func method(_ word: Substring) throws(RequestTypeError) -> String? {
        guard word != "http" else { return nil }
        let method = word.dropFirst("http.".count)
        let letters = method.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        guard letters, (1...16).contains(method.utf8.count) else {
            throw .malformed("names no method; write it in lower case, as in http.get")
        }
        return String(method)
    }

    private static func pathPrefix(_ text: String?) throws(RequestTypeError) -> String? {
        guard let text else { return nil }
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw .malformed("names no path; it starts with a slash, as in http.get:/metrics")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), text.utf8.count <= 200 else {
            throw .malformed("has a path of more than 200 characters, or one that HTTP would escape")
        }
        return text
    }

    private static func commands(_ text: String?) throws(RequestTypeError) -> [String] {
        guard let text else { return [] }
        let commands = text.split(separator: ",", omittingEmptySubsequences: false)
        let wellFormed = commands.allSatisfy { command in
            (1...32).contains(command.utf8.count)
                && command.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        }
        guard wellFormed else {
            throw .malformed("has a command that is not a word in lower case; write them as in redis:get,set")
        }
        return commands.map(String.init)
    }
}
