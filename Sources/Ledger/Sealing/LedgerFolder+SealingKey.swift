import Host

extension LedgerFolder {
    /// The key that signed a sealed segment's manifest, as `ssh-keygen` knows it. Whether it is one of the log's own, the log says.
    public func sealingKey(of segment: UInt64) throws(LedgerFailure) -> String {
        let path = file(.signature, of: segment)
        let bytes = try onDisk { () throws(HostError) in try Files.readRegular(path, limit: 10_000) }
        guard let signature = SSHSignature(bytes) else { throw .damaged(path: path, reason: "is no signature") }
        return SSHSignature.publicKeyText(signature.publicKey)
    }
}
