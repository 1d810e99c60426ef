"""What scripts/kill-apply.sh runs: portgate's path, the number of kills, the seed."""
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

portgate, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random.seed(seed)
tag = f"pgk-{os.getpid()}"
folder = tempfile.mkdtemp(prefix="portgate-kill-")
server, one, two = (f"{tag}-{name}" for name in ("s", "1", "2"))
PORT = 8443
libc = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True, **more):
    return subprocess.run(command, check=check, capture_output=True, text=True, **more)


def in_net(name, work):
    """Runs work on a thread of its own in a network namespace."""
    outcome = {}

    def body():
        with open(f"/run/netns/{name}") as handle:
            if libc.setns(handle.fileno(), 0x40000000) != 0:  # CLONE_NEWNET
                raise OSError(ctypes.get_errno(), "setns")
        outcome["value"] = work()

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread, outcome


def build():
    for name in (server, one, two):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    for index, name in ((1, one), (2, two)):
        run("ip", "-n", server, "link", "add", f"c{index}", "type", "veth", "peer", "name", "c0", "netns", name)
        run("ip", "-n", server, "address", "add", f"10.98.{index}.1/24", "dev", f"c{index}")
        run("ip", "-n", name, "address", "add", f"10.98.{index}.2/24", "dev", "c0")
        run("ip", "-n", server, "link", "set", f"c{index}", "up")
        run("ip", "-n", name, "link", "set", "c0", "up")
    # Enough addresses for a load that takes a while.
    for index in (1, 2):
        noise = ", ".join(f"172.{16 + index}.{high}.{low * 2}/32" for high in range(16) for low in range(100))
        with open(f"{folder}/{index}.yaml", "w") as policy:
            policy.write(
                "version: 1\nname: kill\nports:\n"
                f"  - {{ name: gated, port: {PORT}, protocol: tcp,\n"
                f"      allow: [{{ name: client, cidrs: [10.98.{index}.0/24, {noise}] }}] }}\n")


def serve():
    listener = socket.create_server(("0.0.0.0", PORT), backlog=256)
    while True:
        connection, _ = listener.accept()
        connection.close()


def probe(address):
    """Tells whether a connection opens: an answer of the gate is a refusal."""
    try:
        socket.create_connection((address, PORT), timeout=5).close()
        return True
    except OSError:
        return False


stop = threading.Event()
seen = {one: [], two: []}


def prober(name, address):
    while not stop.is_set():
        begun = time.monotonic()
        answer = probe(address)
        seen[name].append((begun, time.monotonic(), answer))
        time.sleep(0.002)


def ask(name, address):
    thread, outcome = in_net(name, lambda: probe(address))
    thread.join()
    return outcome["value"]


def gate():
    """Which policy judges at this quiet moment: 1, 2, or what is wrong."""
    answers = (ask(one, "10.98.1.1"), ask(two, "10.98.2.1"))
    return {(True, False): 1, (False, True): 2, (True, True): "open", (False, False): "closed"}[answers]


def opened():
    """Counts moments at which the gate let both in: an attempt of one side that was let in and lies, from begin to end, between
    two of the other that were let in with none refused between them. One switch in between would have refused something."""
    moments = 0
    for left, right in ((seen[one], seen[two]), (seen[two], seen[one])):
        position = 0
        for before, after in zip(right, right[1:]):
            if not (before[2] and after[2]) or after[0] - before[1] > 0.05:
                continue
            while position < len(left) and left[position][0] < before[1]:
                position += 1
            if position < len(left) and left[position][2] and left[position][1] < after[0]:
                moments += 1
    return moments


def apply(index):
    return subprocess.Popen(
        ["nsenter", f"--net=/run/netns/{server}", portgate, "apply", "--yes", "--lock-wait", "60", "--state-dir",
         f"{folder}/state", f"{folder}/{index}.yaml"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True)


def finished(index):
    process = apply(index)
    output, errors = process.communicate(timeout=120)
    return process.returncode, output + errors


def main():
    build()
    in_net(server, serve)
    # How long an apply takes here: kills are spread over all of it.
    code, words = finished(1)
    assert code == 0, words
    begun = time.monotonic()
    code, words = finished(2)
    assert code == 0, words
    length = time.monotonic() - begun
    figures = {"kills": 0, "ended before the kill": 0, "old": 0, "new": 0, "open": 0, "half": 0, "not recovered": 0}
    both = 0
    live = 2
    threads = [in_net(one, lambda: prober(one, "10.98.1.1"))[0], in_net(two, lambda: prober(two, "10.98.2.1"))[0]]
    for _ in range(count):
        wanted = 3 - live
        process = apply(wanted)
        time.sleep(random.uniform(0, length * 1.05))
        try:
            # The group: portgate and the worker it started.
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()
        figures["kills" if process.returncode == -signal.SIGKILL else "ended before the kill"] += 1
        found = gate()
        if found == live:
            figures["old"] += 1
        elif found == wanted:
            figures["new"] += 1
        else:
            figures["open" if found == "open" else "half"] += 1
        code, words = finished(wanted)
        if code != 0 or gate() != wanted:
            figures["not recovered"] += 1
            print(f"not recovered (exit {code}): {words}", file=sys.stderr)
        live = gate() if gate() in (1, 2) else wanted
    stop.set()
    for thread in threads:
        thread.join()
    figures["open"] += opened()
    print(f"seed {seed}; one apply takes {length:.2f} s here")
    for name, value in figures.items():
        print(f"{name}: {value}")
    for name in (one, two):
        allowed = sum(1 for _, _, answer in seen[name] if answer)
        print(f"probes of client {name[-1]}: {len(seen[name])}, let in {allowed}")
        both += len(seen[name])
    bad = figures["open"] + figures["half"] + figures["not recovered"]
    print("held" if bad == 0 and both > 0 else "BROKEN")
    return 0 if bad == 0 and both > 0 else 1


try:
    status = main()
finally:
    for name in (server, one, two):
        subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
sys.stdout.flush()
os._exit(status)
