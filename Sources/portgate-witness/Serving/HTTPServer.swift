import CMicrohttpd
import Glibc
import Host
import Witness

/// Serves HTTP on a socket by libmicrohttpd: bounded in connections, in the bytes of a request, and in its time.
final class HTTPServer {
    /// Answers a request: its method, its path, and its body. Called by several threads at once.
    typealias Handler = (_ method: String, _ path: String, _ body: [UInt8]) -> WitnessAnswer

    private let handler: Handler
    private let deadlines: ConnectionDeadlines
    private var daemon: OpaquePointer?

    /// Begins to serve on a socket that listens, by TLS when there is a certificate and a key (PEM).
    ///
    /// - Parameter seconds: The most that a request takes.
    init(
        _ listener: consuming Descriptor, tls: (certificate: String, key: String)?, seconds: Int64,
        _ handler: @escaping Handler
    ) throws(HostError) {
        self.handler = handler
        deadlines = ConnectionDeadlines(longest: .seconds(seconds))
        // The library closes the one that it is given.
        let number = fcntl(listener.number, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else { throw HostError("serve", "HTTP", Errno(errno)) }
        var limits = portgate_http_limits(
            threads: 4, connections: 256, connections_per_address: 64, idle_seconds: UInt32(clamping: min(seconds, 10)))
        // It outlives the daemon: stop() comes first.
        let context = Unmanaged.passUnretained(self).toOpaque()
        if let tls {
            daemon = portgate_http_start(
                number, &limits, tls.certificate, tls.key, Self.access, Self.completed, Self.connected, context)
        } else {
            daemon = portgate_http_start(
                number, &limits, nil, nil, Self.access, Self.completed, Self.connected, context)
        }
        guard daemon != nil else {
            throw HostError(
                "serve", "HTTP", reason: "libmicrohttpd could not be started",
                advice: tls == nil ? nil : "look whether --tls-cert and --tls-key are a certificate and its key as PEM")
        }
    }

    /// Ends when the requests under way are answered.
    func stop() {
        guard let daemon else { return }
        MHD_stop_daemon(daemon)
        self.daemon = nil
    }

    deinit { stop() }

    /// Breaks off connections that took too long; call it now and then.
    func endSlowConnections() { deadlines.breakOff() }

    // MARK: - What the library calls

    private static func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
        context.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let connected: MHD_NotifyConnectionCallback = { context, connection, _, code in
        guard let server = server(context), let connection else { return }
        let socket = portgate_http_socket(connection)
        if code == .CONNECTION_NOTIFY_STARTED {
            server.deadlines.begin(socket)
        } else {
            server.deadlines.end(socket)
        }
    }

    private static let completed: MHD_RequestCompletedCallback = { context, connection, exchange, _ in
        if let connection { server(context)?.deadlines.renew(portgate_http_socket(connection)) }
        guard let place = exchange, let object = place.pointee else { return }
        Unmanaged<HTTPExchange>.fromOpaque(object).release()
        place.pointee = nil
    }

    /// Called once when the head of a request is there, then for each part of its body, and at its end.
    private static let access: MHD_AccessHandlerCallback = {
        context, connection, path, method, _, bytes, count, place in
        guard let server = server(context), let connection, let path, let method, let count, let place else {
            return .NO
        }
        guard let object = place.pointee else {
            place.pointee = Unmanaged.passRetained(HTTPExchange()).toOpaque()
            return begin(connection, String(cString: method))
        }
        let exchange = Unmanaged<HTTPExchange>.fromOpaque(object).takeUnretainedValue()
        if count.pointee > 0 {
            exchange.take(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
            count.pointee = 0
            return .YES
        }
        guard !exchange.isTooLong else { return send(tooLong, connection) }
        return send(server.handler(String(cString: method), String(cString: path), exchange.body), connection)
    }

    private static let tooLong = WitnessAnswer(
        status: 413, "a request has at most \(HTTPExchange.mostBytes) bytes")

    /// Looks at the head: what is too long by far, or of no told length, is not read.
    private static func begin(_ connection: OpaquePointer, _ method: String) -> MHD_Result {
        guard method == "POST" else { return .YES }
        guard let text = MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length") else {
            return send(WitnessAnswer(status: 411, "say how long the request is (Content-Length)"), connection)
        }
        guard let length = Int(String(cString: text)), length <= HTTPExchange.mostReadBytes else {
            return send(tooLong, connection)
        }
        return .YES
    }

    private static func send(_ answer: WitnessAnswer, _ connection: OpaquePointer) -> MHD_Result {
        var body = answer.body
        // Copied by the library.
        let response = body.withUnsafeMutableBytes {
            MHD_create_response_from_buffer($0.count, $0.baseAddress, .RESPMEM_MUST_COPY)
        }
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        _ = MHD_add_response_header(response, "Content-Type", answer.contentType)
        _ = MHD_add_response_header(response, "X-Content-Type-Options", "nosniff")
        if let allow = answer.allow { _ = MHD_add_response_header(response, "Allow", allow) }
        return MHD_queue_response(connection, answer.status, response)
    }
}
