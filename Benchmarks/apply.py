#!/usr/bin/env python3
"""CPU time of `portgate apply` after 10 of 1,000,000 CIDRs changed, children included, against `nft -f` of the whole ruleset.

Limit: 1/20. Needs root: everything happens in a network namespace of its own. usage: apply.py [CIDRS]
"""

import ctypes
import os
import resource
import subprocess
import sys
import tempfile

PORTGATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.build/release/portgate")
LIMIT = 20
CHANGED = 10
CLONE_NEWNET = 0x40000000


def policy(folder, count, generation):
    """Writes a policy of one port; in each generation ten other networks are one address larger."""
    with open(os.path.join(folder, "net.netset"), "w") as out:
        for number in range(count):
            address = 0x0B000000 + number * 16
            changed = number % (count // CHANGED) == 0 and generation % 2 == 1
            out.write("%d.%d.%d.%d/%d\n" % (address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255,
                                             28 if changed else 29 + number % 4))
    path = os.path.join(folder, "gate.yaml")
    with open(path, "w") as out:
        out.write("version: 1\nname: bench\nowner: bench\nnetworks:\n  net: { file: net.netset }\nports:\n"
                  "  - name: db\n    port: 5432\n    protocol: tcp\n    owner: bench\n"
                  "    allow:\n      - { name: all, cidrs: [net] }\n")
    return path


def cpu(argv):
    """Runs a command and returns its CPU seconds, those of its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(argv)} failed ({result.returncode}): {result.stderr.decode(errors='replace')[:2000]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        sys.exit("a network namespace of its own is needed: run this as root")
    with tempfile.TemporaryDirectory() as folder:
        apply = [PORTGATE, "apply", "--yes", "--state-dir", os.path.join(folder, "state")]
        path = policy(folder, count, 0)
        ruleset = os.path.join(folder, "full.nft")
        with open(ruleset, "wb") as out:
            subprocess.run([PORTGATE, "compile", path], stdout=out, check=True)
        full = cpu(["nft", "-f", ruleset])
        subprocess.run(["nft", "delete", "table", "inet", "portgate"], check=True)
        first = cpu(apply + [path])
        again = min(cpu(apply + [policy(folder, count, generation)]) for generation in range(1, 4))
        print(f"{count} CIDRs, CPU seconds                        ")
        print(f"{'nft -f, all of it':34} {full:8.2f}")
        print(f"{'portgate apply, all of it':34} {first:8.2f}   {first / full:6.2f} x (read back as well)")
        print(f"{f'portgate apply, {CHANGED} CIDRs changed':34} {again:8.2f}   1/{full / again:.1f} (limit 1/{LIMIT})")
        if count >= 1_000_000 and again * LIMIT > full:
            sys.exit("over the limit")


if __name__ == "__main__":
    main()
