import CLinux
import Glibc
import Policy

extension BlindSpots {
    /// Looks around in the network namespace of the calling thread.
    static func read(_ ports: [GateView.PortView]) -> BlindSpots {
        var spots = BlindSpots()
        spots.packetSockets = see { () throws(SystemError) in try packetSocketOwners() }
        spots.interfaces = ask { () throws(NetlinkSocket.Failure) in try NetworkInterface.all() }
        spots.ingress = ask { () throws(NetlinkSocket.Failure) in try NetworkInterface.withIngress() }
        spots.programs = bpfLinks()
        spots.tables = ask { () throws(NetlinkSocket.Failure) in try OtherTables.read() }
        spots.legacyTables = see { () throws(SystemError) in try legacyTableNames() }
        spots.listeners = NeighbourNamespaces.listeners(on: ports.flatMap(\.services))
        spots.localPorts = see { () throws(SystemError) in try localPortRange() }
        spots.connections = see { () throws(SystemError) in try connectionTable() }
        spots.settings = see { () throws(SystemError) in try wideSettings() }
        return spots
    }

    private static func ask<Value>(
        _ body: () throws(NetlinkSocket.Failure) -> Value
    ) -> Look<Value> {
        do throws(NetlinkSocket.Failure) { return .seen(try body()) } catch { return .hidden(error.words) }
    }

    private static func see<Value>(_ body: () throws(SystemError) -> Value) -> Look<Value> {
        do throws(SystemError) { return .seen(try body()) } catch { return .hidden(error.description) }
    }

    /// Reads a file of /proc; what the kernel has not is empty.
    private static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try StateFile.read(path, limit: 1 << 20) ?? [], as: UTF8.self)
    }

    // MARK: Files of /proc

    private static func packetSocketOwners() throws(SystemError) -> [String] {
        let inodes = inodes(ofPacketSockets: try text("/proc/thread-self/net/packet"))
        guard !inodes.isEmpty else { return [] }
        let owners = SocketOwners.find(Set(inodes))
        return inodes.map { inode in
            owners[inode].map { "pid \($0.process) (\($0.name))" } ?? "socket \(inode) of a process unknown"
        }.sorted()
    }

    /// Reads the last column, after a line of names: sk, RefCnt, Type, Proto, Iface, R, Rmem, User, Inode.
    static func inodes(ofPacketSockets text: String) -> [UInt32] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            line.split(separator: " ").last.flatMap { UInt32($0) }
        }
    }

    private static func legacyTableNames() throws(SystemError) -> [String] {
        var found: [String] = []
        for (family, file) in [("ip", "ip_tables_names"), ("ip6", "ip6_tables_names")] {
            found += try text("/proc/thread-self/net/\(file)").split(separator: "\n").map { "\(family) \($0)" }
        }
        return found
    }

    private static func localPortRange() throws(SystemError) -> LocalPorts {
        let path = "/proc/sys/net/ipv4/ip_local_port_range"
        let reserved = try text("/proc/sys/net/ipv4/ip_local_reserved_ports")
        guard let found = localPorts(try text(path), reserved: reserved) else {
            throw SystemError("read \(path)", code: EINVAL)
        }
        return found
    }

    /// Reads `32768 60999` and `8443,9000-9010`.
    static func localPorts(_ range: String, reserved: String) -> LocalPorts? {
        let ends = range.split { $0 == "\t" || $0 == " " || $0 == "\n" }.compactMap { UInt16($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        var found = LocalPorts(range: ends[0]...ends[1])
        for part in reserved.split(whereSeparator: { $0 == "," || $0 == "\n" }) {
            let ends = part.split(separator: "-").compactMap { UInt16($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { continue }
            found.reserved.append(first...last)
        }
        return found
    }

    private static func connectionTable() throws(SystemError) -> ConnectionTable {
        let folder = "/proc/sys/net/netfilter/nf_conntrack"
        guard let count = UInt64(try text("\(folder)_count").prefix { $0 != "\n" }),
            let limit = UInt64(try text("\(folder)_max").prefix { $0 != "\n" })
        else { throw SystemError("read \(folder)_count", code: ENOENT) }
        var table = ConnectionTable(count: count, limit: limit)
        table.add(statistics: try text("/proc/thread-self/net/stat/nf_conntrack"))
        return table
    }

    private static func wideSettings() throws(SystemError) -> [String] {
        let folder = "/proc/sys/net/ipv4/conf"
        var found: [String] = []
        // An interface may go meanwhile: what is gone is empty.
        for interface in try StateFile.names(in: folder).sorted().prefix(1_000) {
            for name in ["route_localnet", "accept_local"] {
                let value = try text("\(folder)/\(interface)/\(name)")
                if value.hasPrefix("1") { found.append("net.ipv4.conf.\(interface).\(name) = 1") }
            }
        }
        return found
    }

    // MARK: BPF

    /// Counts the BPF links of this kernel that act on packets of IP: they are in no ruleset, and of no network namespace that
    /// could be asked for.
    private static func bpfLinks() -> Look<[String: Int]> {
        var counts = [UInt32](repeating: 0, count: 64)
        guard portgate_count_bpf_links(&counts, UInt32(counts.count), 4_096) == 0 else {
            let error = SystemError("bpf")
            // A kernel without them has none.
            return error.code == EINVAL || error.code == ENOSYS ? .seen([:]) : .hidden(error.description)
        }
        // enum bpf_link_type: BPF_LINK_TYPE_XDP is seen on its interface.
        let kinds: [(Int, String)] = [(10, "netfilter"), (11, "tcx"), (13, "netkit")]
        var found: [String: Int] = [:]
        for (number, kind) in kinds where counts[number] > 0 { found[kind] = Int(counts[number]) }
        return .seen(found)
    }
}
