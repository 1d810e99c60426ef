/// A ClientHello (RFC 8446, section 4.1.2; RFC 5246, section 7.4.1.2), as far as it is told of or goes into a fingerprint.
/// The values of RFC 8701 are left out everywhere.
struct ClientHello {
    /// The version field itself, which says TLS 1.2 in every hello of TLS 1.3.
    let legacyVersion: TLSVersion
    let cipherSuites: [UInt16]
    /// The types of the extensions, in their order.
    private(set) var extensions: [UInt16] = []
    /// The list of supported_versions; nil without that extension.
    private(set) var supportedVersions: [TLSVersion]?
    /// The list of signature_algorithms. That of signature_algorithms_cert and of delegated_credentials is another.
    private(set) var signatureAlgorithms: [UInt16] = []
    /// The most names of protocols that are kept.
    static let mostProtocols = 16

    /// The first names of application_layer_protocol_negotiation.
    private(set) var protocols: [ArraySlice<UInt8>] = []
    /// The first host name of server_name.
    private(set) var serverName: ArraySlice<UInt8>?

    /// Reads the message behind its header. Nil when its own lengths do not fit together; an extension whose inside does not
    /// fit counts as one, and nothing is said of its contents.
    init?(_ message: ByteReader) {
        var message = message
        guard let version = message.number16(), message.take(32) != nil, let session = message.vector8(),
            session.count <= 32, let suites = message.vector16(), let numbers = Self.numbers(suites),
            message.vector8() != nil
        else { return nil }
        legacyVersion = TLSVersion(version)
        cipherSuites = numbers
        if message.isAtEnd { return }
        guard var list = message.vector16(), message.isAtEnd else { return nil }
        while !list.isAtEnd {
            guard let type = list.number16(), let contents = list.vector16() else { return nil }
            guard !Grease.contains(type) else { continue }
            extensions.append(type)
            take(type, contents)
        }
    }

    private mutating func take(_ type: UInt16, _ contents: ByteReader) {
        var contents = contents
        switch type {
        case 0x0000 where serverName == nil: serverName = Self.serverName(contents)
        case 0x000d where signatureAlgorithms.isEmpty:
            guard let list = contents.vector16(), contents.isAtEnd else { return }
            signatureAlgorithms = Self.numbers(list) ?? []
        case 0x0010 where protocols.isEmpty: protocols = Self.protocols(contents)
        case 0x002b where supportedVersions == nil:
            supportedVersions = []
            guard let list = contents.vector8(), contents.isAtEnd else { return }
            supportedVersions = Self.numbers(list)?.map { TLSVersion($0) } ?? []
        default: break
        }
    }

    /// Returns the numbers of a list; nil when it ends within one.
    private static func numbers(_ list: ByteReader) -> [UInt16]? {
        guard list.count % 2 == 0 else { return nil }
        var list = list
        var numbers: [UInt16] = []
        numbers.reserveCapacity(list.count / 2)
        while let number = list.number16() {
            if !Grease.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    private static func serverName(_ contents: ByteReader) -> ArraySlice<UInt8>? {
        var contents = contents
        guard var list = contents.vector16(), contents.isAtEnd else { return nil }
        while let type = list.number8(), let name = list.vector16() {
            if type == 0 { return name.rest }
        }
        return nil
    }

    private static func protocols(_ contents: ByteReader) -> [ArraySlice<UInt8>] {
        var contents = contents
        guard var list = contents.vector16(), contents.isAtEnd else { return [] }
        var names: [ArraySlice<UInt8>] = []
        while !list.isAtEnd {
            guard let name = list.vector8() else { return [] }
            if names.count < mostProtocols { names.append(name.rest) }
        }
        return names
    }
}
