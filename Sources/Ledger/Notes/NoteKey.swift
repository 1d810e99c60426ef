import CCrypto

/// A public key that verifies signed notes, and the name that stands beside its signatures (C2SP signed-note, Ed25519).
public struct NoteKey: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a public key has, and a private one.
    public static let byteCount = 32
    /// The first byte of an encoded key and of what its identifier is a hash of: a signature by Ed25519.
    private static let algorithm: UInt8 = 1

    /// Who signs: a URL without a scheme, by custom. It has no white space and no plus sign, and is not empty.
    public let name: String
    /// The key.
    public let publicKey: [UInt8]

    /// Creates a key; nil when the name cannot stand in a note, or the key has another length.
    public init?(name: String, publicKey: [UInt8]) {
        guard Self.isName(name), publicKey.count == Self.byteCount else { return nil }
        self.name = name
        self.publicKey = publicKey
    }

    /// Reads the form `name+identifier+key`; nil for what is none, or has another key's identifier.
    public init?(_ text: String) {
        guard let verifier = VerifierKey(text), verifier.algorithm == Self.algorithm else { return nil }
        self.init(name: verifier.name, publicKey: verifier.publicKey)
    }

    private var verifier: VerifierKey { VerifierKey(name: name, algorithm: Self.algorithm, publicKey: publicKey) }

    /// The number by which a signature tells its key: the first four bytes of SHA-256 of the name, a line end, the algorithm and the
    /// key.
    public var identifier: UInt32 { verifier.identifier }

    /// The form `name+identifier+key`.
    public var description: String { verifier.description }

    /// Tells whether a signature is one of a message by this key (RFC 8032).
    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == NoteSigner.signatureByteCount else { return false }
        return nettle_ed25519_sha512_verify(publicKey, message.count, message, signature) == 1
    }

    /// Whether a text can be the name of a key.
    package static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
    }
}

/// A private key that signs notes.
public struct NoteSigner: Sendable {
    /// How many bytes a signature has.
    package static let signatureByteCount = 64

    /// The key that verifies what this one signs.
    public let key: NoteKey
    private let privateKey: [UInt8]

    /// Takes a name and the 32 bytes of a private key (RFC 8032, section 5.1.5); nil when either cannot be one.
    public init?(name: String, privateKey: [UInt8]) {
        guard privateKey.count == NoteKey.byteCount else { return nil }
        var publicKey = [UInt8](repeating: 0, count: NoteKey.byteCount)
        nettle_ed25519_sha512_public_key(&publicKey, privateKey)
        guard let key = NoteKey(name: name, publicKey: publicKey) else { return nil }
        self.key = key
        self.privateKey = privateKey
    }

    /// Signs a message.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Self.signatureByteCount)
        nettle_ed25519_sha512_sign(key.publicKey, privateKey, message.count, message, &signature)
        return signature
    }
}
