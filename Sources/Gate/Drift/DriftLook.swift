import Drift
import Policy

/// A look under way: what was found so far.
struct DriftLook {
    private(set) var findings: [DriftFinding] = []
    private(set) var facts = DriftReport.Facts()

    /// Adds findings.
    mutating func add(_ more: [DriftFinding]) { findings += more }

    /// Adds what a source finds; when it fails, that it did.
    mutating func take(_ what: String, _ source: () throws(GateFailure) -> [DriftFinding]) {
        do throws(GateFailure) { findings += try source() } catch { findings.append(.notLookedAt(what, error)) }
    }

    /// Looks at what is live beside what was recorded; without a record that can be read, at what is live alone.
    mutating func stand(_ door: KernelDoor, _ state: StateDirectory, now: Instant) -> GateStand? {
        var first: GateFailure
        do throws(GateFailure) { return try GateStand.read(door, state, now: now) } catch { first = error }
        do throws(GateFailure) {
            let stand = try GateStand.withoutRecord(door, now: now)
            findings.append(.notLookedAt("what was applied", first))
            return stand
        } catch {
            findings.append(.notLookedAt("the live table", error))
            if first != error { findings.append(.notLookedAt("what was applied", first)) }
            return nil
        }
    }

    /// Notes what is looked at.
    mutating func facts(_ stand: GateStand?, _ declared: DeclaredPolicy) {
        facts.generation = stand?.record?.number
        facts.appliedDigest = stand?.record?.policyDigest
        facts.kernelGeneration = stand?.look.generation
        facts.declaredDigest = declared.policy?.digest
        switch declared {
        case .policy(_, let paths), .unusable(_, _, let paths): facts.paths = paths
        case .none: facts.paths = (stand?.record?.paths ?? []).filter { $0 != "-" }
        }
    }
}
