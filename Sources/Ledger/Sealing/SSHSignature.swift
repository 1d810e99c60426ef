import CCrypto

/// A signature in the form that `ssh-keygen -Y verify` reads (OpenSSH, PROTOCOL.sshsig): Ed25519 over SHA-512 of the message, in a
/// namespace, so that it passes for no other kind of signature.
struct SSHSignature: Hashable, Sendable {
    /// The namespace of portgate's manifests.
    static let namespace = "portgate-segment"
    private static let magic = Array("SSHSIG".utf8)
    private static let heading = "-----BEGIN SSH SIGNATURE-----\n"
    private static let ending = "-----END SSH SIGNATURE-----\n"
    private static let lineLength = 70

    /// The public key that is said to have signed.
    let publicKey: [UInt8]
    private let signature: [UInt8]

    /// Signs a message.
    init(_ message: [UInt8], by signer: NoteSigner) {
        publicKey = signer.key.publicKey
        signature = signer.sign(Self.signedBytes(of: message))
    }

    /// Reads an armored signature; nil for any spelling but the one that ``armored`` writes.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix(Self.heading), text.hasSuffix(Self.ending), bytes.count < 2_000 else { return nil }
        let base64 = text.dropFirst(Self.heading.count).dropLast(Self.ending.count).filter { $0 != "\n" }
        guard let blob = Base64.decode(base64[...]) else { return nil }
        // Everything but the key and the signature is fixed: they are where they are in what this type writes.
        let empty = Self.blob(
            publicKey: [UInt8](repeating: 0, count: NoteKey.byteCount),
            signature: [UInt8](repeating: 0, count: NoteSigner.signatureByteCount))
        let keyEnd = Self.keyStart + NoteKey.byteCount
        guard blob.count == empty.count else { return nil }
        publicKey = Array(blob[Self.keyStart..<keyEnd])
        signature = Array(blob.suffix(NoteSigner.signatureByteCount))
        guard armored == bytes else { return nil }
    }

    /// Whether the key has signed a message.
    func verifies(_ message: [UInt8]) -> Bool {
        NoteKey(name: "key", publicKey: publicKey)?.verifies(signature, of: Self.signedBytes(of: message)) ?? false
    }

    /// The text of the file.
    var armored: [UInt8] {
        let base64 = Array(Base64.encode(Self.blob(publicKey: publicKey, signature: signature)).utf8)
        var text = Array(Self.heading.utf8)
        for start in stride(from: 0, to: base64.count, by: Self.lineLength) {
            text += base64[start..<min(start + Self.lineLength, base64.count)] + [10]
        }
        return text + Array(Self.ending.utf8)
    }

    /// The line of an `authorized_keys` or `allowed_signers` file that names a key: `ssh-ed25519 AAAA…`.
    static func publicKeyText(_ publicKey: [UInt8]) -> String {
        "ssh-ed25519 \(Base64.encode(string(Array("ssh-ed25519".utf8)) + string(publicKey)))"
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt32(clamping: bytes.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - $0 * 8)) } + bytes
    }

    /// Behind the magic, the version, two lengths and the key's kind stand the key's 32 bytes.
    private static let keyStart = magic.count + 4 + 4 + 4 + 11 + 4

    private static func blob(publicKey: [UInt8], signature: [UInt8]) -> [UInt8] {
        let kind = string(Array("ssh-ed25519".utf8))
        return magic + [0, 0, 0, 1] + string(kind + string(publicKey)) + string(Array(namespace.utf8)) + string([])
            + string(Array("sha512".utf8)) + string(kind + string(signature))
    }

    private static func signedBytes(of message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        portgate_sha512(message, message.count, &digest)
        return magic + string(Array(namespace.utf8)) + string([]) + string(Array("sha512".utf8)) + string(digest)
    }
}
