import Glibc
import Host
import Synchronization

/// Until when each connection must have sent a whole request and taken the answer: who sends a byte now and then holds a connection no
/// longer than others do.
final class ConnectionDeadlines: Sendable {
    /// How long a request may take, from its first byte or the connection's beginning to the end of its answer.
    private let longest: Duration

    // By the connection's socket, in nanoseconds of BootClock.
    private let deadlines = Mutex<[Int32: Int64]>([:])

    /// Gives each connection so much time.
    init(longest: Duration) { self.longest = longest }

    /// Begins to count for a connection that was opened, or anew behind an answer.
    func begin(_ socket: Int32) {
        let moment = BootClock.moment(after: longest)
        deadlines.withLock { $0[socket] = moment }
    }

    /// Begins anew, if the connection is still there.
    func renew(_ socket: Int32) {
        let moment = BootClock.moment(after: longest)
        deadlines.withLock { if $0[socket] != nil { $0[socket] = moment } }
    }

    /// Forgets a connection. Called before its socket is closed, so that no number is kept that another file gets.
    func end(_ socket: Int32) { deadlines.withLock { _ = $0.removeValue(forKey: socket) } }

    /// Breaks off what took too long (`shutdown(2)`); whoever owns the connection closes it then.
    func breakOff() {
        let now = BootClock.nanoseconds
        deadlines.withLock { deadlines in
            for (socket, deadline) in deadlines where deadline < now { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}
