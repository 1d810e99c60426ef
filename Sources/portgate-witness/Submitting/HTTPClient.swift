import CCurl
import Host

/// Asks one server by HTTP or HTTPS, by libcurl. One thread owns it.
final class HTTPClient {
    /// The longest answer that is read.
    private static let mostBytes = 64 << 10

    /// What came back.
    struct Answer {
        let status: Int
        let body: [UInt8]
    }

    private let curl: UnsafeMutableRawPointer?
    private let base: String
    private let authorities: String?
    private let stop: StopFlag
    private var body: [UInt8] = []
    private var isTooLong = false

    /// Prepares to ask.
    ///
    /// - Parameters:
    ///   - base: The URL before the paths.
    ///   - authorities: The PEM file that certificates are verified against; nil for the system's.
    init(_ base: String, authorities: String?, stop: StopFlag) {
        var base = base
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.authorities = authorities
        self.stop = stop
        curl = curl_easy_init()
    }

    deinit { if let curl { curl_easy_cleanup(curl) } }

    /// Asks for a path, or posts a body to it.
    ///
    /// - Parameter milliseconds: The most that it may take.
    func ask(_ path: String, posting request: [UInt8]? = nil, within milliseconds: Int64) throws(SubmissionFailure)
        -> Answer
    {
        let url = base + path
        guard let curl else {
            throw SubmissionFailure("ask", url, reason: "libcurl has no memory", advice: "make room in memory")
        }
        body = []
        isTooLong = false
        // Connections stay open behind it; nothing else does.
        curl_easy_reset(curl)
        let list = curl_slist_append(curl_slist_append(nil, "Content-Type: text/plain"), "Expect:")
        defer { curl_slist_free_all(list) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        var codes = [
            portgate_curl_set_text(curl, CURLOPT_URL, url),
            portgate_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https"),
            portgate_curl_set_text(curl, CURLOPT_USERAGENT, "portgate-witness"),
            portgate_curl_set_number(curl, CURLOPT_NOSIGNAL, 1),
            portgate_curl_set_number(curl, CURLOPT_TIMEOUT_MS, Int(max(1, milliseconds))),
            portgate_curl_set_number(curl, CURLOPT_SSLVERSION, Int(portgate_curl_tls12)),
            portgate_curl_set_taker(curl, Self.take, context), portgate_curl_set_watcher(curl, Self.watch, context),
        ]
        if let authorities { codes.append(portgate_curl_set_text(curl, CURLOPT_CAINFO, authorities)) }
        if let request {
            codes.append(request.withUnsafeBytes { portgate_curl_set_body(curl, $0.baseAddress, $0.count) })
            codes.append(portgate_curl_set_list(curl, CURLOPT_HTTPHEADER, list))
        }
        let code = codes.first { $0 != CURLE_OK } ?? curl_easy_perform(curl)
        guard code == CURLE_OK else {
            throw SubmissionFailure(
                "ask", url, reason: isTooLong ? "the answer is longer than \(Self.mostBytes) bytes" : words(code),
                advice: "look whether the witness runs there, and nothing between refuses it")
        }
        return Answer(status: portgate_curl_status(curl), body: body)
    }

    private func words(_ code: CURLcode) -> String {
        if code == CURLE_ABORTED_BY_CALLBACK { return "an end was asked for" }
        return curl_easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue) of libcurl"
    }

    private static let take:
        @convention(c) (
            UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
        ) -> Int = { bytes, size, count, context in
            // libcurl's own size is always 1.
            let (length, overflows) = size.multipliedReportingOverflow(by: count)
            guard !overflows, let context else { return 0 }
            let client = Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
            guard client.body.count + length <= HTTPClient.mostBytes else {
                client.isTooLong = true
                return 0
            }
            client.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
            return length
        }

    private static let watch:
        @convention(c) (
            UnsafeMutableRawPointer?, curl_off_t, curl_off_t, curl_off_t, curl_off_t
        ) -> Int32 = { context, _, _, _, _ in
            guard let context else { return 1 }
            return Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue().stop.isRaised ? 1 : 0
        }
}
