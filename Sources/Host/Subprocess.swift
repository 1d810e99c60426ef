internal import CLinux
import Glibc

/// A program to be run: without a shell, with exactly the arguments, environment and input given here, and bounded in time
/// and output.
public struct Subprocess: Sendable {
    /// How a process ended.
    public enum Ending: Hashable, Sendable {
        /// It returned this exit code.
        case exited(Int32)
        /// This signal ended it.
        case signalled(Int32)
        /// It was killed because its time was over.
        case timedOut
        /// It was killed because it wrote more than it may.
        case wroteTooMuch
    }

    /// What a process did.
    public struct Outcome: Sendable {
        /// How it ended.
        public var ending: Ending
        /// What it wrote to its standard output, at most ``Subprocess/maxOutputBytes``.
        public var output: [UInt8]
        /// What it wrote to its standard error; what is beyond ``Subprocess/maxErrorBytes`` is read and dropped.
        public var error: [UInt8]

        /// Whether it returned 0.
        public var succeeded: Bool { ending == .exited(0) }
    }

    /// The program's path; never searched for.
    public var path: String
    /// The arguments after the program's name.
    public var arguments: [String]
    /// The whole environment, `KEY=value` each.
    public var environment: [String]
    /// All of the standard input. It is a file in memory: a process that does not read it holds nobody up.
    public var input: [UInt8]
    /// How long the process may take.
    public var timeout: Duration
    /// How much it may write to its standard output before it is killed.
    public var maxOutputBytes: Int
    /// How much of its standard error is kept.
    public var maxErrorBytes: Int

    /// Describes a process.
    public init(
        path: String, arguments: [String] = [], environment: [String] = [], input: [UInt8] = [],
        timeout: Duration = .seconds(60), maxOutputBytes: Int = 256 << 20, maxErrorBytes: Int = 64 << 10
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.timeout = timeout
        self.maxOutputBytes = maxOutputBytes
        self.maxErrorBytes = maxErrorBytes
    }

    /// Runs the process and waits for its end.
    ///
    /// It is started by the calling thread and so runs in that thread's network namespace, in a process group of its own,
    /// with default signal handling. When the time is over or too much was written, the whole group is killed.
    ///
    /// - Throws: ``SubprocessError`` when it could not be run.
    public func run() throws(SubprocessError) -> Outcome {
        let deadline = BootClock.moment(after: timeout)
        let inputFile = try Self.memoryFile(holding: input)
        let outputPipe = try Pipe()
        let errorPipe = try Pipe()
        let process = try start(
            input: inputFile.number, output: outputPipe.writing.number, error: errorPipe.writing.number)
        return try collect(
            from: process, output: outputPipe.readingEnd(), error: errorPipe.readingEnd(), until: deadline)
    }

    private static func memoryFile(holding bytes: [UInt8]) throws(SubprocessError) -> Descriptor {
        let file = try Descriptor(portgate_memory_file("input"), from: "memfd_create")
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
            let reason = errno
            if written > 0 {
                offset += written
            } else if reason != EINTR {
                throw .system(call: "write", errno: reason)
            }
        }
        guard lseek(file.number, 0, SEEK_SET) == 0 else { throw .system(call: "lseek", errno: errno) }
        return file
    }

    /// Starts the process with posix_spawn(3) and returns its number.
    private func start(input: Int32, output: Int32, error: Int32) throws(SubprocessError) -> pid_t {
        guard access(path, X_OK) == 0 else { throw .missing(path: path) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, error, 2)
        // What this process was given without close-on-exec is not passed on either.
        portgate_spawn_close_from(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        var allSignals = sigset_t()
        sigfillset(&allSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setsigdefault(&attributes, &allSignals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var process: pid_t = 0
        let result = withCStrings([path] + arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&process, path, &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else { throw .cannotStart(path: path, errno: result) }
        return process
    }
}

/// Calls a closure with a null-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
}
