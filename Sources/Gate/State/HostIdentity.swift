import Glibc

/// Which running kernel and which of its network namespaces: rules live exactly so long and so far.
public struct HostIdentity: Hashable, Sendable {
    /// The inode of the network namespace.
    public let namespace: UInt64
    /// The kernel's id of this boot.
    public let boot: String

    /// Creates an identity.
    public init(namespace: UInt64, boot: String) {
        self.namespace = namespace
        self.boot = boot
    }

    /// Reads the identity of the calling thread.
    public static func current() throws(GateFailure) -> HostIdentity {
        var status = stat()
        guard stat("/proc/thread-self/ns/net", &status) == 0 else {
            throw .kernelUnreadable(SystemError("stat /proc/thread-self/ns/net").description)
        }
        let path = "/proc/sys/kernel/random/boot_id"
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(path, limit: 128) } catch {
            throw .kernelUnreadable(error.description)
        }
        let text = String(decoding: (bytes ?? []).prefix { $0 > 0x20 && $0 < 0x7f }, as: UTF8.self)
        guard !text.isEmpty else { throw .kernelUnreadable("\(path) is empty") }
        return HostIdentity(namespace: UInt64(status.st_ino), boot: text)
    }
}
