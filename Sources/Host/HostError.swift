/// A call to the system that failed: what was tried, on what, why, and what may help.
public struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, such as "read" or "replace".
    public let operation: String
    /// The path or object it was tried on.
    public let subject: String
    /// Why it failed, in the system's words or ours.
    public let reason: String
    /// What may help, when we know.
    public let advice: String?
    /// The system's error, when it was one.
    public let errno: Errno?

    /// Creates an error with a reason of our own.
    public init(_ operation: String, _ subject: String, reason: String, advice: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.reason = reason
        self.advice = advice
        errno = nil
    }

    /// Creates an error from the system's.
    public init(_ operation: String, _ subject: String, _ errno: Errno, advice: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
        reason = errno.description
        self.advice = advice ?? Self.advice(for: errno)
    }

    private static func advice(for errno: Errno) -> String? {
        switch errno {
        case .permissionDenied, .notPermitted: "run it as a user with the right to do so"
        case .noSpace: "make room on the file system"
        default: nil
        }
    }

    /// One line: "cannot read /etc/x: No such file or directory".
    public var description: String {
        "cannot \(operation) \(subject): \(reason)" + (advice.map { "; \($0)" } ?? "")
    }
}
