import Foundation
import TestSupport

/// A gate's server with two containers behind a bridge, and the rules with which Docker publishes port 80 of the first as port
/// 8443 of the host.
struct ContainerLab {
    /// How the host's rules are written.
    enum Rules: String, CaseIterable, Sendable {
        /// By iptables-nft, as Docker writes them.
        case iptables
        /// As nft tables of Docker's own.
        case nft
    }

    let gate: GateLab
    let container: LabNamespace
    let neighbour: LabNamespace
    /// The server of the container.
    let service: LabProcess

    static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TestSupport/Scripts/around.py").path

    /// - Parameter proxy: whether a process of the host relays what the rules do not translate, as Docker's userland proxy does:
    ///   connections of containers and of the host to its loopback address.
    init(_ rules: Rules, proxy: Bool = false) throws {
        gate = try GateLab()
        let server = gate.server
        container = try gate.lab.namespace("box")
        neighbour = try gate.lab.namespace("neighbour")
        // Without snooping, neighbour discovery waits for no membership reports.
        try server.ip("link", "add", "docker0", "type", "bridge", "mcast_snooping", "0")
        for address in ["172.30.0.1/24", "fd30::1/64"] { try server.address(address, on: "docker0") }
        try server.ip("link", "set", "docker0", "up")
        for (number, box) in [(2, container), (3, neighbour)] {
            let (outer, _) = try gate.lab.cable(server, [], box, ["172.30.0.\(number)/24", "fd30::\(number)/64"])
            try server.ip("link", "set", outer, "master", "docker0")
            try server.check("/usr/sbin/bridge", "link", "set", "dev", outer, "hairpin", "on")
            try box.ip("route", "add", "default", "via", "172.30.0.1")
            try box.ip("route", "add", "default", "via", "fd30::1")
        }
        try server.sysctl("net.ipv4.ip_forward", "1")
        try server.sysctl("net.ipv6.conf.all.forwarding", "1")
        switch rules {
        case .iptables:
            for (tool, six) in [("iptables-nft-restore", false), ("ip6tables-nft-restore", true)] {
                try server.check("/usr/sbin/\(tool)", input: Self.iptables(six: six, proxy: proxy))
            }
        case .nft:
            for six in [false, true] { try server.loadForeign(Self.nft(six: six, proxy: proxy)) }
        }
        service = try container.serve("tcp/80")
        if proxy {
            let relay = try server.start(["/usr/bin/python3", "-I", Self.script, "relay", "8443", "172.30.0.2", "80"])
            guard try relay.line() == "ready" else { throw NetworkLab.Failure(description: "no relay") }
        }
    }

    private static func iptables(six: Bool, proxy: Bool) -> String {
        let (box, net, target, loopback) =
            six
            ? ("fd30::2", "fd30::/64", "[fd30::2]:80", "::1/128")
            : ("172.30.0.2", "172.30.0.0/24", "172.30.0.2:80", "127.0.0.0/8")
        return """
            *nat
            :PREROUTING ACCEPT [0:0]
            :INPUT ACCEPT [0:0]
            :OUTPUT ACCEPT [0:0]
            :POSTROUTING ACCEPT [0:0]
            :DOCKER - [0:0]
            -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
            -A OUTPUT ! -d \(loopback) -m addrtype --dst-type LOCAL -j DOCKER
            -A POSTROUTING -s \(net) ! -o docker0 -j MASQUERADE
            -A POSTROUTING -s \(box) -d \(box) -p tcp -m tcp --dport 80 -j MASQUERADE
            \(proxy ? "-A DOCKER -i docker0 -j RETURN\n" : "")\
            -A DOCKER \(proxy ? "! -i docker0 " : "")-p tcp -m tcp --dport 8443 -j DNAT --to-destination \(target)
            COMMIT
            *filter
            :INPUT ACCEPT [0:0]
            :FORWARD DROP [0:0]
            :OUTPUT ACCEPT [0:0]
            :DOCKER - [0:0]
            :DOCKER-ISOLATION-STAGE-1 - [0:0]
            :DOCKER-ISOLATION-STAGE-2 - [0:0]
            :DOCKER-USER - [0:0]
            -A FORWARD -j DOCKER-USER
            -A FORWARD -j DOCKER-ISOLATION-STAGE-1
            -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A FORWARD -o docker0 -j DOCKER
            -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
            -A FORWARD -i docker0 -o docker0 -j ACCEPT
            -A DOCKER -d \(box) ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
            -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
            -A DOCKER-ISOLATION-STAGE-1 -j RETURN
            -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
            -A DOCKER-ISOLATION-STAGE-2 -j RETURN
            -A DOCKER-USER -j RETURN
            COMMIT

            """
    }

    private static func nft(six: Bool, proxy: Bool) -> String {
        let (family, box, net, target, loopback) =
            six
            ? ("ip6", "fd30::2", "fd30::/64", "[fd30::2]:80", "::1")
            : ("ip", "172.30.0.2", "172.30.0.0/24", "172.30.0.2:80", "127.0.0.0/8")
        return """
            table \(family) docker-bridges {
              chain nat-prerouting-and-output {
                \(proxy ? "iifname != \"docker0\"" : "") tcp dport 8443 counter dnat to \(target)
              }
              chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept;
                fib daddr type local counter jump nat-prerouting-and-output
              }
              chain nat-output { type nat hook output priority -100; policy accept;
                \(family) daddr != \(loopback) fib daddr type local counter jump nat-prerouting-and-output
              }
              chain nat-postrouting { type nat hook postrouting priority srcnat; policy accept;
                oifname != "docker0" \(family) saddr \(net) counter masquerade
                \(family) saddr \(box) \(family) daddr \(box) tcp dport 80 counter masquerade
              }
              chain filter-forward { type filter hook forward priority filter; policy drop;
                oifname "docker0" ct state established,related counter accept
                oifname "docker0" iifname != "docker0" \(family) daddr \(box) tcp dport 80 counter accept
                iifname "docker0" counter accept
              }
            }
            """
    }
}
