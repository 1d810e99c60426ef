/// What the plain part of a TLS connection told. What is nil was not seen, or cannot be seen: behind the ServerHello of TLS 1.3
/// everything is encrypted, certificates included.
public struct TLSFacts: Hashable, Sendable {
    /// The most versions of a list that are kept.
    static let mostVersions = 16
    /// The most bytes of a protocol's name that are shown.
    static let mostProtocolBytes = 64

    /// The version that the server chose.
    public internal(set) var version: TLSVersion?
    /// The cipher suite that the server chose.
    public internal(set) var cipherSuite: CipherSuite?
    /// The name that the client asked for.
    public internal(set) var serverName: ServerName?
    /// The protocols that the client offered to speak inside, the first 16, escaped.
    public internal(set) var protocols: [String] = []
    /// The versions that the client offered, in its order: those of supported_versions, else that of the version field. The
    /// values of RFC 8701 are left out.
    public internal(set) var offeredVersions: [TLSVersion] = []
    /// The version field of the ClientHello, which means nothing where supported_versions is there.
    public internal(set) var legacyVersion: TLSVersion?
    /// The JA4 fingerprint of the client's first ClientHello.
    public internal(set) var ja4: String?
    /// Whether the server asked for a second ClientHello.
    public internal(set) var isHelloRetried = false
    /// The subject of the certificate that the client showed, as text of RFC 4514; up to TLS 1.2.
    public internal(set) var clientSubject: String?
    /// The names of that certificate's subjectAltName: `DNS:`, `email:`, `URI:` or `IP:` and the name; the first 16.
    public internal(set) var clientAlternativeNames: [String] = []
    /// Whether bytes were seen that are no TLS, where there should have been plain TLS.
    public internal(set) var isMalformed = false

    var clientAlert: TLSAlert?
    var serverAlert: TLSAlert?

    /// The alert that was sent in plain text: a fatal one before a warning, the server's before the client's.
    public var alert: TLSAlert? {
        let alerts = [serverAlert, clientAlert].compactMap(\.self)
        return alerts.first { $0.level == .fatal } ?? alerts.first
    }

    mutating func take(_ hello: ClientHello) {
        legacyVersion = hello.legacyVersion
        offeredVersions = Array((hello.supportedVersions ?? [hello.legacyVersion]).prefix(Self.mostVersions))
        serverName = hello.serverName.map { ServerName($0) }
        protocols = hello.protocols.map { EscapedText.text($0, limit: Self.mostProtocolBytes) }
        ja4 = JA4.fingerprint(hello, over: .tcp)
    }

    mutating func take(_ hello: ServerHello) {
        if hello.isRetryRequest {
            isHelloRetried = true
            return
        }
        version = hello.version
        cipherSuite = hello.cipherSuite
        guard hello.version > .tls12 else { return }
        // Nobody shows a certificate in plain text there.
        clientSubject = nil
        clientAlternativeNames = []
    }

    mutating func take(_ alert: TLSAlert) {
        switch alert.sender {
        case .client: if clientAlert?.level != .fatal { clientAlert = alert }
        case .server: if serverAlert?.level != .fatal { serverAlert = alert }
        }
    }
}
