import CLinux
import Glibc

/// What the worker gives up before it touches libnftables.
enum Confinement {
    /// CAP_NET_ADMIN (linux/capability.h).
    private static let capNetAdmin: UInt32 = 12
    /// A set of a million intervals takes about 1 GB in libnftables.
    private static let maxMemoryBytes: rlim_t = 6 << 30

    /// Closes every descriptor but the first three, fixes the time zone to UTC, and drops privileges and limits.
    ///
    /// - Returns: Whether everything that must hold holds. Without CAP_NET_ADMIN the kernel refuses by itself later.
    static func enter() -> Bool {
        guard portgate_close_from(3) == 0, setenv("TZ", "UTC", 1) == 0, setenv("LC_ALL", "C", 1) == 0 else {
            return false
        }
        tzset()
        guard limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0),
            limit(__rlimit_resource_t(RLIMIT_AS.rawValue), to: maxMemoryBytes)
        else { return false }
        return portgate_keep_only_capability(capNetAdmin) == 0 && portgate_no_new_privileges() == 0
            && portgate_undumpable() == 0
    }

    /// Lowers a resource limit, never raises it.
    private static func limit(_ resource: __rlimit_resource_t, to bound: rlim_t) -> Bool {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return false }
        limit.rlim_cur = min(limit.rlim_cur, bound)
        limit.rlim_max = min(limit.rlim_max, bound)
        return setrlimit(resource, &limit) == 0
    }
}
