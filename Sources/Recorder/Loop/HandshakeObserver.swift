/// Reads handshakes out of segments. It is called for each record and must not allocate in the steady state.
public protocol HandshakeObserver: AnyObject {
    /// Takes a segment's payload, which lasts as long as the call.
    func take(_ segment: HandshakeSegment, payload: RawSpan) -> HandshakeProgress
    /// Appends what is known of a connection: members of an object, each with a comma before it (`,"tls":{…}`).
    func append(connection: Int, to line: inout [UInt8])
    /// Takes out a connection of which something is known that ``append(connection:to:)`` was not asked for, though the first
    /// of it is older than a moment (nanoseconds of the boot's clock); nil when there is none.
    func overdue(before moment: Int64) -> Int?
    /// Whether something is known of a connection that ``append(connection:to:)`` was not asked for.
    func isUntold(connection: Int) -> Bool
    /// Forgets a connection.
    func forget(connection: Int)
}
