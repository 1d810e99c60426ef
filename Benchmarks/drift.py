#!/usr/bin/env python3
"""Measures how a live ruleset is read, beside nft, in one run, and prints tables.

CPU is user and system time of the child, memory its peak. The figures that count are the ratios: the machine is the same for
all of them. Exit code 1 when a bound is broken. Needs root: each run has a network namespace of its own.

    swift build -c release && python3 Benchmarks/drift.py
"""
import argparse
import glob
import os
import resource
import subprocess
import sys
import tempfile

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NETNS = f"portgate-bench-{os.getpid()}"
SETS = 20


def measured(command, output=None):
    """Runs a command in the namespace; returns seconds of user time, of system time, and its peak memory in MiB."""
    with open(output or os.devnull, "wb") as sink:
        child = subprocess.Popen(["ip", "netns", "exec", NETNS] + command, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command[0]} ended with {child.returncode}")
    return usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024


def reader(build, folder):
    """Links the reader with the objects of a release build and returns its path."""
    modules = ["Gate", "Drift", "Compiler", "Nftables", "Policy", "Host", "CLinux"]
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


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default=os.path.join(REPO, ".build/release"), help="the folder of a release build")
    options.add_argument("--cidrs", type=int, default=1_000_000, help="the kernel holds twice as many elements")
    chosen = options.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = [reading(chosen.build, chosen.cidrs)]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
