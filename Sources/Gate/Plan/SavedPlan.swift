import Glibc
import JSON
public import Policy

/// A plan in a file: enough to know, when it is applied, that everything is still as it was when it was looked at.
public struct SavedPlan: Hashable, Sendable {
    /// The policy's paths, as they were given.
    public var paths: [String]
    /// The folder they are relative to.
    public var folder: String
    /// The moment of the policy's clock for which it was compiled.
    public var now: Instant
    /// Seconds by which rendered instants are shifted.
    public var clockOffset: Int64
    /// The digest of the policy.
    public var policyDigest: String
    /// The digest of the ruleset's text.
    public var rulesetDigest: String
    /// The kernel's ruleset generation that was looked at.
    public var kernelGeneration: UInt32
    /// The host and network namespace.
    public var host: HostIdentity
    /// The sums of the plan, for people.
    public var summary: String

    /// Creates a plan to save.
    public init(
        paths: [String], folder: String, now: Instant, clockOffset: Int64, policyDigest: String, rulesetDigest: String,
        kernelGeneration: UInt32, host: HostIdentity, summary: String
    ) {
        self.paths = paths
        self.folder = folder
        self.now = now
        self.clockOffset = clockOffset
        self.policyDigest = policyDigest
        self.rulesetDigest = rulesetDigest
        self.kernelGeneration = kernelGeneration
        self.host = host
        self.summary = summary
    }

    /// The bytes that every saved plan begins with, by which it is told from a policy.
    public static let mark = Array("{\n  \"portgate_plan\": 1,".utf8)

    /// The file's content.
    public var bytes: [UInt8] {
        JSONValue.members([
            "portgate_plan": .number(1), "summary": .string(summary), "paths": .array(paths.map { .string($0) }),
            "folder": .string(folder), "now": .string(now.rfc3339), "now_seconds": .number(now.seconds),
            "clock_offset_seconds": .number(clockOffset), "policy_digest": .string(policyDigest),
            "ruleset_digest": .string(rulesetDigest), "kernel_generation": .number(Int64(kernelGeneration)),
            "network_namespace": .number(Int64(clamping: host.namespace)), "boot_id": .string(host.boot),
        ]).rendered()
    }

    /// Reads a saved plan from a file's content.
    public init(bytes: [UInt8], path: String) throws(GateFailure) {
        let json: JSONValue
        do throws(JSONReader.Malformed) { json = try JSONReader.value(of: bytes) } catch {
            throw .planDamaged(path, "\(error.reason), at byte \(error.offset)")
        }
        guard json["portgate_plan"]?.integer == 1, let paths = json["paths"]?.elements, !paths.isEmpty,
            let folder = json["folder"]?.text, let now = json["now_seconds"]?.integer,
            let offset = json["clock_offset_seconds"]?.integer, let policy = json["policy_digest"]?.text,
            let ruleset = json["ruleset_digest"]?.text,
            let generation = json["kernel_generation"]?.integer.flatMap({ UInt32(exactly: $0) }),
            let namespace = json["network_namespace"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let boot = json["boot_id"]?.text
        else { throw .planDamaged(path, "a field is missing or of the wrong kind") }
        let names = paths.compactMap(\.text)
        guard names.count == paths.count else { throw .planDamaged(path, "a path is no text") }
        self.init(
            paths: names, folder: folder, now: Instant(seconds: now), clockOffset: offset, policyDigest: policy,
            rulesetDigest: ruleset, kernelGeneration: generation, host: HostIdentity(namespace: namespace, boot: boot),
            summary: json["summary"]?.text ?? "")
    }

    /// Reads a saved plan; nil when the path holds something else, or nothing.
    public static func read(_ path: String) throws(GateFailure) -> SavedPlan? {
        let bytes: [UInt8]?
        // A folder, a pipe or a large file is no plan; the policy's loader says what is wrong with it.
        do throws(SystemError) { bytes = try StateFile.read(path, limit: 1 << 20) } catch { return nil }
        guard let bytes, bytes.starts(with: mark) else { return nil }
        return try SavedPlan(bytes: bytes, path: path)
    }

    /// Writes the plan to a file, whole or not at all.
    public func write(_ path: String) throws(GateFailure) {
        do throws(SystemError) { try StateFile.write(path, bytes) } catch {
            throw .planDamaged(path, "it cannot be written (\(error))")
        }
    }

    /// Makes sure that the plan speaks of this host as it is now. What it says of the policy is checked after compiling.
    public func check(host: HostIdentity, generation: UInt32, folder: String) throws(GateFailure) {
        if self.host.boot != host.boot { throw .planOutdated("it was made before this host was restarted") }
        if self.host.namespace != host.namespace {
            throw .planOutdated("it was made in network namespace \(self.host.namespace), this is \(host.namespace)")
        }
        if self.folder != folder { throw .planOutdated("its paths are relative to \(self.folder); run it from there") }
        if kernelGeneration != generation {
            throw .planOutdated("the live rules moved on, from generation \(kernelGeneration) to \(generation)")
        }
    }

    /// Makes sure that the policy still compiles to what was planned.
    public func check(policyDigest: String, rulesetDigest: String) throws(GateFailure) {
        if self.policyDigest != policyDigest { throw .planOutdated("the policy's files have changed") }
        if self.rulesetDigest != rulesetDigest {
            throw .planOutdated("the policy compiles to another ruleset now (another version, or other accounts)")
        }
    }
}
