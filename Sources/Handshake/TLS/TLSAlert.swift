/// A TLS alert that was sent in plain text: the reason why a handshake failed, in the words of the side that gave up.
public struct TLSAlert: Hashable, Sendable {
    /// How bad it is.
    public enum Level: Hashable, Sendable, CustomStringConvertible {
        /// The connection may go on.
        case warning
        /// The connection ends.
        case fatal
        /// A number that means nothing.
        case other(UInt8)

        init(_ number: UInt8) {
            switch number {
            case 1: self = .warning
            case 2: self = .fatal
            default: self = .other(number)
            }
        }

        /// `warning`, `fatal`, or the number.
        public var description: String {
            switch self {
            case .warning: "warning"
            case .fatal: "fatal"
            case .other(let number): String(number)
            }
        }
    }

    /// Who sent it.
    public let sender: Direction
    /// How bad it is.
    public let level: Level
    /// What it says, by its number.
    public let number: UInt8

    /// What it says, by the name of RFC 8446 (appendix B.2) or of an earlier version; else the number.
    public var name: String {
        switch number {
        case 0: "close_notify"
        case 10: "unexpected_message"
        case 20: "bad_record_mac"
        case 21: "decryption_failed"
        case 22: "record_overflow"
        case 30: "decompression_failure"
        case 40: "handshake_failure"
        case 41: "no_certificate"
        case 42: "bad_certificate"
        case 43: "unsupported_certificate"
        case 44: "certificate_revoked"
        case 45: "certificate_expired"
        case 46: "certificate_unknown"
        case 47: "illegal_parameter"
        case 48: "unknown_ca"
        case 49: "access_denied"
        case 50: "decode_error"
        case 51: "decrypt_error"
        case 52: "too_many_cids_requested"
        case 60: "export_restriction"
        case 70: "protocol_version"
        case 71: "insufficient_security"
        case 80: "internal_error"
        case 86: "inappropriate_fallback"
        case 90: "user_canceled"
        case 100: "no_renegotiation"
        case 109: "missing_extension"
        case 110: "unsupported_extension"
        case 111: "certificate_unobtainable"
        case 112: "unrecognized_name"
        case 113: "bad_certificate_status_response"
        case 114: "bad_certificate_hash_value"
        case 115: "unknown_psk_identity"
        case 116: "certificate_required"
        case 117: "general_error"
        case 120: "no_application_protocol"
        case 121: "ech_required"
        default: String(number)
        }
    }
}
