import Host

/// Why a witness has not signed: what was tried, where, why, and what to do. One line.
struct SubmissionFailure: Error, Hashable, CustomStringConvertible {
    let operation: String
    let subject: String
    let reason: String
    let advice: String

    init(_ operation: String, _ subject: String, reason: String, advice: String) {
        self.operation = operation
        self.subject = subject
        self.reason = reason
        self.advice = advice
    }

    init(_ error: HostError) {
        self.init(
            error.operation, error.subject, reason: error.reason,
            advice: error.advice ?? "run portgate-witness as the owner of the state directory")
    }

    var description: String { "cannot \(operation) \(subject): \(reason); \(advice)" }
}
