import CLinux
import Glibc

/// Notices the end of a session: its input ends, a signal comes, the process above it goes, or sshd's own process for the
/// connection does.
struct SessionWatch: ~Copyable {
    private let server: Int32
    private let parent: Int32
    private let signals: Int32

    /// Begins to watch.
    init(_ origin: SessionOrigin) throws(GateFailure) {
        let server = portgate_pidfd_open(origin.server)
        let parent = portgate_pidfd_open(origin.parent)
        let signals = portgate_session_signals()
        guard server >= 0, parent >= 0, signals >= 0 else {
            let error = SystemError("watch the session")
            for descriptor in [server, parent, signals] where descriptor >= 0 { close(descriptor) }
            throw .noSSHConnection(error.description)
        }
        self.server = server
        self.parent = parent
        self.signals = signals
    }

    deinit { for descriptor in [server, parent, signals] { close(descriptor) } }

    /// Waits so many milliseconds at most; tells whether the session ended.
    func ends(within milliseconds: UInt64) -> Bool {
        var waiting = [STDIN_FILENO, server, parent, signals].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = poll(&waiting, nfds_t(waiting.count), Int32(clamping: milliseconds))
        if count < 0 { return errno != EINTR }
        if waiting[1].revents != 0 || waiting[2].revents != 0 { return true }
        if waiting[3].revents != 0, isEnd(portgate_read_signal(signals)) { return true }
        if waiting[0].revents != 0 { return inputEnds() }
        return false
    }

    /// A stop from the terminal, and signals without meaning here, end nothing.
    private func isEnd(_ signal: Int32) -> Bool { [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(signal) || signal < 0 }

    /// Reads what is there and forgets it; tells whether it was the end.
    private func inputEnds() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0 { return errno != EINTR && errno != EAGAIN }
        return count == 0
    }
}
