/// A request while it comes in. One connection has one at a time.
final class HTTPExchange {
    /// The longest body that is looked at: many times what a request needs.
    static let mostBytes = 64 << 10
    /// The longest that is read to its end, so that the client reads the answer.
    static let mostReadBytes = 1 << 20

    /// The body so far.
    private(set) var body: [UInt8] = []
    /// Whether there was more than may be.
    private(set) var isTooLong = false

    /// Takes a part of the body.
    func take(_ bytes: UnsafeRawBufferPointer) {
        guard !isTooLong, body.count + bytes.count <= Self.mostBytes else {
            isTooLong = true
            body = []
            return
        }
        body.append(contentsOf: bytes)
    }
}
