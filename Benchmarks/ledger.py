#!/usr/bin/env python3
"""Measures the ledger beside what its work is made of, and prints a table.

Appending (durable, hashed, signed) beside hashing the same leaves and nothing else; `portgate verify` beside sha256sum of the same
bytes; `portgate logs` with a filter beside `zstd -dc | grep`. Wall time is the least of several runs. Exit code 1 when a bound is
broken. usage: ledger.py [--records N] [--portgate PATH] [--appender PATH]
"""
import argparse
import glob
import os
import shutil
import sys
import tempfile

from table import Table
from timed import run

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BOUND = 0.5


def append(appender, folder, records, *rest):
    """Writes a ledger and returns what the appender measured."""
    _, output = run([appender, "append", folder, str(records), *rest], runs=1)
    return {line.split()[0]: float(line.split()[1]) for line in output.decode().splitlines()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portgate", default=f"{REPO}/.build/release/portgate")
    parser.add_argument("--appender", default=f"{REPO}/.build/release/ledger-benchmark")
    parser.add_argument("--records", type=int, default=10_000_000)
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="portgate-ledger-bench-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    table = Table()
    count = options.records

    def judge(what, mine, peer):
        table.judge(what, f"{mine:.2f} s, {peer / mine:.2f} x", f"{BOUND} x", peer / mine >= BOUND)

    try:
        os.mkdir(f"{work}/plain")
        figures = append(options.appender, f"{work}/plain/ledger", count)
        size = figures["bytes"]
        rate = count / figures["append"] / 1e6
        judge(f"append of {count:,} records, {size / count:.0f} bytes each", figures["append"], figures["hash"])
        table.add("  records a second; peer: the leaves' hashes", f"{rate:.2f} million; {figures['hash']:.2f} s")

        segments = " ".join(sorted(glob.glob(f"{work}/plain/ledger/segments/*.jsonl")))
        peer, _ = run(f"cat {segments} | sha256sum", shell=True)
        wall, output = run([options.portgate, "verify", "--no-memory", "--state-dir", f"{work}/plain"])
        if b"the ledger is what was written" not in output:
            sys.exit(f"the ledger was not proven: {output[:500]}")
        judge(f"verify of {count:,} records", wall, peer)
        table.add("  peer: sha256sum of the same bytes", f"{peer:.2f} s")
        shutil.rmtree(f"{work}/plain")

        os.mkdir(f"{work}/sealed")
        count = min(count, 2_000_000)
        append(options.appender, f"{work}/sealed/ledger", count, str(64 << 20))
        folder = f"{work}/sealed/ledger/segments"
        sealed = " ".join(sorted(glob.glob(f"{folder}/*.zst")))
        plain = " ".join(sorted(glob.glob(f"{folder}/*.jsonl")))
        wall, output = run([options.portgate, "verify", "--no-memory", "--state-dir", f"{work}/sealed"])
        peer, _ = run(f"zstd -dcq {sealed} | cat - {plain} | sha256sum", shell=True)
        judge(f"verify of {count:,} records, sealed", wall, peer)
        table.add("  peer: zstd -dc | sha256sum", f"{peer:.2f} s")
        for what, text, arguments in [("rare", '"user":"user7"', ["--user", "user7"]),
                                      ("one in seven", '"verdict":"deny"', ["--verdict", "deny"]),
                                      ("absent", '"rule":"none"', ["--rule", "none"])]:
            peer, found = run(f"zstd -dcq {sealed} | cat - {plain} | grep -F '{text}'", shell=True, codes=(0, 1))
            wall, mine = run([options.portgate, "logs", "-o", "json", "--state-dir", f"{work}/sealed", *arguments])
            if sorted(mine.splitlines()) != sorted(found.splitlines()):
                sys.exit(f"logs {arguments} shows other records than grep")
            judge(f"logs of {count:,} records, {what}", wall, peer)
            table.add("  peer: zstd -dc | grep -F", f"{peer:.2f} s")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    table.finish()


if __name__ == "__main__":
    main()
