import Glibc
import Host

/// The PEM files of a TLS sink: whom it trusts, and who it is.
public struct TLSFiles: Hashable, Sendable {
    /// The certificates of the authorities that the receiver's is verified against.
    public let authorities: String
    /// The client's certificate and key, with what leads up to an authority behind the certificate; nil when it shows none.
    public let client: Client?

    /// Who the client is.
    public struct Client: Hashable, Sendable {
        /// The certificate, and its chain.
        public let certificate: String
        /// The private key, without a password.
        public let key: String
    }

    /// The state of the files; nil when one cannot be looked at.
    var stamps: [FileStamp]? {
        var stamps: [FileStamp] = []
        for path in [authorities] + (client.map { [$0.certificate, $0.key] } ?? []) {
            guard let stamp = try? FileStamp(of: path) else { return nil }
            stamps.append(stamp)
        }
        return stamps
    }
}
