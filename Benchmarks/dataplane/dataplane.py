#!/usr/bin/env python3
"""Measures what packets and connections cost through the gate, beside a minimal nft ruleset and iptables, in one run.

Each ruleset stands in a pair of network namespaces of its own; one program (traffic.c) works through all of them in turn, round
after round, so that whatever else the machine does meets them alike. A figure is the median over the rounds, a ratio the median
of the ratios within each round. CPU is that of the whole way: the sender, the network stack, the rules, the receiver. Exit code 1
when a bound is broken.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TAG = f"pgdata{os.getpid()}"
NETWORKS = 100_000
RULES = 2_000
PORTS = 20
MANY_PORTS = 1_000
FIRST_PORT = 5000
LEAST_SPEED = 0.95
FLAT = 0.05
WORKLOADS = [
    # name, what is counted, what one slice repeats
    ("streams", "TCP packets, established, 64 bytes", 300),
    ("answered", "UDP packets, answered flows, 64 bytes", 12),
    ("flows", "UDP packets, one-way flows, 64 bytes", 12),
    ("connections", "TCP connections, opened and closed", 200),
]


def blocks(count):
    """Disjoint /24s with a gap after each: `count` networks that nothing can merge."""
    for number in range(count):
        address = 0x01000000 + number * 512
        yield f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/24"


def gate(folder, portgate, ports):
    """Compiles a policy of some ports, each allowed from all networks, and returns the ruleset's path."""
    os.makedirs(folder)
    with open(f"{folder}/clients.netset", "w") as out:
        out.write("".join(f"{block}\n" for block in blocks(NETWORKS)))
    with open(f"{folder}/gate.yaml", "w") as out:
        out.write("version: 1\nname: bench\nowner: bench\nnetworks:\n  clients: { file: clients.netset }\nports:\n")
        for number in range(ports):
            out.write(f"  - name: port{number}\n    port: {FIRST_PORT + number}\n    protocol: [tcp, udp]\n")
            out.write("    owner: bench\n    allow:\n      - { name: r, cidrs: [clients] }\n")
    path = f"{folder}/gate.nft"
    with open(path, "wb") as out:
        subprocess.run([portgate, "compile", f"{folder}/gate.yaml"], stdout=out, check=True)
    return path


def minimal(path):
    """Writes the smallest ruleset that does the same: one set, no records, no refusals, no revocation."""
    with open(path, "w") as out:
        out.write("table inet minimal {\n  set ports { type inet_service; flags interval; ")
        out.write(f"elements = {{ {FIRST_PORT}-{FIRST_PORT + PORTS - 1} }}; }}\n")
        out.write("  set allowed { type ipv4_addr; flags interval; elements = {\n")
        out.write(",\n".join(blocks(NETWORKS)) + "\n  } }\n")
        out.write("  chain input {\n    type filter hook input priority filter; policy accept;\n")
        out.write("    ct state established,related accept\n")
        for protocol in ("tcp", "udp"):
            out.write(f"    {protocol} dport @ports ip saddr @allowed accept\n")
        out.write("    drop\n  }\n}\n")
    return path


def iptables(path):
    """Writes one rule per network for iptables-restore."""
    with open(path, "w") as out:
        out.write("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n")
        for protocol in ("tcp", "udp"):
            for block in blocks(RULES):
                out.write(f"-A INPUT -s {block} -p {protocol} --dport {FIRST_PORT}:{FIRST_PORT + PORTS - 1} -j ACCEPT\n")
        out.write("-A INPUT -j DROP\nCOMMIT\n")
    return path


class Variant:
    """A ruleset in a pair of namespaces."""

    def __init__(self, name, what, ports=PORTS, networks=NETWORKS):
        self.name, self.what, self.ports, self.networks = name, what, ports, networks
        self.client, self.server = f"{TAG}-{name}-c", f"{TAG}-{name}-s"

    def make(self):
        """Makes the namespaces and the link between them. Connections that are over are forgotten soon."""
        for ns in (self.client, self.server):
            subprocess.run(["ip", "netns", "add", ns], check=True)
        inside(self.server, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.client)
        for ns, address in ((self.client, "10.0.0.2/24"), (self.server, "10.0.0.1/24")):
            inside(ns, "ip", "link", "set", "lo", "up")
            inside(ns, "ip", "addr", "add", address, "dev", "eth0")
            inside(ns, "ip", "link", "set", "eth0", "up")
        inside(self.client, "ip", "route", "add", "local", "0.0.0.0/5", "dev", "lo")
        inside(self.client, "sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=256")
        inside(self.server, "ip", "route", "add", "0.0.0.0/5", "via", "10.0.0.2")

    def forget_soon(self):
        """Lets conntrack drop closed connections after a second, so that the table stays small."""
        for state in ("time_wait", "close", "last_ack", "fin_wait", "close_wait"):
            inside(self.server, "sysctl", "-qw", f"net.netfilter.nf_conntrack_tcp_timeout_{state}=1")

    def unmake(self):
        for ns in (self.client, self.server):
            subprocess.run(["ip", "netns", "del", ns], check=False, stderr=subprocess.DEVNULL)

    @property
    def argument(self):
        return f"{self.name}:{self.client}:{self.server}:{self.ports}:{self.networks}"


def inside(ns, *argv, **options):
    subprocess.run(["nsenter", f"--net=/run/netns/{ns}", *argv], check=True, **options)


def load_nft(variant, path):
    inside(variant.server, "nft", "-f", path)


def load_iptables(variant, path):
    with open(path) as rules:
        inside(variant.server, "iptables-nft-restore", stdin=rules)


def measure(traffic, workload, rounds, count, variants):
    """Returns, for each variant, the nanoseconds of CPU that one item cost in each round."""
    argv = [traffic, workload, str(rounds), str(count)] + [variant.argument for variant in variants]
    out = subprocess.run(argv, stdout=subprocess.PIPE, check=True, text=True).stdout
    costs = {variant.name: [] for variant in variants}
    for line in out.splitlines():
        name, items, nanoseconds = line.split()
        costs[name].append(int(nanoseconds) / int(items))
    return costs


def speed(costs, name, peer):
    """Returns how many times as fast as its peer a variant is: the median over the rounds."""
    return statistics.median(b / a for a, b in zip(costs[name], costs[peer]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portgate", default=f"{REPO}/.build/release/portgate")
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--only", choices=[name for name, _, _ in WORKLOADS], action="append", help="run these workloads only")
    options = parser.parse_args()

    bare = Variant("bare", "no rules at all")
    peer = Variant("minimal", f"minimal nft, {PORTS} ports, one set of {NETWORKS:,}")
    gated = Variant("gate", f"portgate, {PORTS} ports, {NETWORKS:,} CIDRs each")
    single = Variant("gate-1", f"portgate, 1 port, {NETWORKS:,} CIDRs", ports=1)
    thousand = Variant("gate-1000", f"portgate, {MANY_PORTS:,} ports, {NETWORKS:,} CIDRs each", ports=1)
    rules = Variant("iptables", f"iptables-nft, one rule per CIDR, {RULES:,} CIDRs", networks=RULES)
    variants = [bare, peer, gated, rules, single, thousand]
    work = tempfile.mkdtemp(prefix="portgate-dataplane-")
    broken = []

    def judge(holds):
        broken.append(not holds)
        return "holds" if holds else "BROKEN"

    try:
        traffic = f"{work}/traffic"
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", traffic, f"{REPO}/Benchmarks/dataplane/traffic.c"], check=True)
        for variant in variants:
            variant.make()
        load_nft(peer, minimal(f"{work}/minimal.nft"))
        load_nft(gated, gate(f"{work}/20", options.portgate, PORTS))
        load_nft(single, gate(f"{work}/1", options.portgate, 1))
        load_nft(thousand, gate(f"{work}/1000", options.portgate, MANY_PORTS))
        load_iptables(rules, iptables(f"{work}/rules"))
        for variant in variants:
            variant.forget_soon()
        for workload, what, count in WORKLOADS:
            if options.only and workload not in options.only:
                continue
            costs = measure(traffic, workload, options.rounds, count, variants)
            median = {name: statistics.median(values) for name, values in costs.items()}
            print(f"{what}: per CPU second, all on one core")
            for variant in variants:
                line = f"  {variant.what:56} {1e9 / median[variant.name]:>10,.0f}/s {median[variant.name]:>8,.0f} ns"
                if variant is gated:
                    ratio = speed(costs, gated.name, peer.name)
                    line += f"  {ratio:.3f} x minimal (at least {LEAST_SPEED}): {judge(ratio >= LEAST_SPEED)}"
                elif variant is thousand:
                    ratio = speed(costs, thousand.name, single.name)
                    line += f"  {ratio:.3f} x 1 port (within {FLAT:.0%}): {judge(abs(ratio - 1) <= FLAT)}"
                elif variant is not bare and variant is not single:
                    line += f"  {speed(costs, variant.name, bare.name):.3f} x no rules"
                print(line, flush=True)
    finally:
        for variant in variants:
            variant.unmake()
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if any(broken) else 0)


if __name__ == "__main__":
    main()
