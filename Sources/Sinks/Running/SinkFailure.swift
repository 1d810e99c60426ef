public import Host

/// Why a sink did not take records: what was tried, where, why, and what to do. One line.
public struct SinkFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, such as "connect to".
    public let operation: String
    /// Where: a host and port, or a path.
    public let subject: String
    /// Why it failed.
    public let reason: String
    /// What helps.
    public let advice: String

    /// Creates a failure.
    public init(_ operation: String, _ subject: String, reason: String, advice: String) {
        self.operation = operation
        self.subject = subject
        self.reason = reason
        self.advice = advice
    }

    /// Creates a failure from the system's error.
    public init(_ operation: String, _ subject: String, _ errno: Errno, advice: String) {
        self.init(operation, subject, reason: errno.description, advice: advice)
    }

    /// Creates a failure from one of the host's files.
    init(_ error: HostError, advice: String) {
        self.init(error.operation, error.subject, reason: error.reason, advice: error.advice ?? advice)
    }

    /// One line: "cannot connect to collector:6514: Connection refused; …".
    public var description: String { "cannot \(operation) \(subject): \(reason); \(advice)" }
}
