public import Nftables
import Policy

/// Says in words which request types comparisons of payload stand for. What is no type of the language's is told by its bytes.
public enum RequestWords {
    /// Returns the words for what a client may say first, in order; `tls`, `http.get:/v1`, `"PROX" at 0`.
    public static func client(_ forms: [[PayloadMatch]], over transport: UInt8) -> [String] {
        words(forms, over: transport) { type, transport in
            RequestMatcher(clientSpeaks: [type], over: transport).alternatives
        }
    }

    /// Returns the words for what a server may say first.
    public static func server(_ forms: [[PayloadMatch]], over transport: UInt8) -> [String] {
        words(forms, over: transport) { type, transport in
            RequestMatcher(serverSpeaks: type, over: transport).alternatives
        }
    }

    /// The types that have one form of words, those that include others first.
    private static let types: [(name: String, type: RequestType)] = [
        ("tls", .tls), ("tls1.2+", .tls12), ("http", .http(method: nil, pathPrefix: nil)), ("ssh", .ssh),
        ("postgresql", .postgresql), ("postgresql.tls", .postgresqlTLS), ("redis", .redis(commands: [])), ("dns", .dns),
    ]

    private static func words(
        _ forms: [[PayloadMatch]], over number: UInt8,
        of alternatives: (RequestType, TransportProtocol) -> [[PayloadMatch]]
    ) -> [String] {
        guard let transport = TransportProtocol(rawValue: number) else { return [] }
        if forms.contains([]) { return ["any"] }
        var rest = Set(forms)
        var words: [String] = []
        for (name, type) in types {
            let wanted = alternatives(type, transport)
            guard !wanted.isEmpty, rest.isSuperset(of: wanted) else { continue }
            rest.subtract(wanted)
            words.append(name)
        }
        words += http(&rest)
        return words + rest.map(bytes).sorted()
    }

    /// Takes requests of one method, or of all with one prefix.
    private static func http(_ rest: inout Set<[PayloadMatch]>) -> [String] {
        var prefixes: [String: [String: [PayloadMatch]]] = [:]
        for form in rest {
            guard let text = text(form), let space = text.firstIndex(of: " ") else { continue }
            let method = String(text[..<space])
            guard HTTPMethods.registered.contains(method) else { continue }
            prefixes[String(text[text.index(after: space)...]), default: [:]][method] = form
        }
        var words: [String] = []
        for (prefix, methods) in prefixes {
            rest.subtract(methods.values)
            let end = prefix.isEmpty ? "" : ":\(prefix)"
            if methods.count == HTTPMethods.registered.count {
                words.append("http\(end)")
            } else {
                words += methods.keys.map { "http.\($0.lowercased())\(end)" }
            }
        }
        return words.sorted()
    }

    /// The text that a form wants from the first byte on and nothing else, when it is one.
    private static func text(_ form: [PayloadMatch]) -> String? {
        var bytes: [UInt8] = []
        for match in form {
            guard match.offset == bytes.count, match.mask == nil else { return nil }
            bytes += match.bytes
        }
        return bytes.allSatisfy { (0x20...0x7e).contains($0) } ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func bytes(_ form: [PayloadMatch]) -> String {
        if let text = text(form) { return "\"\(text)\"" }
        return form.map { match in
            let mask = match.mask.map { " in the bits \(hex($0))" } ?? ""
            return "bytes \(hex(match.bytes))\(mask) at \(match.offset)"
        }.joined(separator: " and ")
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
