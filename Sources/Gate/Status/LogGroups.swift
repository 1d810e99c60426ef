import Glibc
import Nftables
import Policy

/// Who has bound the NFLOG groups of this network namespace.
enum LogGroups {
    /// Returns the groups that are bound, each with the netlink port of its owner, or nil when the kernel does not tell.
    static func bound(_ path: String = "/proc/thread-self/net/netfilter/nfnetlink_log") -> [UInt16: UInt32]? {
        let bytes: [UInt8]?
        do throws(SystemError) { bytes = try StateFile.read(path, limit: 8 << 20) } catch { return nil }
        return bytes.map { groups(in: $0) }
    }

    /// Reads the first two columns of each line (nfnetlink_log.c, seq_show): group, portid, queued, copy mode, range, timeout,
    /// use.
    static func groups(in bytes: [UInt8]) -> [UInt16: UInt32] {
        var found: [UInt16: UInt32] = [:]
        for line in bytes.split(separator: 0x0a) {
            let columns = line.split(separator: 0x20).prefix(2).map { String(decoding: $0, as: UTF8.self) }
            if columns.count == 2, let group = UInt16(columns[0]), let port = UInt32(columns[1]) { found[group] = port }
        }
        return found
    }

    /// Returns the owner of a netlink port in words. The kernel gives a process's first socket its number for a port; what
    /// runs under that number is most probably the owner.
    static func owner(_ port: UInt32) -> String {
        let path = "/proc/\(port)/comm"
        let name: [UInt8]?
        do throws(SystemError) { name = try StateFile.read(path, limit: 64) } catch { name = nil }
        guard let name else { return "netlink port \(port)" }
        let printable = name.filter { $0 > 0x20 && $0 < 0x7f }
        return "pid \(port) (\(String(decoding: printable, as: UTF8.self)))"
    }

    /// Returns the NFLOG groups that a table writes to.
    static func written(by table: Table?) -> Set<UInt16> {
        var groups: Set<UInt16> = []
        for chain in table?.chains ?? [] {
            for rule in chain.rules {
                for case .log(_, let group, _, _) in rule.statements { groups.insert(group) }
            }
        }
        return groups
    }

    /// Tells of groups that nobody has bound.
    static func findings(_ groups: Set<UInt16>, bound: [UInt16: UInt32]?) -> [Diagnostic] {
        guard !groups.isEmpty else { return [] }
        guard let bound else { return [.logUnknown(groups.sorted())] }
        return groups.subtracting(bound.keys).sorted().map { .logUnbound($0) }
    }
}
