import Glibc
import Host
import Policy

/// The lock that keeps two changes apart; given back when the value goes, or when the process dies.
public struct StateLock: ~Copyable {
    private let descriptor: Int32

    deinit {
        // By name: a child that another thread is just starting has the file open, too, and would hold the lock until it is another
        // program.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Takes the lock, waiting at most `waitSeconds`; says who holds it when it cannot.
    static func take(_ path: String, waitSeconds: Int, now: Instant) throws(GateFailure) -> StateLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw .stateUnusable(SystemError("open \(path)").description, exit: .refused) }
        let deadline = BootClock.moment(after: .seconds(waitSeconds))
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let error = SystemError("lock \(path)")
            guard error.code == EWOULDBLOCK || error.code == EINTR else {
                close(descriptor)
                throw .stateUnusable(error.description, exit: .refused)
            }
            guard BootClock.nanoseconds < deadline else {
                let holder = holder(descriptor)
                close(descriptor)
                throw .locked(path, holder: holder)
            }
            // Nothing to wait on: flock(2) has no time-out.
            poll(nil, 0, 50)
        }
        let note = Array("held by pid \(getpid()), since \(now.rfc3339)\n".utf8)
        // Only words for the one who finds it held: a failure to write them takes nothing away.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, note, note.count, 0) }
        return StateLock(descriptor: descriptor)
    }

    /// Returns the holder's own words, printable ones only.
    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return "held by a process that has not said who it is" }
        return String(decoding: buffer.prefix(count).prefix { $0 >= 0x20 && $0 < 0x7f }, as: UTF8.self)
    }
}
