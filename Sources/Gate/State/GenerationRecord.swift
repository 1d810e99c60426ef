import JSON
public import Policy

/// What is known of one generation: a ruleset that was put in force, or was tried to be.
public struct GenerationRecord: Hashable, Sendable {
    /// How a generation came to be.
    public enum Origin: Hashable, Sendable {
        /// By applying a policy.
        case apply
        /// By returning to an earlier generation.
        case rollback(to: Int)
        /// By taking the gate away: back to before the first generation.
        case noGate
    }

    /// A policy file as it was read.
    public struct Source: Hashable, Sendable {
        /// The path as it was given.
        public let path: String
        /// The bytes.
        public let bytes: [UInt8]

        /// Creates a source.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// The number, from 1.
    public var number: Int
    /// How it came to be.
    public var origin: Origin
    /// The generation that was current before it.
    public var previous: Int?
    /// When it was made.
    public var created: Instant
    /// The policy's name.
    public var policyName: String
    /// The policy's digest.
    public var policyDigest: String
    /// The paths that were applied, as they were given.
    public var paths: [String]
    /// The digest of the ruleset's text.
    public var rulesetDigest: String
    /// Where it was applied.
    public var host: HostIdentity
    /// Seconds by which the rendered instants are shifted against the policy's: a rehearsal when not 0.
    public var clockOffset: Int64
    /// The last moment for which windows are rendered, when there are any.
    public var horizon: Instant?
    /// Who applied it: a user's number, and the name `sudo` gives.
    public var appliedBy: String
    /// Whether it was proved that the ruleset lets in what the policy allows; false when that was skipped, nil when nobody knows.
    public var isProved: Bool?

    /// Creates a record.
    public init(
        number: Int, origin: Origin, previous: Int?, created: Instant, policyName: String, policyDigest: String,
        paths: [String], rulesetDigest: String, host: HostIdentity, clockOffset: Int64, horizon: Instant?,
        appliedBy: String, isProved: Bool? = nil
    ) {
        self.number = number
        self.origin = origin
        self.previous = previous
        self.created = created
        self.policyName = policyName
        self.policyDigest = policyDigest
        self.paths = paths
        self.rulesetDigest = rulesetDigest
        self.host = host
        self.clockOffset = clockOffset
        self.horizon = horizon
        self.appliedBy = appliedBy
        self.isProved = isProved
    }
}

extension GenerationRecord {
    /// The record as it stands in `meta.json`, without the sources' list.
    var json: JSONValue {
        var origin = "apply"
        var target: Int?
        switch self.origin {
        case .apply: break
        case .rollback(let number): (origin, target) = ("rollback", number)
        case .noGate: origin = "no-gate"
        }
        return .members([
            "format": .number(1), "number": .number(Int64(number)), "origin": .string(origin),
            "returned_to": target.map { .number(Int64($0)) }, "previous": previous.map { .number(Int64($0)) },
            "created": .string(created.rfc3339), "created_seconds": .number(created.seconds),
            "applied_by": .string(appliedBy), "policy": .string(policyName), "policy_digest": .string(policyDigest),
            "paths": .array(paths.map { .string($0) }), "ruleset_digest": .string(rulesetDigest),
            "network_namespace": .number(Int64(clamping: host.namespace)), "boot_id": .string(host.boot),
            "clock_offset_seconds": .number(clockOffset), "horizon_seconds": horizon.map { .number($0.seconds) },
            "proved": isProved.map { .bool($0) },
        ])
    }

    /// Reads a record, or returns nil when something is missing or of the wrong kind.
    init?(json: JSONValue) {
        guard json["format"]?.integer == 1, let number = json["number"]?.integer, number >= 1, number < 1 << 31,
            let created = json["created_seconds"]?.integer, let appliedBy = json["applied_by"]?.text,
            let name = json["policy"]?.text, let digest = json["policy_digest"]?.text,
            let paths = json["paths"]?.elements, let ruleset = json["ruleset_digest"]?.text,
            let namespace = json["network_namespace"]?.integer, namespace >= 0, let boot = json["boot_id"]?.text,
            let offset = json["clock_offset_seconds"]?.integer
        else { return nil }
        switch (json["origin"]?.text, json["returned_to"]?.integer) {
        case ("apply", nil): origin = .apply
        case ("no-gate", nil): origin = .noGate
        case ("rollback", .some(let target)) where target >= 1 && target < number: origin = .rollback(to: Int(target))
        default: return nil
        }
        let previous = json["previous"]?.integer
        guard previous.map({ $0 >= 1 && $0 < number }) ?? true else { return nil }
        self.number = Int(number)
        self.previous = previous.map { Int($0) }
        self.created = Instant(seconds: created)
        self.appliedBy = appliedBy
        policyName = name
        policyDigest = digest
        self.paths = paths.compactMap(\.text)
        rulesetDigest = ruleset
        host = HostIdentity(namespace: UInt64(namespace), boot: boot)
        clockOffset = offset
        horizon = json["horizon_seconds"]?.integer.map { Instant(seconds: $0) }
        isProved = json["proved"]?.truth
    }
}
