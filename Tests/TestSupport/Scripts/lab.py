"""Real clients and servers for the tests that send traffic. Standard library only.

    lab.py serve SPEC...            echo servers; SPEC is tcp/PORT, udp/PORT, tcp/ADDRESS/PORT or udp/ADDRESS/PORT
    lab.py connect PROTO ADDR PORT  one connection or datagram and its answer
    lab.py session PROTO ADDR PORT  a connection that speaks when told to on standard input
    lab.py flood ADDR PORT          numbered datagrams at a rate, until standard input closes or the count is reached
    lab.py probe ADDR PORT          one hand-made TCP segment, and what comes back
    lab.py datagram6 ADDR PORT      one UDP datagram over IPv6 in fragments
    lab.py advertise INTERFACE      one router advertisement
    lab.py nflog GROUP              records of an NFLOG group

Each prints one line for each answer, and `ready` first where it serves.
"""
import argparse
import errno
import json
import os
import random
import select
import socket
import struct
import sys
import threading
import time

FAMILIES = {True: socket.AF_INET6, False: socket.AF_INET}


def out(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def outcome(error):
    if isinstance(error, (TimeoutError, socket.timeout)):
        return "timed-out"
    names = {
        errno.ECONNREFUSED: "refused",
        errno.ECONNRESET: "reset",
        errno.EPIPE: "reset",
        errno.ETIMEDOUT: "timed-out",
        errno.EHOSTUNREACH: "prohibited",
        errno.EACCES: "prohibited",
        errno.EPERM: "prohibited",
        errno.ENETUNREACH: "unreachable",
    }
    return names.get(error.errno, f"errno-{error.errno}")


def open_socket(args, timeout):
    if args.gid is not None:
        os.setgroups([])
        os.setgid(args.gid)
    if args.uid is not None:
        os.setuid(args.uid)
    kind = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0), "udplite": (socket.SOCK_DGRAM, 136)}
    sock = socket.socket(FAMILIES[":" in args.address], *kind[args.proto])
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.settimeout(timeout)
    if args.source or args.sport:
        sock.bind((args.source or ("::" if ":" in args.address else "0.0.0.0"), args.sport or 0))
    # Asked of the resolver for the scope of a link-local address.
    sock.connect(socket.getaddrinfo(args.address, args.port, flags=socket.AI_NUMERICHOST)[0][4])
    return sock


def receive(sock):
    """Waits for a line that the server sends by itself, or says how the connection failed."""
    try:
        answer = b""
        while not answer.endswith(b"\n"):
            part = sock.recv(65536)
            if not part:
                return "closed"
            answer += part
        return "echo " + answer.decode().strip()[:200]
    except OSError as error:
        return outcome(error)


def bulk(sock, length):
    """Sends so many bytes and compares them with what comes back, all of it and in order."""
    block = bytes(range(256)) * 256
    failure = []

    def send():
        try:
            left = length
            while left > 0:
                left -= sock.send(block[(length - left) % len(block):][:left])
        except OSError as error:
            failure.append(outcome(error))

    sender = threading.Thread(target=send)
    sender.start()
    taken = 0
    try:
        while taken < length:
            part = sock.recv(65536)
            if not part:
                return "closed"
            begin = taken % len(block)
            if part != (block[begin:] + block + block)[:len(part)]:
                return f"other bytes at {taken}"
            taken += len(part)
    except OSError as error:
        return outcome(error)
    sender.join()
    return failure[0] if failure else f"echo {taken}"


def exchange(sock, text):
    """Sends a line and returns the echo, or how it failed."""
    try:
        sock.sendall(text + b"\n")
    except OSError as error:
        return outcome(error)
    return receive(sock)


def connect(args):
    try:
        sock = open_socket(args, args.timeout)
    except OSError as error:
        out(outcome(error))
        return
    out(exchange(sock, args.say.encode().ljust(args.pad, b".")))


def session(args):
    try:
        sock = open_socket(args, args.timeout)
    except OSError as error:
        out(outcome(error))
        return
    out("open")
    number = 0
    for line in sys.stdin:
        number += 1
        words = line.split()
        if words[:1] == [".read"]:
            out(receive(sock))
            continue
        if words[:1] == [".bulk"]:
            out(bulk(sock, int(words[1])))
            continue
        out(exchange(sock, f"{line.strip()} {number}".encode()))


class Server:
    def __init__(self):
        self.lock = threading.Lock()
        self.seen = {}  # "udp/8443" -> {payload: count}
        self.accepted = {}  # "tcp/8443" -> connections
        self.sockets = {}
        self.clients = []

    def listen(self, spec):
        parts = spec.split("/")
        proto, address, port = parts[0], parts[1] if len(parts) == 3 else "::", int(parts[-1])
        family = FAMILIES[":" in address]
        kind = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0), "udplite": (socket.SOCK_DGRAM, 136)}
        sock = socket.socket(family, *kind[proto])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if proto != "tcp":
            sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        sock.bind((address, port))
        name = f"{proto}/{port}"
        self.sockets[name] = sock
        self.seen.setdefault(name, {})
        self.accepted.setdefault(name, 0)
        if proto == "tcp":
            sock.listen(128)
            threading.Thread(target=self.accept, args=(name, sock), daemon=True).start()
        else:
            threading.Thread(target=self.datagrams, args=(name, sock), daemon=True).start()

    def accept(self, name, sock):
        while True:
            client, peer = sock.accept()
            with self.lock:
                self.accepted[name] += 1
                self.clients.append(client)
            threading.Thread(target=self.stream, args=(name, client), daemon=True).start()

    def stream(self, name, client):
        try:
            while True:
                data = client.recv(65536)
                if not data:
                    return
                client.sendall(data)
        except OSError:
            pass

    def datagrams(self, name, sock):
        while True:
            try:
                data, peer = sock.recvfrom(65536)
            except OSError:
                continue
            key = data[:64]
            with self.lock:
                self.seen[name][key] = self.seen[name].get(key, 0) + 1
            if data.endswith(b"\n"):
                try:
                    sock.sendto(data, peer)
                except OSError:
                    pass

    def command(self, words):
        if words[0] == "count":  # count udp/8443 PREFIX: different datagrams that begin so
            prefix = (words[2] if len(words) > 2 else "").encode()
            with self.lock:
                out(str(sum(1 for key in self.seen[words[1]] if key.startswith(prefix))))
        elif words[0] == "accepted":
            with self.lock:
                out(str(self.accepted[words[1]]))
        elif words[0] == "speak":  # speak udp/8443 ADDRESS PORT: the local side speaks first
            address = words[2] if ":" in words[2] else "::ffff:" + words[2]
            try:
                self.sockets[words[1]].sendto(b"first", (address, int(words[3])))
            except PermissionError:
                pass  # Dropped in the output hook: the sender is told.
            out("spoken")
        elif words[0] == "established":  # accepted connections whose TCP socket is still in that state
            with self.lock:
                infos = [client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8) for client in self.clients]
            out(str(sum(1 for info in infos if info[0] == 1)))
        elif words[0] == "push":  # every TCP client is sent a line
            with self.lock:
                for client in self.clients:
                    try:
                        client.sendall(b"push\n")
                    except OSError:
                        pass
            out("pushed")


def serve(args):
    server = Server()
    for spec in args.specs:
        server.listen(spec)
    out("ready")
    for line in sys.stdin:
        server.command(line.split())


def flood(args):
    sock = open_socket(args, None)
    sock.setblocking(False)
    begin, sent = time.monotonic(), 0
    out("ready")
    while not args.count or sent < args.count:
        due = int((time.monotonic() - begin) * args.rate) + 1
        while sent < due and (not args.count or sent < args.count):
            try:
                sock.send(f"{args.tag}-{sent}".encode())
            except (ConnectionRefusedError, PermissionError, OSError):
                try:  # the error belonged to an earlier datagram
                    sock.send(f"{args.tag}-{sent}".encode())
                except OSError:
                    pass
            sent += 1
        if select.select([sys.stdin], [], [], 0.001)[0]:
            break
    out(f"sent {sent}")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}


def tcp_segment(source, destination, sport, dport, flags, payload, six):
    bits = sum(FLAGS[letter] for letter in flags)
    ack = 12345 if "A" in flags else 0
    head = struct.pack("!HHIIBBHHH", sport, dport, 4242, ack, 5 << 4, bits, 65535, 0, 0)
    family = socket.AF_INET6 if six else socket.AF_INET
    pair = socket.inet_pton(family, source) + socket.inet_pton(family, destination)
    length = len(head) + len(payload)
    pseudo = pair + (struct.pack("!II", length, 6) if six else struct.pack("!HH", 6, length))
    total = checksum(pseudo + head + payload)
    return head[:16] + struct.pack("!H", total) + head[18:] + payload


# Extension headers by name: the first next-header value, and the bytes up to the TCP header.
OPTIONS = b"\x01\x04\0\0\0\0"  # PadN
EXTENSIONS = {
    "none": (6, b""),
    "dstopts": (60, b"\x06\0" + OPTIONS),
    "hbh": (0, b"\x06\0" + OPTIONS),
    "hbh+dst": (0, b"\x3c\0" + OPTIONS + b"\x06\0" + OPTIONS),
    "atomic": (44, b"\x06\0\0\0" + struct.pack("!I", 77)),
    "dst+atomic": (60, b"\x2c\0" + OPTIONS + b"\x06\0\0\0" + struct.pack("!I", 78)),
}


def probe(args):
    six = ":" in args.address
    sport = args.sport or random.randint(20000, 60000)
    family = FAMILIES[six]
    listener = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
    icmp = socket.socket(family, socket.SOCK_RAW, 58 if six else 1)
    sender = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    payload = args.payload.encode()
    segment = tcp_segment(args.source, args.address, sport, args.port, args.flags, payload, six)
    if six:
        first, extension = EXTENSIONS[args.extension]
        pair = socket.inet_pton(family, args.source) + socket.inet_pton(family, args.address)
        body = extension + segment
        packet = struct.pack("!IHBB", 6 << 28, len(body), first, 64) + pair + body
        sender.sendto(packet, (args.address, 0, 0, 0))
    else:
        head = struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), random.randint(1, 65535), 0x4000, 64, 6, 0,
            socket.inet_aton(args.source), socket.inet_aton(args.address))
        sender.sendto(head + segment, (args.address, 0))
    deadline = time.monotonic() + args.timeout
    while True:
        ready = select.select([listener, icmp], [], [], max(0, deadline - time.monotonic()))[0]
        if not ready:
            out("silent")
            return
        if listener in ready:
            data = listener.recv(4096)
            data = data if six else data[(data[0] & 15) * 4:]
            if struct.unpack("!HH", data[:4]) == (args.port, sport):
                letters = "".join(letter for letter, bit in FLAGS.items() if data[13] & bit)
                out("answer " + letters)
                return
        if icmp in ready:
            data = icmp.recv(4096)
            data = data if six else data[(data[0] & 15) * 4:]
            if data[0] in ((1,) if six else (3,)):
                out(f"icmp {data[0]} {data[1]}")
                return


def datagram6(args):
    """A UDP datagram over IPv6 in as many fragments as asked for, the first of `--first` bytes."""
    sport = args.sport or random.randint(20000, 60000)
    pair = socket.inet_pton(socket.AF_INET6, args.source) + socket.inet_pton(socket.AF_INET6, args.address)
    payload = args.tag.encode().ljust(args.size, b".")
    length = 8 + len(payload)
    head = struct.pack("!HHHH", sport, args.port, length, 0)
    total = checksum(pair + struct.pack("!II", length, 17) + head + payload)
    whole = head[:6] + struct.pack("!H", total or 0xFFFF) + payload
    sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.bind((args.source, sport))
    ident, offset, size = random.randint(1, 1 << 31), 0, args.first
    while offset < len(whole):
        part = whole[offset:offset + size]
        more = 1 if offset + size < len(whole) else 0
        fragment = struct.pack("!BBHI", 17, 0, offset | more, ident) + part
        packet = struct.pack("!IHBB", 6 << 28, len(fragment), 44, 64) + pair + fragment
        sender.sendto(packet, (args.address, 0, 0, 0))
        offset, size = offset + size, 1200
    out("sent")


def advertise(args):
    """A router advertisement with a lifetime, to every node on the interface."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    index = socket.if_nametoindex(args.interface)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    sock.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0), ("ff02::1", 0, 0, index))
    out("sent")


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        if length < 4:
            break
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def nflog(args):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
    sock.bind((0, 0))

    def configure(kind, value):
        attribute = struct.pack("=HH", 4 + len(value), kind) + value
        attribute += b"\0" * (-len(attribute) % 4)
        body = struct.pack("=BBH", 0, 0, socket.htons(args.group)) + attribute
        sock.send(struct.pack("=IHHII", 16 + len(body), 4 << 8 | 1, 5, 1, 0) + body)
        code = struct.unpack("=i", sock.recv(4096)[16:20])[0]
        if code:
            out(f"errno-{-code}")
            sys.exit(1)

    configure(1, b"\x01")  # bind
    configure(2, struct.pack("!IBB", 0xFFFF, 2, 0))  # copy packets
    configure(5, struct.pack("!I", 1))  # hand over at once
    out("ready")
    sock.setblocking(False)
    records = []

    def drain():
        while True:
            try:
                data = sock.recv(1 << 20)
            except BlockingIOError:
                return
            except OSError as error:
                records.append({"lost": error.errno})
                continue
            while len(data) >= 20:
                length, kind = struct.unpack("=IH", data[:6])
                if kind == 4 << 8:
                    found = attributes(data[20:length])
                    payload = found.get(9, b"")
                    record = {"prefix": found.get(10, b"").rstrip(b"\0").decode()}
                    if payload and payload[0] >> 4 == 4:
                        at = (payload[0] & 15) * 4
                        record.update(
                            protocol=payload[9], source=socket.inet_ntoa(payload[12:16]),
                            sport=struct.unpack("!H", payload[at:at + 2])[0],
                            dport=struct.unpack("!H", payload[at + 2:at + 4])[0])
                    elif payload and payload[0] >> 4 == 6:
                        record.update(
                            protocol=payload[6], source=socket.inet_ntop(socket.AF_INET6, payload[8:24]))
                    records.append(record)
                data = data[(length + 3) & ~3:]

    while True:
        if sys.stdin in select.select([sys.stdin, sock], [], [])[0]:
            line = sys.stdin.readline()
            if not line:
                return
            drain()
            out(json.dumps(records))
            records.clear()
        else:
            drain()


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)

    def command(call, proto):
        sub = commands.add_parser(call.__name__)
        sub.set_defaults(call=call)
        if proto:
            sub.add_argument("proto")
        sub.add_argument("address")
        sub.add_argument("port", type=int)
        sub.add_argument("--source")
        sub.add_argument("--sport", type=int)
        sub.add_argument("--timeout", type=float, default=1.0)
        sub.add_argument("--uid", type=int)
        sub.add_argument("--gid", type=int)
        return sub

    sub = commands.add_parser("serve")
    sub.set_defaults(call=serve)
    sub.add_argument("specs", nargs="+")
    sub = command(connect, True)
    sub.add_argument("--say", default="hello")
    sub.add_argument("--pad", type=int, default=0)
    command(session, True)
    sub = command(flood, False)
    sub.set_defaults(proto="udp")
    sub.add_argument("--rate", type=int, default=1000)
    sub.add_argument("--count", type=int, default=0)
    sub.add_argument("--tag", default="flood")
    sub = command(probe, False)
    sub.add_argument("--flags", default="S")
    sub.add_argument("--extension", default="none")
    sub.add_argument("--payload", default="")
    sub = command(datagram6, False)
    sub.add_argument("--size", type=int, default=4000)
    sub.add_argument("--first", type=int, default=1200)
    sub.add_argument("--tag", default="fragmented")
    sub = commands.add_parser("advertise")
    sub.set_defaults(call=advertise)
    sub.add_argument("interface")
    sub = commands.add_parser("nflog")
    sub.set_defaults(call=nflog)
    sub.add_argument("group", type=int)
    args = parser.parse_args()
    args.call(args)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        pass
