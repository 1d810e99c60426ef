import Glibc
import Policy

/// What a host answers when drift is looked for, beside what ``KernelDoor`` answers: so that every answer can be tried
/// without one.
public struct DriftHost: Sendable {
    /// What listens.
    var listeners: @Sendable () throws(GateFailure) -> HostListeners
    /// Since when a process runs.
    var started: @Sendable (_ process: Int32) -> Instant?
    /// The settings of the kernel.
    var settings: @Sendable () throws(GateFailure) -> KernelSettings
    /// The digests of every table.
    var fingerprint: @Sendable () throws(GateFailure) -> RulesetFingerprint
    /// What loads the gate when the host starts.
    var boot: @Sendable () -> BootUnits
    /// What lies around the gate.
    var spots: @Sendable (_ ports: [GateView.PortView]) -> BlindSpots
    /// Who has bound the NFLOG groups; nil when the kernel does not tell.
    var logGroups: @Sendable () -> [UInt16: UInt32]?
    /// Which addresses are the host's own; nil when that cannot be told.
    var addresses: @Sendable () -> AddressSet?

    /// The host that this process runs on.
    public static let live = DriftHost(
        listeners: { () throws(GateFailure) in try HostListeners.current() },
        started: { ProcessStart.moment(of: $0) },
        settings: { () throws(GateFailure) in
            do throws(SystemError) { return try KernelSettings.read() } catch {
                throw .kernelUnreadable(error.description)
            }
        },
        fingerprint: { () throws(GateFailure) in try RulesetFingerprint.read() },
        boot: {
            guard isOfFirstProcess else {
                return BootUnits(unknown: "this is not the network namespace of pid 1, in which units load it")
            }
            return BootUnits.read()
        }, spots: { BlindSpots.read($0) }, logGroups: { LogGroups.bound() },
        addresses: { LocalAddresses.read() })

    /// Whether this thread is in the network namespace of pid 1; taken to be so when nobody may look.
    private static var isOfFirstProcess: Bool {
        var (own, first) = (stat(), stat())
        guard stat("/proc/thread-self/ns/net", &own) == 0, stat("/proc/1/ns/net", &first) == 0 else { return true }
        return own.st_ino == first.st_ino
    }
}
