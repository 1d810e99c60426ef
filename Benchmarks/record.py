#!/usr/bin/env python3
"""Measures `portgate record` beside ulogd2 with its JSON output: the CPU that a record costs, and what is lost.

Both listen to the same NFLOG group of the same gate in the same network namespace, one after the other, and the same program
(packets.c) sends them the same datagrams as fast as it can. portgate's records are durable, hashed and signed, and sealed while it
runs; ulogd2 writes lines through the C library's buffer and does none of that. ulogd2 runs as it comes, and once more with
portgate's buffer and batches, and the better of the two is the peer. CPU is user and system time of all threads of the process, from
when it listens to its end. What is lost is what the gate's counters say was logged and no record tells of; the gaps in the
kernel's numbers, which portgate counts itself, must say the same.

Refused: datagrams to a port with `log: { denied: all }`, each from a source of its own. portgate sums up what one source sends
beyond 20 in 10 s; from so many sources each refusal is a record of its own, and the benchmark fails when one was summed up.
Allowed: flows from sources of their own, which conntrack tells of when they end. Both write two records of each flow.

Exit code 1 when a bound is broken. Needs root. usage: record.py [--refused N] [--allowed N] [--portgate PATH]
"""
import argparse
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from table import Table

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TAG = f"pgbench{os.getpid()}"
SERVER, CLIENT = f"{TAG}-s", f"{TAG}-c"
GROUP = 77
PORT = 5000
# Flows of one round: conntrack forgets them before the next.
ROUND = 20_000
LEAST_RATIO = 10
MOST_MICROSECONDS = 2
POLICY = f"""version: 1
name: bench
owner: bench
identities:
  clients: {{ addresses: [1.0.0.0/8] }}
ports:
  - name: gated
    port: {PORT}
    protocol: udp
    description: bench
    otherwise: drop
    log: {{ denied: all }}
    allow:
      - {{ name: clients, cidrs: [1.0.0.0/8], reason: bench }}
"""


def inside(ns, *argv, **options):
    """Runs a command in a namespace and returns its output."""
    options.setdefault("check", True)
    return subprocess.run(["nsenter", f"--net=/run/netns/{ns}", *argv], stdout=subprocess.PIPE, **options).stdout


def make_namespaces():
    """A server and a client on a cable; whatever address of 0.0.0.0/5 the client writes, it is the way back to it."""
    for ns in (SERVER, CLIENT):
        subprocess.run(["ip", "netns", "add", ns], check=True)
    inside(SERVER, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", CLIENT)
    for ns, address in ((CLIENT, "10.0.0.2/24"), (SERVER, "10.0.0.1/24")):
        inside(ns, "ip", "link", "set", "lo", "up")
        inside(ns, "ip", "addr", "add", address, "dev", "eth0")
        inside(ns, "ip", "link", "set", "eth0", "up")
    inside(SERVER, "ip", "route", "add", "0.0.0.0/5", "via", "10.0.0.2")
    for name in ("acct", "timestamp"):
        inside(SERVER, "sysctl", "-qw", f"net.netfilter.nf_conntrack_{name}=1")


def counted():
    """What the gate's counters say was logged: refused, and allowed."""
    listed = json.loads(inside(SERVER, "nft", "-j", "list", "counters"))["nftables"]
    found = {row["counter"]["name"]: row["counter"]["packets"] for row in listed if "counter" in row}
    return found["pg_n_gated"], found["pg_n_gated/clients"]


def table_column(path, place, of):
    """The numbers of a column of a table of the kernel's, for the rows for which `of` holds."""
    rows = [line.split() for line in inside(SERVER, "cat", path).decode().splitlines()]
    return [int(row[place]) for row in rows if len(row) > place and of(row)]


class Listener:
    """A program that listens to the group."""

    # Those that were started, to be ended with the benchmark whatever happens.
    started = []

    def __init__(self, argv, log):
        self.process = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{SERVER}", *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.started.append(self.process)
        self.await_group(log.name)
        # What the start itself costs is over.
        time.sleep(1)
        self.before = self.cpu()

    def await_group(self, log):
        for _ in range(200):
            if table_column("/proc/net/netfilter/nfnetlink_log", 0, lambda row: row[0] == str(GROUP)):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"nobody listens to the group: {open(log).read()[-2000:]}")

    def threads(self):
        """Seconds of CPU of each thread."""
        return [int(open(path).read().split()[0]) / 1e9
                for path in sorted(glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"))]

    def cpu(self):
        return sum(self.threads())

    def await_idle(self):
        """Waits until nothing lies in the sockets for longer than the kernel gathers packets."""
        quiet = 0
        while quiet < 10:
            # The protocol 12 is NETLINK_NETFILTER; the fifth column is what was not read yet.
            waiting = table_column("/proc/net/netlink", 4, lambda row: row[1] == "12")
            quiet = quiet + 1 if not any(waiting) else 0
            time.sleep(0.2)

    def end(self):
        """Ends it and returns the seconds of CPU since it listened, and those of its first thread until it was asked to end."""
        first = self.threads()[0]
        self.process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime - self.before, first - self.before


class Portgate:
    """portgate record, with its ledger."""

    def __init__(self, portgate, state, work):
        self.portgate, self.state, self.name = portgate, state, "portgate record"
        self.log = f"{work}/record.log"

    def start(self):
        with open(self.log, "w") as log:
            self.listener = Listener([self.portgate, "record", "--keep-all", "--state-dir", self.state], log)

    def records(self, count):
        """Counts the records by what they tell of, since it started last; what it lost; and proves the ledger."""
        tell = {"deny": 0, "allow": 0, "end": 0, "lost": 0}
        stopped = None
        shown = subprocess.Popen([self.portgate, "logs", "-o", "json", "--state-dir", self.state], stdout=subprocess.PIPE)
        for line in shown.stdout:
            for action in tell:
                tell[action] += line.find(b'"action":"%s"' % action.encode(), 0, 80) >= 0
            if b'"action":"started"' in line[:80]:
                tell = dict.fromkeys(tell, 0)
            if b'"action":"stopped"' in line[:80]:
                stopped = json.loads(line)
            if b'"suppressed":' in line:
                sys.exit(f"refusals were summed up: {line}")
        if shown.wait() != 0 or stopped is None:
            sys.exit("the records cannot be read")
        proof = subprocess.run([self.portgate, "verify", "--no-memory", "--state-dir", self.state], capture_output=True)
        if b"the ledger is what was written" not in proof.stdout:
            sys.exit(f"the ledger was not proven: {proof.stdout[:500]}")
        return tell, stopped["lost"], tell["lost"]


class Ulogd:
    """ulogd2 with its JSON output."""

    def __init__(self, work, name, settings, flow_settings):
        self.work, self.name = work, name
        plugins = sorted(glob.glob("/usr/lib/*/ulogd/ulogd_*.so"))
        wanted = ("NFLOG", "NFCT", "BASE", "IFINDEX", "IP2STR", "JSON")
        with open(f"{work}/ulogd.conf", "w") as out:
            out.write(f'[global]\nlogfile="{work}/ulogd.log"\nloglevel=5\n')
            out.write("".join(f'plugin="{path}"\n' for path in plugins if path.split("_")[-1][:-3] in wanted))
            out.write("stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,json1:JSON\n")
            out.write("stack=ct1:NFCT,ip2str1:IP2STR,json2:JSON\n")
            out.write(f"[log1]\ngroup={GROUP}\n{settings}")
            # Ends only, each as it comes.
            out.write(f"[ct1]\nhash_enable=0\nevent_mask=4\n{flow_settings}")
            out.write(f'[json1]\nsync=0\nfile="{work}/packets.json"\n[json2]\nsync=0\nfile="{work}/flows.json"\n')

    def start(self):
        for path in (f"{self.work}/packets.json", f"{self.work}/flows.json"):
            open(path, "w").close()
        with open(f"{self.work}/ulogd.out", "w") as log:
            self.listener = Listener(["ulogd", "-c", f"{self.work}/ulogd.conf"], log)

    def records(self, count):
        tell = {"deny": 0, "allow": 0, "end": 0}
        for line in open(f"{self.work}/packets.json", "rb"):
            for action in ("deny", "allow"):
                tell[action] += b'"pg1 %s gated' % action.encode() in line
        for line in open(f"{self.work}/flows.json", "rb"):
            tell["end"] += b'"orig.l4.dport": %d' % PORT in line
        return tell, None, None


def send(packets, count, first, sources):
    """Sends datagrams from the client; returns the seconds it took, and its seconds of CPU."""
    words = inside(CLIENT, packets, str(count), first, str(sources), "10.0.0.1", str(PORT)).split()
    return float(words[1]), float(words[2])


def refused(packets, count):
    """Each from a source of its own that no rule lets in; sources begin anew after 2^24 of them."""
    return send(packets, count, "2.0.0.0", min(count, 1 << 24))


def allowed(packets, count):
    """Flows that are let in, as many at once as conntrack holds with ease."""
    wall = cpu = 0
    for number in range(0, count, ROUND):
        one = send(packets, min(ROUND, count - number), f"1.{number // ROUND % 256}.0.0", ROUND)
        wall, cpu = wall + one[0], cpu + one[1]
        # What waits to be told of as new comes before its end.
        time.sleep(1.2)
        inside(SERVER, "conntrack", "-F", stderr=subprocess.DEVNULL)
    return wall, cpu


class Figures:
    """What one program did with one workload."""

    def __init__(self, program, work, packets, count, wanted):
        program.start()
        before = counted()
        self.sent = work(packets, count)
        program.listener.await_idle()
        self.cpu, self.first = program.listener.end()
        logged = [now - then for now, then in zip(counted(), before)]
        told, self.gaps, self.losses = program.records(count)
        self.expected = logged[0] + 2 * logged[1]
        self.written = sum(told[action] for action in wanted)
        self.told = told
        if self.expected < 0.9 * count or self.written == 0:
            sys.exit(f"{program.name}: {count} were sent, {logged} logged, {told} told of")

    @property
    def rate(self):
        """Records for each second of CPU."""
        return self.written / self.cpu

    @property
    def lost(self):
        return self.expected - self.written


def compare(table, what, figures, peers):
    """Adds the rows of one workload."""
    wall, cpu = figures.sent
    table.add(what, f"{figures.expected:,} to be told of")
    table.add("  the sender: seconds, of which on a CPU", f"{wall:.2f}, {cpu:.2f}")
    for name, peer in peers:
        table.add(f"  {name}: records per CPU second", f"{peer.rate:,.0f}", "", f"{1e6 / peer.rate:.2f} us each")
        table.add("    not told of", f"{peer.lost:,}", "", f"{peer.lost / peer.expected:.1%}")
    table.add("  portgate record: records per CPU second", f"{figures.rate:,.0f}")
    best = max(peer.rate for _, peer in peers)
    table.judge("    beside the better ulogd2", f"{figures.rate / best:.1f} x", f"{LEAST_RATIO} x",
                figures.rate >= LEAST_RATIO * best)
    each = 1e6 / figures.rate
    table.judge("    CPU for each, with sealing", f"{each:.2f} us", f"{MOST_MICROSECONDS} us", each <= MOST_MICROSECONDS)
    table.add("      of which to record, durable and signed", f"{figures.first * 1e6 / figures.written:.2f} us")
    is_whole = figures.lost == 0 and figures.gaps == 0 and figures.losses == 0
    table.judge("    not told of; gaps; records of a loss", f"{figures.lost:,}; {figures.gaps:,}; {figures.losses:,}", "0", is_whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portgate", default=f"{REPO}/.build/release/portgate")
    parser.add_argument("--refused", type=int, default=1_000_000)
    parser.add_argument("--allowed", type=int, default=200_000)
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="portgate-record-bench-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    table, server = Table(), None
    workloads = [("refused datagrams, each from another source", refused, options.refused, ("deny",)),
                 ("allowed flows, a record of each begin and end", allowed, options.allowed, ("allow", "end"))]
    try:
        packets = f"{work}/packets"
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", packets, f"{REPO}/Benchmarks/packets.c"], check=True)
        make_namespaces()
        with open(f"{work}/gate.yaml", "w") as out:
            out.write(POLICY)
        inside(SERVER, options.portgate, "apply", "--yes", "--no-proof", "--state-dir", f"{work}/state", f"{work}/gate.yaml",
               stderr=subprocess.DEVNULL)
        # Somebody has the port, so that no datagram is answered.
        server = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{SERVER}", sys.executable, "-c",
             f"import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('10.0.0.1', {PORT}))\nsys.stdin.read()"],
            stdin=subprocess.PIPE)
        portgate = Portgate(options.portgate, f"{work}/state", work)
        room = f"netlink_socket_buffer_size={32 << 20}\nnetlink_socket_buffer_maxsize={64 << 20}\n"
        for what, workload, count, wanted in workloads:
            peers = []
            for name, settings, flow_settings in (
                    ("ulogd2 as it comes", "", ""),
                    ("ulogd2, 32 MB of room, 32 at a time", f"{room}netlink_qthreshold=32\nnetlink_qtimeout=10\n", room)):
                ulogd = Ulogd(work, name, settings, flow_settings)
                peers.append((name, Figures(ulogd, workload, packets, count, wanted)))
            compare(table, what, Figures(portgate, workload, packets, count, wanted), peers)
    finally:
        for process in Listener.started:
            if process.returncode is None:
                process.kill()
                process.wait()
        if server:
            server.stdin.close()
            server.wait()
        for ns in (CLIENT, SERVER):
            subprocess.run(["ip", "netns", "del", ns], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(work, ignore_errors=True)
    table.finish()


if __name__ == "__main__":
    main()
