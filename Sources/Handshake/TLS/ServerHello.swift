/// A ServerHello (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3): what the server chose.
struct ServerHello {
    /// The random value that makes a ServerHello a HelloRetryRequest: the SHA-256 of that word.
    private static let retryRandom: [UInt8] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ]

    /// The version of supported_versions, else that of the version field.
    let version: TLSVersion
    let cipherSuite: CipherSuite
    /// Whether it asks for another ClientHello, and the connection has chosen no more than that.
    let isRetryRequest: Bool

    /// Reads the message behind its header; nil when its lengths do not fit together.
    init?(_ message: ByteReader) {
        var message = message
        guard let legacy = message.number16(), let random = message.take(32), let session = message.vector8(),
            session.count <= 32, let suite = message.number16(), message.number8() != nil
        else { return nil }
        var chosen = TLSVersion(legacy)
        if !message.isAtEnd {
            guard var list = message.vector16(), message.isAtEnd else { return nil }
            while !list.isAtEnd {
                guard let type = list.number16(), var contents = list.vector16() else { return nil }
                if type == 0x002b, contents.count == 2, let number = contents.number16() {
                    chosen = TLSVersion(number)
                }
            }
        }
        version = chosen
        cipherSuite = CipherSuite(suite)
        isRetryRequest = random.rest.elementsEqual(Self.retryRandom)
    }
}
