public import Ledger

/// The public key of a witness, and its name: it verifies cosignatures by Ed25519 and nothing else (C2SP tlog-cosignature).
public struct CosignerKey: Hashable, Sendable, CustomStringConvertible {
    /// The kind of signature: the first byte of an encoded key, and of what its identifier is a hash of.
    private static let algorithm: UInt8 = 4

    // Verifies the bytes; its own identifier is that of another kind of signature.
    private let key: NoteKey

    /// Creates a key; nil when the name cannot stand in a note, or the key has not 32 bytes.
    public init?(name: String, publicKey: [UInt8]) {
        guard let key = NoteKey(name: name, publicKey: publicKey) else { return nil }
        self.key = key
    }

    /// Reads the form `name+identifier+key`; nil for what is none, or a key of another kind.
    public init?(_ text: String) {
        guard let verifier = VerifierKey(text), verifier.algorithm == Self.algorithm else { return nil }
        self.init(name: verifier.name, publicKey: verifier.publicKey)
    }

    /// Who signs: a URL without a scheme, by custom.
    public var name: String { key.name }
    /// The key.
    public var publicKey: [UInt8] { key.publicKey }

    private var verifier: VerifierKey { VerifierKey(name: name, algorithm: Self.algorithm, publicKey: publicKey) }

    /// The number by which a cosignature tells its key.
    public var identifier: UInt32 { verifier.identifier }

    /// The form `name+identifier+key`.
    public var description: String { verifier.description }

    /// Returns the cosignature of a checkpoint by this key; the latest, when there are several.
    ///
    /// - Throws: ``CosignatureFailure/absent(_:)`` when there is none, ``CosignatureFailure/forged(_:)`` when one that names the key
    ///   does not fit the text.
    public func cosignature(of note: SignedNote) throws(CosignatureFailure) -> Cosignature {
        let identifier = identifier
        var latest: Cosignature?
        for signature in note.signatures where signature.name == name && signature.identifier == identifier {
            guard let cosignature = Cosignature(signature.bytes),
                key.verifies(cosignature.signature, of: Cosignature.message(note.text, cosignature.seconds))
            else { throw .forged(name) }
            if latest.map({ $0.seconds < cosignature.seconds }) ?? true { latest = cosignature }
        }
        guard let latest else { throw .absent(name) }
        return latest
    }
}

/// Why a checkpoint is not cosigned.
public enum CosignatureFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The witness of this name has not signed it.
    case absent(String)
    /// A signature says that it is of this witness, and is not.
    case forged(String)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .absent(let name): "\(name) has not signed it"
        case .forged(let name): "the cosignature of \(name) does not fit the text"
        }
    }
}
