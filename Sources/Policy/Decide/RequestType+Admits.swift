extension RequestType {
    /// Tells whether a request of type `spoken` is one of these.
    func admits(_ spoken: RequestType) -> Bool {
        switch (self, spoken) {
        case (.any, _): true
        case (.tls, .tls12): true
        case (.postgresql, .postgresqlTLS): true
        case (.http(let method, let prefix), .http(let spokenMethod, let spokenPath)):
            (method == nil || method == spokenMethod)
                && (prefix.map { wanted in spokenPath.map { $0.hasPrefix(wanted) } ?? false } ?? true)
        case (.redis(let commands), .redis(let spokenCommands)):
            commands.isEmpty || (!spokenCommands.isEmpty && spokenCommands.allSatisfy(commands.contains))
        default: self == spoken
        }
    }
}

extension RequestType: CustomStringConvertible {
    /// The text of the policy language.
    public var description: String {
        switch self {
        case .any: "any"
        case .tls: "tls"
        case .tls12: "tls1.2+"
        case .http(let method, let prefix): "http" + (method.map { "." + $0 } ?? "") + (prefix.map { ":" + $0 } ?? "")
        case .ssh: "ssh"
        case .postgresql: "postgresql"
        case .postgresqlTLS: "postgresql.tls"
        case .redis(let commands): commands.isEmpty ? "redis" : "redis:" + commands.joined(separator: ",")
        case .dns: "dns"
        case .signature(let name): name.text
        }
    }
}
