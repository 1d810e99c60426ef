import Glibc

/// Standard output or another descriptor that did not take what was written.
struct ConsoleError: Error, Hashable {
    /// The system's number.
    let errno: Int32

    /// What happened, in the system's words.
    var message: String { "cannot write standard output: \(String(cString: strerror(errno)))" }
}

/// What a command writes to, and what it may know of its surroundings.
struct Console: Sendable {
    /// Returns an environment variable.
    let environment: @Sendable (_ name: String) -> String?
    /// Whether standard output is a terminal.
    let outputIsTerminal: Bool

    /// The real one. Makes sure that descriptors 0 to 2 are taken, so that no file opened later becomes standard output,
    /// and that a reader that goes away is an error to report instead of a signal.
    static func standard() -> Console {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
            // The wrong direction on purpose: what was closed stays unusable.
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
        signal(SIGPIPE, SIG_IGN)
        return Console(
            environment: { name in getenv(name).map { String(cString: $0) } },
            outputIsTerminal: isatty(STDOUT_FILENO) == 1)
    }

    /// Whether escape sequences may go to standard output: only to a terminal, and not when `NO_COLOR` is set.
    var usesColour: Bool {
        outputIsTerminal && environment("NO_COLOR").map(\.isEmpty) ?? true && environment("TERM") != "dumb"
    }

    /// Writes results to standard output, all of them.
    func write(_ bytes: [UInt8]) throws(ConsoleError) {
        if let errno = Self.writeAll(bytes, to: STDOUT_FILENO) { throw ConsoleError(errno: errno) }
    }

    /// Writes results to standard output, all of them.
    func write(_ text: String) throws(ConsoleError) { try write(Array(text.utf8)) }

    /// Writes a message or progress to standard error; nothing can be done when that fails.
    func say(_ text: String) { _ = Self.writeAll(Array("\(text)\n".utf8), to: STDERR_FILENO) }

    /// Writes text that is ready, such as findings, to standard error.
    func say(bytes: [UInt8]) { _ = Self.writeAll(bytes, to: STDERR_FILENO) }

    /// Writes everything with write(2); returns the error number when it cannot.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let written = Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if written < 0 {
                    let code = errno
                    if code == EINTR { continue }
                    return code
                }
                done += written
            }
            return nil
        }
    }
}
