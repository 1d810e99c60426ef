public import Policy

/// Why a trial by the kernel could not be held. It never means that a packet was let through or refused.
public enum KernelTrialError: Error, Hashable, Sendable {
    /// The process may not make a network namespace.
    case notPermitted
    /// `/dev/net/tun` cannot be opened, with errno.
    case noTunDevice(errno: Int32)
    /// A system call failed.
    case system(call: String, errno: Int32)
    /// The policy cannot be compiled for this host.
    case notCompiled([Diagnostic])
    /// The worker's executable is not there.
    case workerMissing(path: String)
    /// The kernel did not take the table; the worker's words.
    case notLoaded(String)
    /// A packet that nothing may stop did not arrive: what arrived before it proves nothing.
    case sentinelLost
    /// The packets could not be sent within the second they were meant for, in several tries.
    case clockOverrun
}
