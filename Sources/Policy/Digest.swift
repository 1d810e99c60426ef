import CNettle

/// The SHA-256 digest of bytes, taken piece by piece. The arithmetic is nettle's.
public struct Digest: Sendable {
    private var context = sha256_ctx()

    /// Starts a digest of nothing.
    public init() { nettle_sha256_init(&context) }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { nettle_sha256_update(&context, $0.count, $0.baseAddress) }
    }

    /// Adds the UTF-8 bytes of a text.
    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { nettle_sha256_update(&context, $0.count, $0.baseAddress) }
    }

    /// Returns the digest of what was added so far, 32 bytes; more may be added afterwards.
    public func bytes() -> [UInt8] {
        var copy = context
        return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_SIZE)) { buffer, count in
            nettle_sha256_digest(&copy, buffer.count, buffer.baseAddress)
            count = buffer.count
        }
    }

    /// Returns the digest of what was added so far as 64 lowercase hexadecimal digits.
    public func hex() -> String {
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes() {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the digest of bytes as 64 lowercase hexadecimal digits.
    public static func hex(of bytes: [UInt8]) -> String {
        var digest = Digest()
        digest.update(bytes)
        return digest.hex()
    }
}
