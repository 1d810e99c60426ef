import Policy

extension KernelTrialError: CustomStringConvertible {
    /// The error in words; lower case, no full stop.
    public var description: String {
        switch self {
        case .notPermitted: "making a network namespace needs root, or CAP_NET_ADMIN and CAP_SYS_ADMIN"
        case .noTunDevice(let errno): "/dev/net/tun cannot be opened (errno \(errno))"
        case .system(let call, let errno): "\(call) failed (errno \(errno))"
        case .notCompiled(let found): "the policy does not compile: \(found.first?.message ?? "no reason given")"
        case .workerMissing(let path): "\(path) is not there; it belongs beside portgate"
        case .notLoaded(let reason): "the kernel did not take the table: \(reason)"
        case .sentinelLost: "a packet that nothing stops did not arrive"
        case .clockOverrun: "the machine is too busy to send packets within the second they were meant for"
        }
    }
}
