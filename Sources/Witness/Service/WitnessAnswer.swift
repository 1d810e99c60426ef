/// What a witness answers to a request.
public struct WitnessAnswer: Hashable, Sendable {
    /// The status (RFC 9110, section 15).
    public let status: UInt32
    /// The kind of the body.
    public let contentType: String
    /// The body.
    public let body: [UInt8]
    /// The methods that the path has, when the request's is another one.
    public let allow: String?

    /// Creates an answer.
    public init(
        status: UInt32, contentType: String = "text/plain; charset=utf-8", _ body: [UInt8], allow: String? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.allow = allow
    }

    /// Creates an answer of one line.
    public init(status: UInt32, _ line: String, allow: String? = nil) {
        self.init(status: status, Array("\(line)\n".utf8), allow: allow)
    }

    /// Answers a refusal: a conflict by the size alone, which the client goes on from (C2SP tlog-witness).
    init(_ refusal: Refusal) {
        guard let size = refusal.conflictingSize else {
            self.init(status: refusal.status, refusal.description)
            return
        }
        self.init(status: refusal.status, contentType: "text/x.tlog.size", Array("\(size)\n".utf8))
    }
}
