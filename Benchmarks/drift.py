#!/usr/bin/env python3
"""Measures how a live ruleset is read and judged, beside nft, and what the proof of a rendering costs, and prints tables.

CPU is user and system time of the child, memory its peak. The figures that count are the ratios: the machine is the same for
all of them. Exit code 1 when a bound is broken. Needs root: each run has a network namespace of its own.

    swift build -c release && python3 Benchmarks/drift.py
"""
import argparse
import contextlib
import glob
import json
import os
import resource
import subprocess
import sys
import tempfile

import compile as policies

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NETNS = f"portgate-bench-{os.getpid()}"
SETS = 20


def measured(command, output=None, codes=(0,)):
    """Runs a command in the namespace, which may end with some codes; returns seconds of user time, of system time, and its peak memory in MiB."""
    with open(output or os.devnull, "wb") as sink:
        child = subprocess.Popen(["ip", "netns", "exec", NETNS] + command, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024


def reader(build, folder):
    """Links the reader with the objects of a release build and returns its path."""
    modules = ["Gate", "Drift", "PacketSpace", "Compiler", "Nftables", "Policy", "Host", "CLinux"]
    objects = [path for module in modules for path in glob.glob(f"{build}/{module}.build/**/*.o", recursive=True)]
    path = os.path.join(folder, "reading")
    maps = [flag for module in ("CYAML", "CNettle", "CNetlink") for flag in
            ("-Xcc", f"-fmodule-map-file={REPO}/Sources/{module}/module.modulemap")]
    subprocess.run(
        ["swiftc", "-O", "-parse-as-library", "-swift-version", "6", "-I", f"{build}/Modules", *maps,
         "-Xcc", f"-fmodule-map-file={build}/CLinux.build/module.modulemap",
         "-I", f"{REPO}/Sources/CLinux/include", f"{REPO}/Benchmarks/reading.swift", *objects, "-use-ld=lld",
         "-lmnl", "-lyaml", "-lnettle", "-o", path], check=True)
    return path


def sets(path, count):
    """Writes `count` disjoint /24s with a gap after each into 20 interval sets: twice as many elements in the kernel."""
    with open(path, "w") as out:
        out.write("table inet bench {\n")
        for number in range(SETS):
            first, last = count * number // SETS, count * (number + 1) // SETS
            blocks = (0x01000000 + block * 512 for block in range(first, last))
            text = ", ".join(f"{a >> 24}.{a >> 16 & 255}.{a >> 8 & 255}.0/24" for a in blocks)
            out.write(f"\tset s{number} {{ type ipv4_addr; flags interval; elements = {{ {text} }}; }}\n")
        out.write("}\n")


def reading(build, count):
    """Reading `count` CIDRs in 20 sets by netlink, and nft printing them as JSON; returns whether the bounds held."""
    with tempfile.TemporaryDirectory() as folder:
        ours = reader(build, folder)
        sets(os.path.join(folder, "sets.nft"), count)
        subprocess.run(["ip", "netns", "add", NETNS], check=True)
        try:
            subprocess.run(["ip", "netns", "exec", NETNS, "nft", "-f", os.path.join(folder, "sets.nft")], check=True)
            rows = [("portgate's reader", *measured([ours], os.path.join(folder, "count"))),
                    ("nft -j list ruleset", *measured(["nft", "-j", "list", "ruleset"]))]
            elements = int(open(os.path.join(folder, "count")).read())
        finally:
            subprocess.run(["ip", "netns", "delete", NETNS], check=True)
    print(f"{elements} elements ({count} CIDRs) in {SETS} sets")
    print(f"{'':22}{'user s':>8}{'system s':>10}{'peak MiB':>10}")
    for name, user, system, memory in rows:
        print(f"{name:22}{user:8.2f}{system:10.2f}{memory:10.0f}")
    (_, user, system, memory), (_, their_user, their_system, their_memory) = rows
    print(f"nft takes {(their_user + their_system) / (user + system):.1f} times the CPU, "
          f"{their_memory / memory:.1f} times the memory")
    return user + system < their_user + their_system and memory < their_memory


@contextlib.contextmanager
def gated(portgate, policy, more=None):
    """A namespace in which a policy is in force, beside a ruleset of others; gives the command that looks for drift."""
    state = os.path.join(os.path.dirname(policy), "state")
    subprocess.run(["ip", "netns", "add", NETNS], check=True)
    inside = ["ip", "netns", "exec", NETNS]
    try:
        subprocess.run(inside + [portgate, "apply", "--yes", "--no-proof", "--state-dir", state, policy], check=True,
                       stdout=subprocess.DEVNULL)
        if more:
            subprocess.run(inside + ["nft", "-f", more], check=True)
        yield [portgate, "drift", "--no-remember", "-o", "json", "--state-dir", state, policy]
    finally:
        subprocess.run(["ip", "netns", "delete", NETNS], check=True)


def judged(path):
    """Whether a look for drift decided over all packets."""
    with open(path) as report:
        findings = json.load(report)["findings"]
    return not any("which packets are let through" in finding["message"] for finding in findings)


def foreign(path, count):
    """Writes a chain of `count` rules of another owner, as a hand-grown firewall has them: networks, ports, interfaces, states."""
    with open(path, "w") as out:
        out.write("table inet site {\n\tchain input {\n\t\ttype filter hook input priority 10; policy accept;\n")
        for number in range(count):
            block = f"10.{number >> 8 & 255}.{number & 255}.0/24"
            port = 1024 + number * 7 % 30000
            out.write("\t\t" + (
                f"ip saddr {block} tcp dport {port} accept", f"ip saddr {block} udp dport {port}-{port + 9} drop",
                f"iifname \"eth{number % 4}\" ip saddr {block} drop", f"ip daddr {block} tcp sport {port} counter accept",
                f"ct state new ip saddr {{ {block}, 172.16.{number & 255}.0/24 }} tcp dport {port} drop",
            )[number % 5] + "\n")
        out.write("\t}\n}\n")


def table(title, rows):
    """Prints rows of name, (user, system, MiB) and remark."""
    print(title)
    print(f"{'':34}{'user s':>8}{'system s':>10}{'peak MiB':>10}")
    for name, (user, system, memory), remark in rows:
        print(f"{name:34}{user:8.2f}{system:10.2f}{memory:10.0f}  {remark}".rstrip())
    print()


def chain(portgate):
    """Drift on a chain of 5,000 rules of another owner beside a small gate: under 1 s and 150 MB; with growth."""
    rows, held = [], True
    for count in (50, 500, 5_000):
        with tempfile.TemporaryDirectory() as folder:
            policy = policies.hundred_rules(folder)
            foreign(f"{folder}/foreign.nft", count)
            with gated(portgate, policy, f"{folder}/foreign.nft") as drift:
                cost = measured(drift, f"{folder}/report", codes=(0, 1, 3))
            remark = "" if judged(f"{folder}/report") else "NOT JUDGED"
        if count == 5_000:
            holds = cost[0] + cost[1] < 1 and cost[2] * 2**20 < 150e6 and not remark
            remark += " 1 s, 150 MB: " + ("holds" if holds else "BROKEN")
            held = holds
        rows.append((f"drift, {count} rules beside the gate", cost, remark))
    table("a chain of another owner", rows)
    return held


def cidrs(portgate, counts):
    """Drift on 20 ports beside nft printing the ruleset: in less time, and from 100,000 CIDRs on under half its memory."""
    rows, held = [], True
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            policy = policies.policy(folder, count, False)
            with gated(portgate, policy) as drift:
                ours = measured(drift, f"{folder}/report", codes=(0, 1, 3))
                theirs = measured(["nft", "-j", "list", "ruleset"])
            remark = "" if judged(f"{folder}/report") else "NOT JUDGED "
        time, memory = (ours[0] + ours[1]) / (theirs[0] + theirs[1]), ours[2] / theirs[2]
        mine = f"{remark}{time:.2f} x the CPU, {memory:.2f} x the memory of nft"
        if count >= 100_000:
            holds = time < 1 and memory < 0.5 and not remark
            mine += ": holds" if holds else ": BROKEN"
            held = held and holds
        rows += [(f"drift, {count:,} CIDRs on 20 ports", ours, mine), ("nft -j list ruleset", theirs, "")]
    table("a gate of 20 ports", rows)
    return held


def proof(portgate, counts):
    """What compiling takes with its proof and without, beside nft checking what was rendered: at most twice as long."""
    rows, held = [], True
    with tempfile.TemporaryDirectory() as folder:
        samples = [("100 rules", policies.hundred_rules(f"{folder}/hundred"))]
        samples += [(f"{count:,} CIDRs on 20 ports", policies.policy(f"{folder}/{count}", count, False)) for count in counts]
        subprocess.run(["ip", "netns", "add", NETNS], check=True)
        try:
            for name, policy in samples:
                text = f"{folder}/rendered.nft"
                plain = min(measured([portgate, "compile", "--no-proof", policy], text) for _ in range(3))
                proved = min(measured([portgate, "compile", policy]) for _ in range(3))
                peer = min(measured(["nft", "-c", "-f", text]) for _ in range(3))
                ratio = (proved[0] + proved[1]) / max(peer[0] + peer[1], 0.001)
                holds = ratio <= 2
                held = held and holds
                rows += [(f"nft -c -f, {name}", peer, ""), (f"compile --no-proof, {name}", plain, ""),
                         (f"compile, {name}", proved, f"{ratio:.2f} x nft, bound 2 x: {'holds' if holds else 'BROKEN'}")]
        finally:
            subprocess.run(["ip", "netns", "delete", NETNS], check=True)
    table("the proof of a rendering", rows)
    return held


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default=os.path.join(REPO, ".build/release"), help="the folder of a release build")
    options.add_argument("--cidrs", type=int, default=1_000_000, help="the kernel holds twice as many elements")
    options.add_argument("--without-reading", action="store_true", help="leave out what needs to be linked first")
    chosen = options.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    portgate = os.path.join(os.path.abspath(chosen.build), "portgate")
    counts = [count for count in (1_000, 10_000, 100_000, 1_000_000) if count <= chosen.cidrs]
    held = []
    if not chosen.without_reading:
        held.append(reading(chosen.build, chosen.cidrs))
    held += [chain(portgate), cidrs(portgate, counts), proof(portgate, counts)]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
