import CLinux
import Glibc

/// What the worker gives up before it touches libnftables.
enum Confinement {
    /// CAP_NET_ADMIN (linux/capability.h).
    private static let capNetAdmin: UInt32 = 12
    /// A set of a million intervals takes about 1 GB in libnftables.
    private static let maxMemoryBytes: rlim_t = 6 << 30

    /// Closes every descriptor but the first three, fixes the time zone to UTC, drops privileges and limits, and ties
    /// this process to its parent.
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
        return portgate_keep_only_capability(capNetAdmin) == 0 && diesWithParent()
            && portgate_no_new_privileges() == 0 && portgate_undumpable() == 0
    }

    /// Sees to it that nothing is loaded for a parent that is gone: it may have been killed, and another change be under
    /// way. What the kernel has been given by then it takes whole.
    private static func diesWithParent() -> Bool {
        guard portgate_die_with_parent() == 0 else { return false }
        // A parent that died before that call has closed its end of the pipe (and a pipe without a reader is an error).
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) >= 0 && output.revents & Int16(POLLERR) == 0
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
