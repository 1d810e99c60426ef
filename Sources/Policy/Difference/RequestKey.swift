/// A request type by what it admits, whatever name a policy gives it: a signature stands for its parts, and a list of
/// Redis commands for each of them.
enum RequestKey: Hashable, Sendable {
    case known(RequestType)
    case signature([Signature.Part])

    /// Returns what a request type of a policy stands for.
    static func keys(of type: RequestType, signatures: [Name: [Signature.Part]]) -> [RequestKey] {
        switch type {
        case .signature(let name): signatures[name].map { [.signature($0)] } ?? [.known(type)]
        case .redis(let commands) where commands.count > 1: commands.map { .known(.redis(commands: [$0])) }
        default: [.known(type)]
        }
    }

    /// Tells whether a request of another type is one of these. Transitive, and every type admits itself.
    func admits(_ spoken: RequestKey) -> Bool {
        switch (self, spoken) {
        case (.known(.any), _): true
        case (.known(let type), .known(let spoken)): type.admits(spoken)
        default: self == spoken
        }
    }

    /// Whether the payload of a protocol is judged for it.
    func isSpoken(over transport: TransportProtocol) -> Bool {
        switch self {
        case .known(let type): type.transports.contains(transport)
        case .signature: transport == .tcp || transport == .udp
        }
    }
}
