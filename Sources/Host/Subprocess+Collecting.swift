internal import CLinux
import Glibc

extension Subprocess {
    /// Reads what a started process writes until it ends, or until a moment of ``BootClock``, and sees to its end.
    func collect(
        from process: pid_t, output: consuming Descriptor, error: consuming Descriptor,
        until deadline: Int64
    ) throws(SubprocessError) -> Outcome {
        var outcome = Outcome(ending: .timedOut, output: [], error: [])
        // Nothing may leave this function without the process having been waited for.
        let ended: Result<Bool, SubprocessError>
        do {
            ended = .success(
                try follow(process, output: output.number, error: error.number, until: deadline, into: &outcome))
        } catch {
            ended = .failure(error)
        }
        if ended != .success(true) {
            _ = kill(-process, SIGKILL)
            _ = kill(process, SIGKILL)
        }
        let status = try Self.reap(process)
        guard try ended.get() else { return outcome }
        // The layout of a wait status (wait(2)): the signal in the low seven bits, the exit code above them.
        let signal = status & 0x7f
        outcome.ending = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
        return outcome
    }

    /// Reads both pipes until the process ends; returns whether it ended by itself.
    private func follow(
        _ process: pid_t, output: Int32, error: Int32, until deadline: Int64,
        into outcome: inout Outcome
    ) throws(SubprocessError) -> Bool {
        let exit = try Descriptor(portgate_pidfd_open(process), from: "pidfd_open")
        for end in [output, error] where portgate_set_nonblocking(end) != 0 {
            throw .system(call: "fcntl", errno: errno)
        }
        let events = Int16(POLLIN)
        var watched = [
            pollfd(fd: output, events: events, revents: 0), pollfd(fd: error, events: events, revents: 0),
            pollfd(fd: exit.number, events: events, revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let left = deadline.subtractingReportingOverflow(BootClock.nanoseconds).partialValue
            guard left > 0 else { return false }
            // Rounded up, so that the last round is not one of many.
            let count = poll(&watched, nfds_t(watched.count), Int32(min(left / 1_000_000 + 1, 1_000_000)))
            let reason = errno
            if count < 0, reason != EINTR { throw .system(call: "poll", errno: reason) }
            if count <= 0 { continue }
            let hasEnded = watched[2].revents != 0
            // What the process wrote before it ended is in the pipes, at most 1 MiB each (pipe(7)); what its heirs may still
            // write is not waited for.
            for _ in 0..<(hasEnded ? 32 : 1) {
                var hasMore = false
                for index in 0..<2 where watched[index].fd >= 0 && (hasEnded || watched[index].revents != 0) {
                    let size = read(watched[index].fd, &buffer, buffer.count)
                    let reason = errno
                    if size > 0 {
                        hasMore = true
                        keep(buffer[..<size], isError: index == 1, in: &outcome)
                    } else if size == 0 || (reason != EINTR && reason != EAGAIN) {
                        watched[index].fd = -1
                    }
                }
                if outcome.ending == .wroteTooMuch { return false }
                if !hasMore { break }
            }
            if hasEnded { return true }
        }
    }

    private func keep(_ bytes: ArraySlice<UInt8>, isError: Bool, in outcome: inout Outcome) {
        if isError {
            outcome.error += bytes.prefix(max(0, maxErrorBytes - outcome.error.count))
        } else if outcome.output.count + bytes.count > maxOutputBytes {
            outcome.ending = .wroteTooMuch
        } else {
            outcome.output += bytes
        }
    }

    /// Waits for the end of a process (waitpid(2)) and returns its status.
    private static func reap(_ process: pid_t) throws(SubprocessError) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            let reason = errno
            guard reason == EINTR else { throw .system(call: "waitpid", errno: reason) }
        }
        return status
    }
}
