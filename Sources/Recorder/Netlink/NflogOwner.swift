import Glibc
import Host

/// Who listens to NFLOG groups in the calling thread's network namespace.
public enum NflogOwner {
    /// Returns the netlink port of the listener to a group, which is its process for the first socket of a process; nil when
    /// nobody listens, or that cannot be told.
    public static func port(ofGroup group: UInt16) -> UInt32? {
        guard let file = try? Descriptor(opening: "/proc/thread-self/net/netfilter/nfnetlink_log", O_RDONLY) else {
            return nil
        }
        var bytes: [UInt8] = []
        // 65,536 groups of 40 bytes are the most there can be.
        while bytes.count < 4 << 20, let count = try? file.read(upTo: 1 << 16, into: &bytes), count > 0 {}
        // The group, the port, and more: in columns of numbers.
        for line in bytes.split(separator: 10) {
            let columns = line.split(separator: 32)
            guard columns.count >= 2, UInt16(String(decoding: columns[0], as: UTF8.self)) == group else { continue }
            return UInt32(String(decoding: columns[1], as: UTF8.self))
        }
        return nil
    }
}
