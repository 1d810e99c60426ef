/// nft's numbers of the types of keys (enum datatypes of its sources), six bits each in a concatenation.
enum KeyType {
    static let nfProtocol: UInt32 = 2
    static let ipv4: UInt32 = 7
    static let ipv6: UInt32 = 8
    static let user: UInt32 = 24
    static let group: UInt32 = 25
    static let addressType: UInt32 = 38
    static let time: UInt32 = 43
    static let controlGroup: UInt32 = 46
    /// `inet_proto . inet_service`.
    static let transportAndPort: UInt32 = 12 << 6 | 13
    /// `ct id . tcp sport`, integer and inet_service.
    static let connection: UInt32 = 4 << 6 | 13
    /// `ct id . tcp sport . tcp sequence`.
    static let connectionAndSequence: UInt32 = connection << 6 | 4
}
