import JSON
import Nftables
import Policy

/// A generation that judges for a time only, until somebody confirms it or the kernel returns to the one before.
public struct PendingConfirmation: Hashable, Sendable {
    /// The generation.
    public let generation: Int
    /// The generation that the kernel returns to; nil when there was none, and nothing is gated then.
    public let previous: Int?
    /// Seconds it has.
    public let seconds: Int
    /// Which kernel and network namespace it was put into.
    public let host: HostIdentity
    /// The moment of the boot clock, in nanoseconds, at which it was in force for certain; nil while it is being put in force.
    public internal(set) var switched: Int64?

    init(_ record: GenerationRecord, seconds: Int) {
        generation = record.number
        previous = record.previous
        host = record.host
        self.seconds = seconds
    }
}

extension PendingConfirmation {
    var json: JSONValue {
        .members([
            "format": .number(1), "generation": .number(Int64(generation)),
            "previous": previous.map { .number(Int64($0)) }, "seconds": .number(Int64(seconds)),
            "network_namespace": .number(Int64(clamping: host.namespace)), "boot_id": .string(host.boot),
            "switched_boot_ns": switched.map { .number($0) },
        ])
    }

    init?(json: JSONValue) {
        guard json["format"]?.integer == 1, let generation = json["generation"]?.integer, generation >= 1,
            generation < 1 << 31, let seconds = json["seconds"]?.integer, seconds >= 1, seconds < 1 << 31,
            let namespace = json["network_namespace"]?.integer, namespace >= 0, let boot = json["boot_id"]?.text
        else { return nil }
        let previous = json["previous"]?.integer
        guard previous.map({ $0 >= 1 && $0 < generation }) ?? true else { return nil }
        self.generation = Int(generation)
        self.previous = previous.map { Int($0) }
        self.seconds = Int(seconds)
        host = HostIdentity(namespace: UInt64(namespace), boot: boot)
        switched = json["switched_boot_ns"]?.integer
    }
}

extension StateDirectory {
    var pendingPath: String { "\(path)/pending.json" }

    /// Returns the generation that waits to be confirmed, or whose end nobody has put in order yet.
    public func pending() throws(GateFailure) -> PendingConfirmation? {
        guard let json = try readJSON(pendingPath) else { return nil }
        guard let pending = PendingConfirmation(json: json) else {
            throw .stateDamaged(pendingPath, "it names no generation")
        }
        return pending
    }

    /// Returns the tables of a waiting generation and of the one before it.
    func tables(of pending: PendingConfirmation) throws(GateFailure) -> (old: Table?, new: Table) {
        guard let record = try record(pending.generation), let new = try table(of: record) else {
            throw .stateDamaged(pendingPath, "it names generation \(pending.generation), which is not there")
        }
        guard let previous = pending.previous else { return (nil, new) }
        guard let before = try self.record(previous) else {
            throw .stateDamaged(pendingPath, "it names generation \(previous), which is not there")
        }
        return (try table(of: before), new)
    }
}
