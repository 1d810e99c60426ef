#!/usr/bin/env python3
"""Kills the recorder at random moments under load and proves that nothing acknowledged is lost.

    scripts/kill-record.py PORTGATE [ROUNDS] [SEED]

A server and a client in network namespaces of their own; the client opens connections as fast as it can. In each round the
recorder starts, is killed by SIGKILL after a random while, and the ledger is verified: what the last checkpoint covered at the
moment of the kill must still be proven. At the end a recorder is started and stopped, and the ledger must be intact and tell
of every gap. Needs root.
"""
import glob
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

POLICY = """version: 1
name: kill
ports:
  - name: load
    port: 9000
    protocol: [tcp, udp]
    allow: [{ name: client, cidrs: [10.98.0.0/24] }]
"""
LOAD = """
import socket, itertools
for number in itertools.count():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.sendto(b"x", ("10.98.0.1", 9000))
    sock.close()
"""


def run(*arguments, check=True):
    """Runs a program and returns what came of it."""
    result = subprocess.run(arguments, capture_output=True, text=True)
    if check and result.returncode != 0:
        raise SystemExit(f"kill-record: {' '.join(arguments)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def acknowledged(state):
    """Returns the size of the last whole checkpoint, as it lies in the files."""
    for path in sorted(glob.glob(f"{state}/ledger/segments/*.checkpoints"), reverse=True):
        with open(path, "rb") as file:
            notes = file.read().split(b"\n\n")
        # Text and signatures in turn; what follows the last empty line is not whole.
        texts = [notes[place] for place in range(0, len(notes) - 2, 2)]
        if texts:
            return int(texts[-1].split(b"\n")[1])
    return 0


def main():
    portgate = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"kill-record: {rounds} rounds, seed {seed}", flush=True)
    server, client = (f"pgkill{os.getpid()}{name}" for name in "sc")
    folder = tempfile.mkdtemp(prefix="pg-kill-record-")
    state = f"{folder}/state"
    inside = ["ip", "netns", "exec"]
    load = None
    try:
        for name in (server, client):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "link", "add", "load0", "netns", server, "type", "veth", "peer", "name", "load1", "netns", client)
        for name, link, address in ((server, "load0", "10.98.0.1/24"), (client, "load1", "10.98.0.2/24")):
            run("ip", "-n", name, "addr", "add", address, "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")
        with open(f"{folder}/gate.yaml", "w") as file:
            file.write(POLICY)
        run(*inside, server, portgate, "apply", "--yes", "--state-dir", state, f"{folder}/gate.yaml")
        # Flows that are over are forgotten soon: the table of all connections belongs to the whole machine.
        for name in ("udp_timeout", "udp_timeout_stream"):
            run(*inside, server, "sysctl", "-qw", f"net.netfilter.nf_conntrack_{name}=1")
        load = subprocess.Popen([*inside, client, sys.executable, "-I", "-c", "import time\n" + LOAD.replace(
            "    sock.close()\n", "    sock.close()\n    time.sleep(0.0005)\n")])
        kept = torn = 0
        for number in range(rounds):
            recorder = subprocess.Popen(
                [*inside, server, portgate, "record", "--state-dir", state], stderr=subprocess.PIPE, text=True)
            # Before it is ready, or a while after.
            if chance.random() < 0.8:
                for line in recorder.stderr:
                    if line.startswith("recording"):
                        break
                time.sleep(chance.random() * 1.2)
            else:
                time.sleep(chance.random() * 0.1)
            before = acknowledged(state)
            os.kill(recorder.pid, signal.SIGKILL)
            recorder.communicate()
            look = run(portgate, "verify", "--state-dir", state, "-o", "json", check=False)
            report = json.loads(look.stdout)
            if look.returncode not in (0, 3) or report["proven"] < before:
                raise SystemExit(f"kill-record: round {number}: {before} acknowledged\n{look.stdout}{look.stderr}")
            kept = report["proven"]
            torn += look.returncode == 3
        recorder = subprocess.Popen([*inside, server, portgate, "record", "--for", "2s", "--state-dir", state])
        recorder.wait()
        report = json.loads(run(portgate, "verify", "--state-dir", state, "-o", "json").stdout)
        records = run(portgate, "logs", "--state-dir", state, "-o", "json").stdout.splitlines()
        starts = sum('"action":"started"' in line for line in records)
        allowed = sum('"action":"allow"' in line for line in records)
        if len(report["silences"]) != starts - 1 or report["proven"] != len(records):
            raise SystemExit(f"kill-record: {starts} starts, {len(report['silences'])} gaps, {len(records)} records")
        print(f"kill-record: {rounds} kills, {kept} records proven after the last, {allowed} connections, {starts} starts, "
              f"{torn} tails set aside: nothing acknowledged was lost, the ledger is intact")
    finally:
        if load:
            load.kill()
        for name in (server, client):
            run("ip", "netns", "del", name, check=False)
        subprocess.run(["rm", "-rf", folder], check=False)


main()
