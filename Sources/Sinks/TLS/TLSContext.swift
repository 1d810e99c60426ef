import COpenSSL
import Glibc
import Host

/// The owner of one `SSL_CTX`: TLS 1.2 at least, the receiver verified, the client's certificate loaded.
struct TLSContext: ~Copyable {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { SSL_CTX_free(pointer) }

    /// Reads the files. `subject` names the receiver in errors.
    static func load(_ files: TLSFiles, for subject: String) throws(SinkFailure) -> TLSContext {
        guard portgate_ssl_initialize() == 1, let pointer = SSL_CTX_new(TLS_client_method()) else {
            throw TLSWords.failure("set up TLS for", subject, advice: "look whether there is memory left")
        }
        let context = TLSContext(owning: pointer)
        portgate_ssl_allow_partial_writes(pointer)
        portgate_ssl_ask_no_password(pointer)
        guard portgate_ssl_require_tls12(pointer) == 1 else {
            throw TLSWords.failure("ask for TLS 1.2 from", subject, advice: "report this")
        }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        ERR_clear_error()
        try readable(files.authorities)
        guard SSL_CTX_load_verify_locations(pointer, files.authorities, nil) == 1 else {
            throw TLSWords.failure(
                "read certificates from", files.authorities,
                advice: "ca= wants a PEM file with the receiver's authority")
        }
        if let client = files.client { try load(client, into: context) }
        return context
    }

    private static func load(_ client: TLSFiles.Client, into context: borrowing TLSContext) throws(SinkFailure) {
        try readable(client.certificate)
        guard SSL_CTX_use_certificate_chain_file(context.pointer, client.certificate) == 1 else {
            throw TLSWords.failure(
                "read a certificate from", client.certificate,
                advice: "cert= wants a PEM file with the client's certificate, then its chain")
        }
        let stamp = try readable(client.key)
        guard stamp.mode & 0o007 == 0 else {
            throw SinkFailure(
                "use the key", client.key, reason: "everybody on this host may read or change it",
                advice: "chmod 0600 \(client.key)")
        }
        guard SSL_CTX_use_PrivateKey_file(context.pointer, client.key, SSL_FILETYPE_PEM) == 1 else {
            throw TLSWords.failure(
                "read a key from", client.key,
                advice: "key= wants a PEM file with the key of \(client.certificate), without a password")
        }
        guard SSL_CTX_check_private_key(context.pointer) == 1 else {
            throw TLSWords.failure(
                "use the key", client.key, advice: "it is not the key of \(client.certificate)")
        }
    }

    @discardableResult
    private static func readable(_ path: String) throws(SinkFailure) -> FileStamp {
        do throws(Errno) {
            let stamp = try FileStamp(of: path)
            // Opened first, because the library's words for a file that may not be read help nobody.
            _ = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK)
            return stamp
        } catch { throw SinkFailure("read", path, error, advice: "look at its name and who may read it") }
    }
}
