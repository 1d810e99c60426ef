/// Why a process could not be run. What a process did once it ran is no error but a ``Subprocess/Outcome``.
public enum SubprocessError: Error, Hashable, Sendable {
    /// No executable file stands at the path.
    case missing(path: String)
    /// The process could not be started.
    case cannotStart(path: String, errno: Int32)
    /// A system call on the way failed.
    case system(call: String, errno: Int32)
}
