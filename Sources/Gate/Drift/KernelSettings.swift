import Policy

/// The settings of the kernel that change what verdicts mean, as this network namespace has them.
struct KernelSettings: Hashable, Sendable {
    /// Interfaces that are looked at, at most.
    private static let mostInterfaces = 1_000

    private static let single = [
        "net.bridge.bridge-nf-call-arptables", "net.bridge.bridge-nf-call-ip6tables",
        "net.bridge.bridge-nf-call-iptables", "net.ipv4.ip_forward", "net.ipv4.ip_nonlocal_bind",
        "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_l3mdev_accept", "net.ipv4.udp_l3mdev_accept",
        "net.ipv6.bindv6only", "net.ipv6.conf.all.forwarding", "net.ipv6.ip_nonlocal_bind",
        "net.netfilter.nf_conntrack_checksum", "net.netfilter.nf_conntrack_helper",
        "net.netfilter.nf_conntrack_tcp_be_liberal", "net.netfilter.nf_conntrack_tcp_loose",
        "net.netfilter.nf_log_all_netns",
    ]
    private static let ofInterfaces = ["accept_local", "route_localnet", "rp_filter", "src_valid_mark"]

    /// Their values by name; what the kernel does not have is not there.
    var values: [String: String] = [:]

    /// Reads them below a folder that stands for /proc/sys.
    static func read(_ root: String = "/proc/sys") throws(SystemError) -> KernelSettings {
        var found = KernelSettings()
        for name in single {
            let path = name.split(separator: ".").joined(separator: "/")
            if let value = try value("\(root)/\(path)") { found.values[name] = value }
        }
        let folder = "\(root)/net/ipv4/conf"
        for interface in try StateFile.names(in: folder).sorted().prefix(mostInterfaces) {
            for name in ofInterfaces {
                // sysctl(8) writes a dot of an interface's name as a slash.
                let key = String(interface.map { $0 == "." ? "/" : $0 })
                if let value = try value("\(folder)/\(interface)/\(name)") {
                    found.values["net.ipv4.conf.\(key).\(name)"] = value
                }
            }
        }
        return found
    }

    private static func value(_ path: String) throws(SystemError) -> String? {
        guard let bytes = try StateFile.read(path, limit: 4_096) else { return nil }
        let text = String(decoding: bytes.map { $0 == 0x09 ? 0x20 : $0 }.prefix { $0 != 0x0a }, as: UTF8.self)
        return text
    }

    /// Returns the names of those that are in both and differ, in order.
    func changed(since earlier: KernelSettings) -> [String] {
        values.keys.filter { name in earlier.values[name].map { $0 != values[name] } ?? false }.sorted()
    }
}
