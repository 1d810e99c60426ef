"""Runs a command for its wall time."""
import subprocess
import sys
import time


def run(argv, runs=3, shell=False, codes=(0,)):
    """Runs a command and returns the least of its wall times and its output, as bytes. One that fails ends the benchmark."""
    best = None
    for _ in range(runs):
        start = time.monotonic()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, shell=shell)
        wall = time.monotonic() - start
        if done.returncode not in codes:
            words = (done.stdout[-500:] + done.stderr[-2000:]).decode(errors="replace")
            sys.exit(f"{argv} failed ({done.returncode}): {words}")
        best = wall if best is None else min(best, wall)
    return best, done.stdout
