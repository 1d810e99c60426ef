import Ledger

/// The private key of a witness.
public struct Cosigner: Sendable {
    /// The key that verifies what this one signs.
    public let key: CosignerKey
    private let signer: NoteSigner

    /// Takes a name and the 32 bytes of a private key (RFC 8032, section 5.1.5); nil when either cannot be one.
    public init?(name: String, privateKey: [UInt8]) {
        guard let signer = NoteSigner(name: name, privateKey: privateKey),
            let key = CosignerKey(name: name, publicKey: signer.key.publicKey)
        else { return nil }
        self.key = key
        self.signer = signer
    }

    /// Signs the text of a checkpoint.
    ///
    /// - Parameter seconds: The present moment, in seconds since 1970; one before is taken to be 1970.
    func cosign(_ text: String, at seconds: Int64) -> SignedNote.Signature {
        let seconds = max(0, seconds)
        let cosignature = Cosignature(
            seconds: seconds, signature: signer.sign(Cosignature.message(text, seconds)))
        return SignedNote.Signature(name: key.name, identifier: key.identifier, bytes: cosignature.bytes)
    }
}
