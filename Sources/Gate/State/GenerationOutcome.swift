import JSON
public import Policy

/// How the change to a generation ended.
public struct GenerationOutcome: Hashable, Sendable {
    /// The ways in which a change ends.
    public enum Result: String, Hashable, Sendable, CaseIterable {
        /// It is in force.
        case applied
        /// It judges for a time, and waits to be confirmed.
        case armed = "awaiting-confirmation"
        /// Nobody confirmed it, or somebody took it back: the kernel judges by the generation before.
        case fellBack = "fell-back"
        /// It failed, and what was live before is live again.
        case returned
        /// It failed, and so did the way back.
        case stranded
    }

    /// How it ended.
    public let result: Result
    /// When.
    public let at: Instant
    /// The kernel's ruleset generation right after.
    public let kernelGeneration: UInt32?
    /// Why it failed; empty when it did not.
    public let detail: String

    /// Creates an outcome.
    public init(result: Result, at: Instant, kernelGeneration: UInt32?, detail: String = "") {
        self.result = result
        self.at = at
        self.kernelGeneration = kernelGeneration
        self.detail = detail
    }

    /// Whether the generation became the one in force.
    var isInForce: Bool { result == .applied }

    var json: JSONValue {
        .members([
            "format": .number(1), "outcome": .string(result.rawValue), "at": .string(at.rfc3339),
            "at_seconds": .number(at.seconds), "kernel_generation": kernelGeneration.map { .number(Int64($0)) },
            "detail": .string(detail),
        ])
    }

    init?(json: JSONValue) {
        guard json["format"]?.integer == 1, let text = json["outcome"]?.text, let result = Result(rawValue: text),
            let seconds = json["at_seconds"]?.integer
        else { return nil }
        self.result = result
        at = Instant(seconds: seconds)
        kernelGeneration = json["kernel_generation"]?.integer.flatMap { UInt32(exactly: $0) }
        detail = json["detail"]?.text ?? ""
    }
}
