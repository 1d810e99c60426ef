import Glibc
import Host

extension Errno {
    /// It is in use.
    static let busy = Errno(EBUSY)
    /// No room for what came (ENOBUFS).
    static let noBuffers = Errno(ENOBUFS)
}
