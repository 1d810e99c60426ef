extension RequestType {
    /// The protocols whose payload is judged for the type. The kernel looks into TCP and UDP only.
    public var transports: Set<TransportProtocol> {
        switch self {
        case .any: Set(TransportProtocol.allCases)
        case .dns, .signature: [.tcp, .udp]
        case .tls, .tls12, .http, .ssh, .postgresql, .postgresqlTLS, .redis: [.tcp]
        }
    }
}
