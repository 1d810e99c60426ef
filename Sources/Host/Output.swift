import Glibc

/// A buffered writer to a descriptor, by `write(2)`.
///
/// Flush it before the process ends: what is left in the buffer is lost otherwise. After a failure nothing more is written, and
/// the failure is told again by each call.
public struct Output: ~Copyable {
    /// Bytes gathered before they are written.
    private static let capacity = 1 << 16

    private let descriptor: Descriptor
    private let subject: String
    private var buffer: [UInt8] = []
    private var failure: HostError?

    /// Creates a writer that takes over a descriptor. `subject` names it in errors.
    public init(_ descriptor: consuming Descriptor, subject: String) {
        self.descriptor = descriptor
        self.subject = subject
    }

    /// Creates a writer to standard output.
    public static func standardOutput() -> Output {
        ignoreBrokenPipes()
        return Output(Descriptor(lending: STDOUT_FILENO), subject: "standard output")
    }

    /// Creates a writer to standard error.
    public static func standardError() -> Output {
        ignoreBrokenPipes()
        return Output(Descriptor(lending: STDERR_FILENO), subject: "standard error")
    }

    /// Makes a vanished reader an error of `write(2)` (``Errno/brokenPipe``) in place of the end of the process.
    private static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Adds a text.
    public mutating func write(_ text: String) throws(HostError) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.capacity { try flush() }
    }

    /// Adds bytes.
    public mutating func write(_ bytes: [UInt8]) throws(HostError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.capacity { try flush() }
    }

    /// Writes what is in the buffer.
    public mutating func flush() throws(HostError) {
        defer { buffer.removeAll(keepingCapacity: true) }
        if let failure { throw failure }
        do throws(Errno) {
            try descriptor.write(buffer.span)
        } catch {
            let failure = HostError("write to", subject, error)
            self.failure = failure
            throw failure
        }
    }
}

extension HostError {
    /// Whether the reader of a pipe is gone, which ends a command without a complaint.
    public var isBrokenPipe: Bool { errno == .brokenPipe }
}
