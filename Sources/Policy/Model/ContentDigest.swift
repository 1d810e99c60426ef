import CNettle

/// SHA-256 of bytes, for names that follow from content.
public enum ContentDigest {
    /// Returns the SHA-256 of `bytes` as 64 lowercase hexadecimal digits.
    public static func hexadecimal(of bytes: [UInt8]) -> String {
        var context = sha256_ctx()
        nettle_sha256_init(&context)
        bytes.withUnsafeBufferPointer { buffer in
            nettle_sha256_update(&context, buffer.count, buffer.baseAddress)
        }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
        nettle_sha256_digest(&context, digest.count, &digest)
        var text: [UInt8] = []
        text.reserveCapacity(2 * digest.count)
        let digits = Array("0123456789abcdef".utf8)
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
