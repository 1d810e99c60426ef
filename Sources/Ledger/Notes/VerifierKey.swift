/// A public key as it is written down, whatever it signs (C2SP signed-note, verifier keys): `name+identifier+base64`, the base64 of
/// the byte that tells the kind of signature and the key.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// Who signs.
    package let name: String
    /// The kind of signature: 1 for a note by Ed25519, 4 for a cosignature.
    package let algorithm: UInt8
    /// The key.
    package let publicKey: [UInt8]

    /// Takes its parts; whoever makes one sees to it that the name is one.
    package init(name: String, algorithm: UInt8, publicKey: [UInt8]) {
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
    }

    /// Reads what ``description`` writes; nil for what is none, or has another key's identifier.
    package init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, NoteKey.isName(parts[0]), let bytes = Base64.decode(parts[2]),
            let algorithm = bytes.first
        else { return nil }
        self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(bytes.dropFirst()))
        guard parts[1] == hexIdentifier else { return nil }
    }

    /// The number by which a signature tells its key: the first four bytes of SHA-256 of the name, a line end, the algorithm and the
    /// key.
    package var identifier: UInt32 {
        let message = Array(name.utf8) + [UInt8(ascii: "\n"), algorithm] + publicKey
        return MerkleHash(sha256: message).bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    private var hexIdentifier: String {
        let digits = String(identifier, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// The form `name+identifier+key`.
    package var description: String { "\(name)+\(hexIdentifier)+\(Base64.encode([algorithm] + publicKey))" }
}
