internal import CNettle

/// SHA-256 of bytes; the arithmetic is nettle's. The readers stand apart from this file, so that they compile without it.
enum SHA256 {
    /// Returns the digest, 32 bytes.
    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var context = sha256_ctx()
        nettle_sha256_init(&context)
        bytes.withUnsafeBufferPointer { nettle_sha256_update(&context, $0.count, $0.baseAddress) }
        return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_SIZE)) { buffer, count in
            nettle_sha256_digest(&context, buffer.count, buffer.baseAddress)
            count = buffer.count
        }
    }
}
