public import JSON
import Nftables
import Policy

/// The way back to an earlier generation.
public struct Rollback: Sendable {
    /// What is known of a generation, for a list.
    public struct Entry: Hashable, Sendable {
        /// The record.
        public let record: GenerationRecord
        /// How its change ended; nil when it was never said.
        public let outcome: GenerationOutcome?
        /// Whether it is the current one.
        public let isCurrent: Bool
    }

    private let state: StateDirectory

    /// Looks into a state directory.
    public init(state: StateDirectory) { self.state = state }

    /// Returns every generation that left a record, in order.
    public func entries() throws(GateFailure) -> [Entry] {
        let current = try state.currentNumber()
        var found: [Entry] = []
        for number in try state.numbers() {
            guard let record = try state.record(number) else { continue }
            found.append(
                Entry(record: record, outcome: try state.outcome(of: number), isCurrent: number == current))
        }
        return found
    }

    /// Returns the change that puts an earlier generation in force again: the one named, or the one before the current. When
    /// a change was interrupted, that one is the current. 0 is before the first: no gate at all.
    public func change(to number: Int?) throws(GateFailure) -> GateChange {
        if number == 0 { return try Self.noGate() }
        guard let current = try state.current() else {
            throw .nothingEarlier("nothing was ever applied (--to 0 takes a table that is live away)")
        }
        let isInterrupted = try state.interrupted() != nil
        guard let target = number ?? (isInterrupted ? current.number : current.previous) else {
            throw .nothingEarlier("generation \(current.number) is the first (--to 0 takes the gate away)")
        }
        guard let record = try state.record(target) else { throw .nothingEarlier("generation \(target) is not there") }
        guard try state.outcome(of: target)?.isInForce ?? false else {
            throw .nothingEarlier("generation \(target) never was in force")
        }
        let table = try state.table(of: record)
        return try GateChange(
            table: table, origin: table == nil ? .noGate : .rollback(to: target),
            policyName: record.policyName, policyDigest: record.policyDigest, paths: record.paths,
            sources: try state.sources(of: record), lists: try state.lists(of: target), horizon: record.horizon,
            clockOffset: record.clockOffset, isProved: record.isProved)
    }

    /// The change that takes the gate away.
    private static func noGate() throws(GateFailure) -> GateChange {
        try GateChange(
            table: nil, origin: .noGate, policyName: "-", policyDigest: "-", paths: [], sources: [],
            horizon: nil, clockOffset: 0)
    }
}

extension Rollback.Entry {
    /// The entry in one line.
    public var text: String {
        let mark = isCurrent ? "*" : " "
        let origin =
            switch record.origin {
            case .apply: "apply"
            case .rollback(let target): "rollback to \(target)"
            case .noGate: "gate taken away"
            }
        let end = outcome.map(\.result.rawValue) ?? "interrupted"
        return "\(mark) \(record.number)  \(record.created.rfc3339)  \(end)  \(origin)  \(record.policyName) "
            + "\(record.policyDigest.prefix(12))  \(record.appliedBy)"
    }

    /// The entry as JSON.
    public var json: JSONValue {
        .members([
            "current": .bool(isCurrent), "outcome": .string(outcome.map(\.result.rawValue) ?? "interrupted"),
            "detail": outcome.flatMap { $0.detail.isEmpty ? nil : .string($0.detail) }, "record": record.json,
        ])
    }
}
