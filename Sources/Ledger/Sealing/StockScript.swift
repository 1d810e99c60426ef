/// A POSIX script that checks a sealed segment with what every host has: sha256sum, ssh-keygen, openssl.
///
/// It checks that the files are those that the manifest names, that the manifest is signed, and that the last checkpoint of the
/// segment is signed, both by keys that the log had. That the records lead to the checkpoint's root it does not check: that takes a
/// Merkle tree, as `portgate verify` or any implementation of RFC 6962 computes it.
public struct StockScript: Sendable {
    /// The script.
    public let text: String

    /// Makes the script for a segment.
    ///
    /// - Parameter keys: The public keys of the log's epochs, as they were proven.
    public init(_ folder: LedgerFolder, segment: UInt64, keys: [NoteKey]) throws(LedgerFailure) {
        let name = SegmentPart.name(segment)
        let signature = try folder.read(.signature, of: segment)
        guard let signed = SSHSignature(signature) else {
            throw .damaged(path: folder.file(.signature, of: segment), reason: "is no signature")
        }
        guard keys.contains(where: { $0.publicKey == signed.publicKey }) else {
            throw .damaged(
                path: folder.file(.signature, of: segment), reason: "is signed by a key that the log does not have")
        }
        let checkpoints = CheckpointFile(try folder.read(.checkpoints, of: segment))
        guard let last = checkpoints.entries.last, let epoch = Int(exactly: last.checkpoint.epoch),
            keys.indices.contains(epoch)
        else {
            throw .damaged(
                path: folder.file(.checkpoints, of: segment), reason: "has no checkpoint whose key is proven")
        }
        // SubjectPublicKeyInfo of Ed25519 (RFC 8410, section 4): twelve bytes, and the key.
        let der = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00] + keys[epoch].publicKey
        text = """
            #!/bin/sh
            # Checks the sealed segment \(name) of \(last.checkpoint.origin) without portgate.
            # Run it in the folder that holds the segment's files. The keys were proven from the log's anchor.
            set -eu
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            sha256sum --check --strict --quiet \(name).MANIFEST
            echo 'signer namespaces="\(SSHSignature.namespace)" \(SSHSignature.publicKeyText(signed.publicKey))' > "$work/signers"
            ssh-keygen -Y verify -f "$work/signers" -I signer -n \(SSHSignature.namespace) -s \(name).MANIFEST.sig < \(name).MANIFEST
            # The last checkpoint: the text up to its first empty line, and the first signature behind it.
            awk -v RS= -v ORS= '{ before = last; last = $0 } END { print before }' \(name).checkpoints > "$work/text"
            echo >> "$work/text"
            awk -v RS= '{ last = $0 } END { print last }' \(name).checkpoints | sed -n '1s/.* //p' > "$work/signature"
            openssl base64 -d -A -in "$work/signature" | tail -c +5 > "$work/signature.raw"
            echo '\(Base64.encode(der))' | openssl base64 -d -A > "$work/key.der"
            openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" -sigfile "$work/signature.raw"
            sed -n '2s/.*/records up to & are covered/p' "$work/text"
            echo '\(name): as it was sealed'

            """
    }
}
