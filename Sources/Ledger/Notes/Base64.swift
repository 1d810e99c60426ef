import CCrypto

/// Base64 with padding (RFC 4648, section 4), one spelling for each row of bytes.
package enum Base64 {
    /// Encodes bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count + 2) / 3 * 4
        let text = [CChar](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBufferPointer { nettle_base64_encode_raw(buffer.baseAddress, $0.count, $0.baseAddress) }
            initialized = count
        }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Decodes; nil for whatever ``encode(_:)`` does not write.
    package static func decode(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var context = base64_decode_ctx()
        nettle_base64_decode_init(&context)
        var isValid = true
        let source = text.utf8.map { CChar(bitPattern: $0) }
        let bytes = [UInt8](unsafeUninitializedCapacity: (source.count + 1) * 6 / 8) { buffer, count in
            isValid = source.withUnsafeBufferPointer {
                nettle_base64_decode_update(&context, &count, buffer.baseAddress, $0.count, $0.baseAddress) == 1
            }
            if !isValid { count = 0 }
        }
        guard isValid, nettle_base64_decode_final(&context) == 1, encode(bytes) == text else { return nil }
        return bytes
    }
}
