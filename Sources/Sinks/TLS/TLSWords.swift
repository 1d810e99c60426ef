import COpenSSL
import Glibc

/// Says in words what OpenSSL's error queue of this thread holds, and empties it.
enum TLSWords {
    /// Makes a failure from the queue.
    static func failure(_ operation: String, _ subject: String, advice: String) -> SinkFailure {
        let code = last()
        return SinkFailure(
            operation, subject, reason: code == 0 ? "no reason was told" : text(of: code), advice: advice)
    }

    /// The code of the queue's last error, which comes nearest to what failed; 0 when there is none.
    static func last() -> UInt {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        return code
    }

    /// The library's words for a code.
    static func text(of code: UInt) -> String {
        guard let reason = ERR_reason_error_string(code) else { return "error \(code) of OpenSSL" }
        return String(cString: reason)
    }

    /// What the receiver's alert says of us (RFC 8446, section 6), and what to do.
    static func alert(_ number: Int32) -> (reason: String, advice: String) {
        switch number {
        case 40:
            (
                "the receiver broke off the handshake (alert handshake_failure)",
                "it may want a client certificate: give cert= and key="
            )
        case 42: ("the receiver does not accept the client certificate (alert bad_certificate)", issuedAdvice)
        case 43, 46: ("the receiver does not accept the client certificate (alert \(number))", issuedAdvice)
        case 44: ("the client certificate is revoked, says the receiver", "have another certificate issued")
        case 45: ("the client certificate is expired, says the receiver", "renew the certificate of cert=")
        case 48: ("the receiver does not know the authority of the client certificate", issuedAdvice)
        case 49: ("the receiver denies access to the client certificate", "look at the names that the receiver permits")
        case 70: ("the receiver speaks no TLS 1.2 or later", "upgrade the receiver")
        case 116: ("the receiver wants a client certificate, and none was shown", "give cert= and key=")
        default:
            ("the receiver broke off with alert \(number)", "look at the receiver's log")
        }
    }

    private static let issuedAdvice =
        "look whether its authority is the one that the receiver trusts, and at the receiver's log"

    /// What is wrong with the receiver's certificate, by `SSL_get_verify_result(3)`.
    static func verification(_ result: Int, name: String, authorities: String) -> (reason: String, advice: String) {
        switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            (
                "the receiver's certificate is not for '\(name)'",
                "use a name that the certificate has (subjectAltName), as host or with server-name="
            )
        case X509_V_ERR_CERT_HAS_EXPIRED:
            ("the receiver's certificate is expired", "renew it on the receiver, or set this host's clock")
        case X509_V_ERR_CERT_NOT_YET_VALID:
            ("the receiver's certificate is not valid yet", "look at the clocks of both hosts")
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            (
                "the receiver's certificate was not issued by an authority of \(authorities)",
                "put the receiver's authority there; if it is there, somebody else answers at this address"
            )
        default:
            (
                "the receiver's certificate was refused: \(String(cString: X509_verify_cert_error_string(result)))",
                "look at it: openssl s_client -connect HOST:PORT"
            )
        }
    }
}
