import CLinux
import COpenSSL
import Glibc
import Host

/// One TLS connection to a receiver. Every call ends by its deadline; after a failure the connection is of no use.
///
/// A class, because OpenSSL keeps the connection's address.
final class TLSChannel {
    private let socket: Descriptor
    private let ssl: OpaquePointer
    private let subject: String

    /// How long to wait for what a receiver of TLS 1.3 says first: its tickets, or that it refuses the client's certificate.
    private static let firstWordsMilliseconds = 250

    private init(_ socket: consuming Descriptor, _ ssl: OpaquePointer, _ subject: String) {
        self.socket = socket
        self.ssl = ssl
        self.subject = subject
    }

    deinit { SSL_free(ssl) }

    /// Connects and shakes hands: the receiver's certificate is verified and its name checked before a byte is sent.
    static func open(_ address: TLSAddress, until deadline: Int64) throws(SinkFailure) -> TLSChannel {
        let subject = address.subject
        let context = try TLSContext.load(address.files, for: subject)
        let socket = try TCPConnection.open(host: address.host, port: address.port, until: deadline)
        guard let ssl = SSL_new(context.pointer) else {
            throw TLSWords.failure("set up TLS for", subject, advice: "look whether there is memory left")
        }
        let number = socket.number
        let channel = TLSChannel(socket, ssl, subject)
        guard SSL_set_fd(ssl, number) == 1, channel.expect(address.serverName) else {
            throw TLSWords.failure("set up TLS for", subject, advice: "look at the receiver's name")
        }
        try channel.shakeHands(address, until: deadline)
        return channel
    }

    /// Sets the name that the certificate must have (RFC 5425, section 5.2), and asks for it: addresses are not asked for
    /// (RFC 6066, section 3).
    private func expect(_ name: String) -> Bool {
        var bytes = in6_addr()
        if inet_pton(AF_INET, name, &bytes) == 1 || inet_pton(AF_INET6, name, &bytes) == 1 {
            return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
        }
        SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return SSL_set1_host(ssl, name) == 1 && portgate_ssl_set_server_name(ssl, name) == 1
    }

    private func shakeHands(_ address: TLSAddress, until deadline: Int64) throws(SinkFailure) {
        let outcome = call(until: deadline) { SSL_connect(ssl) }
        if case .failure(let why) = outcome {
            let result = SSL_get_verify_result(ssl)
            if case .library = why, result != Int(X509_V_OK) {
                let words = TLSWords.verification(
                    result, name: address.serverName, authorities: address.files.authorities)
                throw SinkFailure("trust", subject, reason: words.reason, advice: words.advice)
            }
            throw failure("shake hands with", why)
        }
        // With TLS 1.3 the receiver judges the client's certificate when we are done already.
        guard SSL_version(ssl) >= TLS1_3_VERSION else { return }
        let moment = min(deadline, BootClock.moment(after: .milliseconds(Self.firstWordsMilliseconds)))
        if Waiting.until(moment, socket.number, POLLIN) { try listen() }
    }

    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer, until deadline: Int64) throws(SinkFailure) {
        var written = 0
        while written < bytes.count, let base = bytes.baseAddress {
            var count = 0
            let outcome = call(until: deadline) { SSL_write_ex(ssl, base + written, bytes.count - written, &count) }
            switch outcome {
            case .success: written += count
            case .failure(let why):
                // An alert that came before the connection broke says more than the break.
                try listen()
                throw failure("send to", why)
            }
        }
    }

    /// Reads what is there. A receiver of syslog says nothing, so this is tickets, alerts, and the end.
    func listen() throws(SinkFailure) {
        var dropped: (UInt64, UInt64) = (0, 0)
        while true {
            ERR_clear_error()
            var count = 0
            let result = SSL_read_ex(ssl, &dropped, MemoryLayout.size(ofValue: dropped), &count)
            if result == 1 { continue }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
            case SSL_ERROR_ZERO_RETURN:
                throw SinkFailure(
                    "send to", subject, reason: "the receiver closed the connection",
                    advice: "look at the receiver's log; what it may not have read is sent again")
            case let error: throw failure("send to", Self.trouble(error, result))
            }
        }
    }

    /// Ends the connection so that the receiver proves that it has read everything: it answers our close_notify with its own
    /// (RFC 5425, section 4.4), or with the end of its stream, and neither comes before all that was sent ahead is read.
    func finish(until deadline: Int64) throws(SinkFailure) {
        // An end that is there already is no answer to ours.
        try listen()
        let outcome = call(until: deadline) {
            let result = SSL_shutdown(ssl)
            // 0: ours is sent, theirs is not here yet.
            return result == 0 ? 1 : result
        }
        if case .failure(let why) = outcome { throw failure("finish with", why) }
        try readToEnd(until: deadline)
        try closeStream(until: deadline)
    }

    /// Ends the TCP connection, and makes sure that the receiver's end was none that crossed with what we sent: a kernel whose
    /// program closed a socket with bytes unread, or gets bytes for one that is closed, answers with a reset, not with an end and
    /// acknowledgements.
    private func closeStream(until deadline: Int64) throws(SinkFailure) {
        let number = socket.number
        shutdown(number, Int32(SHUT_WR))
        var dropped: UInt8 = 0
        while true {
            let count = recv(number, &dropped, 1, 0)
            if count == 0 { break }
            if count > 0 || errno == EINTR { continue }
            let error = Errno(errno)
            guard error.number == EAGAIN else { throw failure("finish with", .system(error)) }
            guard Waiting.until(deadline, number, POLLIN) else { throw failure("finish with", .timeout) }
        }
        while true {
            // In this order: a reset sets the error before it drops what waits.
            let waiting = portgate_unacknowledged(number)
            let error = portgate_socket_error(number)
            guard waiting >= 0, error == 0 else {
                throw failure("finish with", .system(Errno(error > 0 ? error : EIO)))
            }
            if waiting == 0 { return }
            guard BootClock.nanoseconds < deadline else { throw failure("finish with", .timeout) }
            poll(nil, 0, 5)
        }
    }

    private func readToEnd(until deadline: Int64) throws(SinkFailure) {
        var dropped: (UInt64, UInt64) = (0, 0)
        while true {
            var count = 0
            let outcome = call(until: deadline) {
                SSL_read_ex(ssl, &dropped, MemoryLayout.size(ofValue: dropped), &count)
            }
            switch outcome {
            case .success: continue
            case .failure(.closed), .failure(.bareEnd): return
            case .failure(let why): throw failure("finish with", why)
            }
        }
    }

    // MARK: - What went wrong

    private enum Trouble: Error {
        case timeout
        /// By close_notify.
        case closed
        /// Without close_notify.
        case bareEnd
        case alert(Int32)
        case system(Errno)
        case library(String)
    }

    /// Repeats a call of the library until it is through.
    private func call(until deadline: Int64, _ body: () -> Int32) -> Result<Void, Trouble> {
        while true {
            ERR_clear_error()
            errno = 0
            let result = body()
            if result == 1 { return .success(()) }
            let error = SSL_get_error(ssl, result)
            let events: Int32
            switch error {
            case SSL_ERROR_WANT_READ: events = POLLIN
            case SSL_ERROR_WANT_WRITE: events = POLLOUT
            default: return .failure(Self.trouble(error, result))
            }
            guard Waiting.until(deadline, socket.number, events) else { return .failure(.timeout) }
        }
    }

    private static func trouble(_ error: Int32, _ result: Int32) -> Trouble {
        let system = errno
        switch error {
        case SSL_ERROR_ZERO_RETURN: return .closed
        case SSL_ERROR_SYSCALL: return system == 0 ? .bareEnd : .system(Errno(system))
        default:
            let code = TLSWords.last()
            if portgate_ssl_is_bare_end(code) != 0 { return .bareEnd }
            let alert = portgate_ssl_alert_of(code)
            return alert >= 0 ? .alert(alert) : .library(code == 0 ? "no reason was told" : TLSWords.text(of: code))
        }
    }

    private func failure(_ operation: String, _ trouble: Trouble) -> SinkFailure {
        let (reason, advice): (String, String)
        switch trouble {
        case .timeout:
            (reason, advice) = ("no answer within the time-out", "look whether the receiver is overloaded or hangs")
        case .closed, .bareEnd:
            (reason, advice) = (
                "the receiver closed the connection",
                "look at the receiver's log; it may refuse the client's certificate, or speak no TLS on this port"
            )
        case .alert(let number): (reason, advice) = TLSWords.alert(number)
        case .system(let error):
            (reason, advice) = (error.description, "look at the receiver's log, and at the network between")
        case .library(let text): (reason, advice) = (text, "look whether the receiver speaks TLS on this port")
        }
        return SinkFailure(operation, subject, reason: reason, advice: advice)
    }
}
