public import Policy

extension Grants {
    /// Carries the grants over to the generation that is recorded as in force here, after it was loaded, confirmed or taken
    /// away. Returns what is to be said: grants that ended with it, and why the rest could not be looked after. What is in
    /// force stays in force either way.
    public static func carryOver(
        door: KernelDoor, state: StateDirectory, now: @escaping @Sendable () -> Instant,
        holding lock: borrowing StateLock
    ) -> [String] {
        do throws(GateFailure) {
            guard let record = try state.current(), try door.host() == record.host else { return [] }
            let grants = Grants(state: state, door: door) { () throws(GateFailure) in try GrantClock.now(wall: now()) }
            return try grants.restore(
                isGated: record.origin != .noGate,
                policy: { () throws(GateFailure) in try RecordedPolicy.forNames(of: record, in: state) },
                holding: lock)
        } catch {
            let diagnostic = error.diagnostic
            return ["the grants were not carried over: \(diagnostic.message) [\(diagnostic.code)]"]
        }
    }
}
