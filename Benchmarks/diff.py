#!/usr/bin/env python3
"""Measures `portgate diff` beside sort+diff and Python's ipaddress, and `portgate check` on many rules, and prints a table.

Wall time is the least of several runs. The peers do a part of the work: sort and diff compare lines, ipaddress collapses the
blocks of both sides and compares them. Exit code 1 when a bound is broken.
"""
import argparse
import os
import shutil
import sys
import tempfile

from table import Table
from timed import run

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PORTS = 20
AT = "--at=2026-11-21T12:00Z"


def blocks(count, skipped):
    """Disjoint /24s with gaps: `count` of them, every thousandth moved to the other half of its gap when `skipped`."""
    for number in range(count):
        address = 0x01000000 + number * 512 + (256 if skipped and number % 1000 == 0 else 0)
        yield f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}/24"


def policy(folder, count, changed):
    """Writes a policy of `count` CIDRs in list files of 20 ports, and returns its path and the lists'."""
    os.makedirs(folder, exist_ok=True)
    lists = [[] for _ in range(PORTS)]
    for number, block in enumerate(blocks(count, changed)):
        lists[number * PORTS // count].append(block)
    with open(f"{folder}/gate.yaml", "w") as out:
        out.write("version: 1\nname: bench\nnetworks:\n")
        for number, entries in enumerate(lists):
            with open(f"{folder}/net{number}.netset", "w") as netset:
                netset.write("".join(f"{entry}\n" for entry in entries))
            out.write(f"  net{number}: {{ file: net{number}.netset }}\n")
        out.write("ports:\n")
        for number in range(PORTS):
            out.write(f"  - {{ name: port{number}, port: {5000 + number}, protocol: tcp, ")
            out.write(f"allow: [{{ name: r, cidrs: [net{number}] }}] }}\n")
    return f"{folder}/gate.yaml"


def inline(folder, count, changed):
    """Writes a policy of `count` CIDRs in YAML on one port, and returns its path."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/gate.yaml", "w") as out:
        out.write("version: 1\nname: bench\nnetworks:\n  net:\n")
        out.write("".join(f"    - {block}\n" for block in blocks(count, changed)))
        out.write("ports:\n  - { name: p, port: 5000, protocol: tcp, allow: [{ name: r, cidrs: [net] }] }\n")
    return f"{folder}/gate.yaml"


def rules(path, count, ports, overlap):
    """Writes a policy of `count` rules on some ports, of which many overlap when asked."""
    with open(path, "w") as out:
        out.write("version: 1\nname: rules\nowner: o\nwindows:\n")
        out.write("  day: { timezone: Europe/Berlin, days: [mon-fri], hours: [\"08:00-18:00\"] }\nports:\n")
        for port in range(ports):
            out.write(f"  - name: p{port}\n    port: {5000 + port}\n    protocol: tcp\n    allow:\n")
            for rule in range(count // ports):
                address = f"10.{rule >> 8 & 255}.{rule & 255}.0/24"
                if overlap and rule % 10 == 9:
                    address = f"10.{rule >> 8 & 255}.{rule - 9 & 255}.0/24, 10.{rule >> 8 & 255}.{rule - 8 & 255}.0/24"
                out.write(f"      - {{ name: r{rule}, cidrs: [{address}], windows: [day] }}\n")
    return path


IPADDRESS = """
import ipaddress, glob, sys
def load(folder):
    return {a: list(ipaddress.collapse_addresses(ipaddress.ip_network(line.strip()) for line in open(f"{folder}/net{a}.netset")))
            for a in range(20)}
old, new = load(sys.argv[1]), load(sys.argv[2])
print(sum(len(set(old[a]) ^ set(new[a])) for a in old))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portgate", default=f"{REPO}/.build/release/portgate")
    options = parser.parse_args()
    portgate = options.portgate
    work = tempfile.mkdtemp(prefix="portgate-bench-")
    table = Table()
    try:
        for count in (1_000, 10_000, 100_000, 1_000_000):
            old = policy(f"{work}/old{count}", count, False)
            new = policy(f"{work}/new{count}", count, True)
            wall, output = run([portgate, "diff", AT, old, new], runs=3 if count > 100_000 else 5)
            if b"widened" not in output:
                sys.exit(f"the difference was not found: {output[:500]}")
            what = f"diff of two policies of {count:,} CIDRs"
            if count != 100_000:
                table.add(what, f"{wall:.3f} s")
            else:
                table.judge(what, f"{wall:.3f} s", "0.3 s", wall <= 0.3)
                mine = wall
                same, output = run([portgate, "diff", AT, old, old], runs=5)
                if output != b"no change in what is allowed\n":
                    sys.exit("a policy differs from itself")
                table.judge("the same policy twice", f"{same:.3f} s", "0.3 s", same <= 0.3)
                text = " ".join(
                    f"sort -u {work}/{side}{count}/*.netset > {work}/{side}.txt;" for side in ("old", "new"))
                peer, _ = run(
                    f"export LC_ALL=C; {text} diff {work}/old.txt {work}/new.txt", runs=5, shell=True, codes=(1,))
                table.add("peer: sort and diff of the lines", f"{peer:.3f} s = {peer / mine:.1f} x")
                peer, _ = run([sys.executable, "-c", IPADDRESS, f"{work}/old{count}", f"{work}/new{count}"], runs=1)
                table.add("peer: Python's ipaddress", f"{peer:.3f} s = {peer / mine:.1f} x")
                old, new = inline(f"{work}/oldyaml", count, False), inline(f"{work}/newyaml", count, True)
                wall, _ = run([portgate, "diff", AT, old, new], runs=5)
                table.judge("the same CIDRs written in YAML", f"{wall:.3f} s", "0.3 s", wall <= 0.3)
        for what, ports, overlap in (("on one port", 1, False), ("on one port, overlapping", 1, True),
                                     ("on 20 ports, overlapping", 20, True)):
            path = rules(f"{work}/rules.yaml", 1_000, ports, overlap)
            wall, _ = run([portgate, "check", AT, path], runs=10, codes=(0, 1))
            table.judge(f"check of 1,000 rules {what}", f"{wall * 1e3:.1f} ms", "50 ms", wall <= 0.05)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    table.finish()


if __name__ == "__main__":
    main()
