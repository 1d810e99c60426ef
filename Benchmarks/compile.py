#!/usr/bin/env python3
"""Measures `portgate compile` and `portgate check` beside nft and Aerleon, in one run, and prints a table.

Compiling is measured without the proof of what was rendered, but where a row says that it is with it; drift.py measures the proof.

CPU is user and system time of the child and its children, the least of several runs; memory is the child's peak. The
figures that count are the ratios: the machine is the same for all of them. Exit code 1 when a bound is broken.
"""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from table import Table

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NETNS = f"portgate-bench-{os.getpid()}"
PORTS = 20


def blocks(count):
    """Disjoint /24s with a gap after each, so that nothing can be merged and the set has `count` intervals."""
    for number in range(count):
        address = 0x01000000 + number * 512
        yield f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/24"


def policy(folder, count, inline):
    """Writes a policy of `count` CIDRs on 20 ports and returns its path."""
    os.makedirs(folder, exist_ok=True)
    lists = [[] for _ in range(PORTS)]
    for number, block in enumerate(blocks(count)):
        lists[number * PORTS // count].append(block)
    path = os.path.join(folder, "gate.yaml")
    with open(path, "w") as out:
        out.write("version: 1\nname: bench\nowner: bench\nnetworks:\n")
        for number, entries in enumerate(lists):
            if inline:
                out.write(f"  net{number}:\n" + "".join(f"    - {entry}\n" for entry in entries))
            else:
                with open(os.path.join(folder, f"net{number}.netset"), "w") as netset:
                    netset.write("".join(f"{entry}\n" for entry in entries))
                out.write(f"  net{number}: {{ file: net{number}.netset }}\n")
        out.write("ports:\n")
        for number in range(PORTS):
            out.write(f"  - name: port{number}\n    port: {5000 + number}\n    protocol: tcp\n    owner: bench\n")
            out.write(f"    allow:\n      - {{ name: r, cidrs: [net{number}] }}\n")
    return path


def hundred_rules(folder):
    """Writes a policy of 100 rules and returns its path."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "gate.yaml")
    with open(path, "w") as out:
        out.write("version: 1\nname: hundred\nowner: bench\n")
        out.write("windows:\n  business: { timezone: Europe/Berlin, days: [mon-fri], hours: [\"08:00-18:00\"] }\nports:\n")
        for number in range(25):
            out.write(f"  - name: port{number}\n    port: {5000 + number}\n    protocol: tcp\n    owner: o\n    allow:\n")
            for rule in range(4):
                out.write(f"      - {{ name: r{rule}, cidrs: [10.{number}.{rule}.0/24], windows: [business] }}\n")
        out.write("tests:\n")
        for number in range(25):
            out.write(f"  - {{ name: t{number}, port: port{number}, from: 10.{number}.0.1, ")
            out.write("at: \"2026-11-23T10:00+01:00\", expect: allow }\n")
    return path


def aerleon_policy(folder, count):
    """Writes the same policy for Aerleon and returns its arguments."""
    for name in ("def", "policies/pol", "out"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    lists = [[] for _ in range(PORTS)]
    for number, block in enumerate(blocks(count)):
        lists[number * PORTS // count].append(block)
    with open(os.path.join(folder, "def/bench.yaml"), "w") as out:
        out.write("networks:\n")
        for number, entries in enumerate(lists):
            out.write(f"  NET{number}:\n    values:\n" + "".join(f"      - address: {entry}\n" for entry in entries))
        out.write("services:\n")
        for number in range(PORTS):
            out.write(f"  SVC{number}:\n    - protocol: tcp\n      port: {5000 + number}\n")
    with open(os.path.join(folder, "policies/pol/bench.yaml"), "w") as out:
        out.write("filters:\n- header:\n    targets:\n      nftables: inet input\n  terms:\n")
        for number in range(PORTS):
            out.write(f"  - name: port{number}\n    source-address: NET{number}\n    destination-port: SVC{number}\n")
            out.write("    protocol: tcp\n    action: accept\n")
    return ["--base_directory", f"{folder}/policies", "--definitions_directory", f"{folder}/def",
            "--output_directory", f"{folder}/out"]


class Cost:
    """What a command cost: CPU seconds, wall seconds, peak bytes."""

    def __init__(self, cpu, wall, peak):
        self.cpu, self.wall, self.peak = cpu, wall, peak


def run(argv, runs=3, output=None):
    """Runs a command and returns the least of its costs. A command that fails ends the benchmark."""
    best = None
    for _ in range(runs):
        with open(output or os.devnull, "wb") as out:
            start = time.monotonic()
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE)
            errors = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.monotonic() - start
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{' '.join(argv)} failed ({child.returncode}): {errors.decode(errors='replace')[:2000]}")
        cost = Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)
        if best is None:
            best = cost
        best = Cost(min(best.cpu, cost.cpu), min(best.wall, cost.wall), min(best.peak, cost.peak))
    return best


def aerleon(folder):
    """Returns the path of aclgen in a venv of this repository's build folder; installs it from PyPI when missing."""
    tool = os.path.join(folder, "bin/aclgen")
    if not os.path.exists(tool):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "-q", "install", "aerleon==1.18.0"], check=True)
    return tool


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portgate", default=f"{REPO}/.build/release/portgate")
    parser.add_argument("--without-aerleon", action="store_true", help="leave out the peer that comes from PyPI")
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="portgate-bench-")
    table = Table()
    portgate = options.portgate
    nft = ["ip", "netns", "exec", NETNS, "nft", "-c", "-f"]
    subprocess.run(["ip", "netns", "add", NETNS], check=True)
    try:
        text = f"{work}/out.nft"
        inline = run([portgate, "compile", "--no-proof", policy(f"{work}/inline", 100_000, True)], output=text)
        peer = run(nft + [text])
        ratio = inline.cpu / peer.cpu
        table.add("nft -c -f on 100,000 CIDRs", f"{peer.cpu:.3f} s CPU, {peer.peak / 1e6:.0f} MB", "", "peer")
        figure = f"{inline.cpu:.3f} s CPU = {ratio:.2f} x nft"
        table.judge("compile 100,000 CIDRs in YAML", figure, "0.35 x", ratio <= 0.35)
        table.judge("its memory", f"{inline.peak / 1e6:.0f} MB", "60 MB", inline.peak <= 60e6)
        lists = run([portgate, "compile", "--no-proof", policy(f"{work}/lists", 100_000, False)], output=text)
        peer = run(nft + [text])
        ratio = lists.cpu / peer.cpu
        figure = f"{lists.cpu:.3f} s CPU = {ratio:.2f} x nft"
        table.judge("compile 100,000 CIDRs in files", figure, "0.10 x", ratio <= 0.10)
        table.judge("its memory", f"{lists.peak / 1e6:.0f} MB", "60 MB", lists.peak <= 60e6)
        proved = run([portgate, "compile", f"{work}/lists/gate.yaml"])
        ratio = proved.cpu / peer.cpu
        figure = f"{proved.cpu:.3f} s CPU = {ratio:.2f} x nft"
        table.judge("with its proof", figure, "0.60 x", ratio <= 0.60)
        table.judge("its memory", f"{proved.peak / 1e6:.0f} MB", "84 MB", proved.peak <= 84e6)
        million = run([portgate, "compile", "--no-proof", policy(f"{work}/million", 1_000_000, False)])
        table.judge("compile 1,000,000 CIDRs in files", f"{million.cpu:.3f} s CPU", "1 s", million.cpu <= 1.0)
        table.judge("its memory", f"{million.peak / 1e6:.0f} MB", "300 MB", million.peak <= 300e6)

        true = run(["/bin/true"], runs=20)
        check = run([portgate, "check", hundred_rules(f"{work}/hundred")], runs=20)
        limit = 3 * true.wall + 0.005
        table.add("/bin/true", f"{true.wall * 1e3:.1f} ms", "", "peer")
        table.judge("check 100 rules", f"{check.wall * 1e3:.1f} ms", f"{limit * 1e3:.1f} ms", check.wall <= limit)

        ten = policy(f"{work}/ten", 10_000, True)
        small = run([portgate, "compile", "--no-proof", ten], runs=5)
        if options.without_aerleon:
            table.add("compile 10,000 CIDRs in YAML", f"{small.cpu:.3f} s CPU", "", "no peer")
        else:
            arguments = aerleon_policy(f"{work}/aerleon", 10_000)
            other = run([aerleon(f"{REPO}/.build/aerleon-venv")] + arguments)
            table.add("Aerleon 1.18 on 10,000 CIDRs", f"{other.cpu:.3f} s CPU, {other.peak / 1e6:.0f} MB", "", "peer")
            ratio = other.cpu / small.cpu
            table.judge("compile 10,000 CIDRs in YAML", f"{small.cpu:.3f} s CPU = {ratio:.0f} x faster", "30 x", ratio >= 30)
    finally:
        subprocess.run(["ip", "netns", "del", NETNS], check=False)
        shutil.rmtree(work, ignore_errors=True)
    table.finish()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
