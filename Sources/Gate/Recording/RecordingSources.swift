import Compiler
import Host
import Nftables
public import Policy
public import Recorder

/// What the recorder has to know of the gate and who is let in, read from the state directory and the kernel, and read again when
/// it changes.
public struct RecordingSources {
    private let state: StateDirectory
    private let say: (String) -> Void
    private var generation: Int?
    private var policy: Policy?
    private var epoch: UInt8 = 0
    /// Whether a rule of the gate in force logs heartbeats.
    private var hasHeartbeat = false
    private var grants: [Grant] = []
    private var living: [SessionEntry] = []
    /// Sessions that are over, as long as records of their time may come.
    private var past: [SessionInterval] = []
    private var complaint = ""

    /// Seconds for which a session that is over is remembered.
    private static let memory: Int64 = 3_600

    /// Reads from a state directory.
    public init(_ state: StateDirectory, say: @escaping (String) -> Void) {
        self.state = state
        self.say = say
    }

    /// The policy in force, as it was recorded; nil when none is.
    public var current: Policy? { policy }

    /// Looks whether anything changed; returns the new context, or nil when nothing did.
    public mutating func refresh(at now: RecorderClock) -> RecordContext? {
        var hasChanged = false
        do throws(GateFailure) {
            let record = try state.current()
            if record?.number != generation || (policy == nil && record != nil) {
                hasChanged = true
                generation = record?.number
                policy = try record.map { record throws(GateFailure) in
                    try RecordedPolicy.forNames(of: record, in: state)
                }
                let table = try record.flatMap { record throws(GateFailure) in try state.table(of: record) }
                epoch = table.flatMap { GateEpoch(of: $0)?.number } ?? 0
                hasHeartbeat = table?.chains.contains { $0.name == "pg_beat" } ?? false
            }
            let grants = try state.grantBook().grants
            if grants != self.grants {
                hasChanged = true
                self.grants = grants
            }
            hasChanged = try refreshSessions(now) || hasChanged
            complaint = ""
        } catch {
            // What was known still holds; it is said once.
            if complaint != error.diagnostic.message { say("\(error.diagnostic.message) [\(error.diagnostic.code)]") }
            complaint = error.diagnostic.message
        }
        return hasChanged ? context : nil
    }

    private mutating func refreshSessions(_ now: RecorderClock) throws(GateFailure) -> Bool {
        let entries = try SessionRegister.entries()
        guard entries != living else { return false }
        for entry in living where !entries.contains(entry) {
            past += intervals(of: entry, end: now.realtime)
        }
        past.removeAll { ($0.end ?? .max) < now.realtime - Self.memory * 1_000_000_000 }
        living = entries
        return true
    }

    private func intervals(of entry: SessionEntry, end: Int64?) -> [SessionInterval] {
        guard let user = Account.name(entry.account) else { return [] }
        let names = (policy?.identities ?? []).filter { $0.proof == .session(user: user) }.map(\.name)
        return names.map {
            SessionInterval(
                identity: $0, source: entry.source, start: Self.nanoseconds(entry.since), end: end)
        }
    }

    private var context: RecordContext {
        guard let policy else { return RecordContext() }
        let granted = grants.filter { $0.state != .pending }.map { grant in
            GrantInterval(
                identity: grant.request.identity, port: grant.request.port, source: grant.request.source,
                start: Self.nanoseconds(grant.created), end: grant.end.map { Self.nanoseconds($0.at) })
        }
        var context = RecordContext(
            policy: policy, epoch: epoch, sessions: past + living.flatMap { intervals(of: $0, end: nil) },
            grants: granted)
        if hasHeartbeat { context.heartbeatGroup = policy.defaults.logGroup }
        return context
    }

    private static func nanoseconds(_ instant: Instant) -> Int64 {
        let (product, overflows) = instant.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? (instant.seconds < 0 ? .min : .max) : product
    }

    /// What the kernel has counted where it recorded, to be compared with the records.
    public func counts() -> [RuleCount] {
        guard let policy else { return [] }
        do throws(NetlinkSocket.Failure) {
            var query = try NetfilterQuery()
            let counters = try query.counters(table: "portgate")
            var counts: [RuleCount] = []
            func add(_ counter: String, _ words: String) {
                guard let value = counters[counter] else { return }
                counts.append(RuleCount(prefix: "pg1 \(words) ", packets: value.packets))
            }
            for port in policy.ports {
                add("pg_n_\(port.name)", "deny \(port.name)")
                add("pg_gn_\(port.name)", "grant \(port.name)")
                for rule in port.rules { add("pg_n_\(port.name)/\(rule.name)", "allow \(port.name)/\(rule.name)") }
            }
            return counts
        } catch { return [] }
    }
}
