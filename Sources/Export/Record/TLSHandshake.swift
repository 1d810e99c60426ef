import JSON

/// What a record tells of a TLS handshake.
struct TLSHandshake {
    /// The version that the server chose: `TLSv1.3`.
    let version: String?
    let serverName: String?
    let cipher: String?
    let ja4: String?
    /// What an alert said, by its name.
    let alert: String?
    let clientSubject: String?
    /// What else there is: the protocols and versions offered, who sent the alert, the names of the client's certificate.
    let rest: [JSONValue.Member]

    /// Takes the member; nil when there is none.
    init?(taking members: inout MemberReader) throws(ExportFailure) {
        guard let value = members.value("tls") else { return nil }
        guard var tls = MemberReader(value, of: "tls") else { throw .member("tls") }
        version = try tls.text("version")
        serverName = try tls.text("sni")
        cipher = try tls.text("cipher")
        ja4 = try tls.text("ja4")
        clientSubject = try tls.text("client_subject")
        var others = tls.rest
        var alertName: String?
        if let place = others.firstIndex(where: { $0.key == "alert" }) {
            guard var alert = MemberReader(others[place].value, of: "tls.alert") else { throw .member("tls.alert") }
            alertName = try alert.text("description")
            if alert.rest.isEmpty {
                others.remove(at: place)
            } else {
                others[place] = JSONValue.Member("alert", .object(alert.rest))
            }
        }
        alert = alertName
        rest = others
    }

    /// The number of the alert in IANA's registry, when its name stands there.
    var alertNumber: Int64? { alert.flatMap { Self.alerts[$0] } }

    /// The number of the version without the protocol's name: `1.3`.
    var versionNumber: String? {
        version.map {
            $0.hasPrefix("TLSv") ? String($0.dropFirst(4)) : $0.hasPrefix("SSLv") ? String($0.dropFirst(4)) : $0
        }
    }

    private static let alerts: [String: Int64] = [
        "close_notify": 0, "unexpected_message": 10, "bad_record_mac": 20, "decryption_failed": 21,
        "record_overflow": 22,
        "decompression_failure": 30, "handshake_failure": 40, "no_certificate": 41, "bad_certificate": 42,
        "unsupported_certificate": 43, "certificate_revoked": 44, "certificate_expired": 45, "certificate_unknown": 46,
        "illegal_parameter": 47, "unknown_ca": 48, "access_denied": 49, "decode_error": 50, "decrypt_error": 51,
        "too_many_cids_requested": 52, "export_restriction": 60, "protocol_version": 70, "insufficient_security": 71,
        "internal_error": 80, "inappropriate_fallback": 86, "user_canceled": 90, "no_renegotiation": 100,
        "missing_extension": 109, "unsupported_extension": 110, "certificate_unobtainable": 111,
        "unrecognized_name": 112, "bad_certificate_status_response": 113, "bad_certificate_hash_value": 114,
        "unknown_psk_identity": 115, "certificate_required": 116, "general_error": 117, "no_application_protocol": 120,
        "ech_required": 121,
    ]
}
