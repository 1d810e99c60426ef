import Glibc

/// Who has bound the NFLOG groups of this network namespace.
enum LogGroups {
    /// Returns the groups that a process has bound, or nil when the kernel does not tell.
    static func bound(_ path: String = "/proc/thread-self/net/netfilter/nfnetlink_log") -> Set<UInt16>? {
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(path, limit: 8 << 20) } catch { return nil }
        return bytes.map { groups(in: $0) }
    }

    /// Reads the first column of each line (nfnetlink_log.c, seq_show): group, portid, queued, copy mode, range, timeout, use.
    static func groups(in bytes: [UInt8]) -> Set<UInt16> {
        var found: Set<UInt16> = []
        for line in bytes.split(separator: 0x0a) {
            if let first = line.split(separator: 0x20).first, let group = UInt16(String(decoding: first, as: UTF8.self))
            {
                found.insert(group)
            }
        }
        return found
    }
}
