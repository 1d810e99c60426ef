"""What goes past, around or against a gate, for the tests that send it. Standard library only.

    around.py relay PORT ADDRESS PORT         a relay of TCP, as a userland proxy of containers is one
    around.py synflood INTERFACE MAC FIRST COUNT ADDRESS PORT
                                              one SYN from each of COUNT IPv4 addresses, beginning with FIRST
    around.py sctp SOURCE ADDRESS PORT        one SCTP INIT, and what comes back
    around.py packetsocket                    a packet socket, held until standard input closes
    around.py bpflink INTERFACE               a BPF link of the netfilter hook and XDP on an interface, both passing all,
                                              held until standard input closes

Each prints one line when it is ready or done.
"""
import ctypes
import os
import select
import socket
import struct
import sys
import threading


def out(text):
    print(text, flush=True)


def hold():
    sys.stdin.read()


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def relay(port, address, target):
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", int(port)))
    listener.listen()
    out("ready")
    while True:
        client, _ = listener.accept()
        try:
            server = socket.create_connection((address, int(target)))
        except OSError:
            client.close()
            continue
        for pair in ((client, server), (server, client)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def folded(total):
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def words(data):
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def synflood(interface, mac, first, count, address, port):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0x800))
    ether = bytes.fromhex(mac.replace(":", "")) + sock.getsockname()[4] + b"\x08\x00"
    target = socket.inet_aton(address)
    begin = struct.unpack("!I", socket.inet_aton(first))[0]
    head = struct.pack("!BBHHHBB", 0x45, 0, 40, 1, 0x4000, 64, 6)
    tail = struct.pack("!HHIIBBH", 40000, int(port), 4242, 0, 0x50, 2, 65535)
    head_sum, tail_sum = words(head + target), words(tail + target) + 6 + 20
    for number in range(int(count)):
        source = struct.pack("!I", begin + number)
        extra = (begin + number >> 16) + (begin + number & 0xFFFF)
        sock.send(
            ether + head + struct.pack("!H", folded(head_sum + extra)) + source + target + tail
            + struct.pack("!HH", folded(tail_sum + extra), 0))
    out(f"sent {count}")


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def sctp(source, address, port):
    icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
    sender.bind((source, 0))
    chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 7, 65536, 10, 10, 42)
    common = struct.pack("!HHI", 40001, int(port), 0)
    packet = common + struct.pack("<I", crc32c(common + b"\0\0\0\0" + chunk)) + chunk
    sender.sendto(packet, (address, 0))
    while select.select([icmp], [], [], 1.0)[0]:
        data = icmp.recv(4096)[20:]
        if data[0] == 3:
            out(f"icmp {data[0]} {data[1]}")
            return
    out("silent")


def packetsocket():
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    out("ready")
    hold()
    sock.close()


def bpf(command, attributes):
    data = ctypes.create_string_buffer(attributes.ljust(160, b"\0"), 160)
    result = ctypes.CDLL(None, use_errno=True).syscall(321, command, data, 160)
    if result < 0:
        out(f"errno-{ctypes.get_errno()} of bpf command {command}")
        sys.exit(1)
    return result


def program(kind, attach, verdict):
    code = struct.pack("=BBhiBBhi", 0xB7, 0, 0, verdict, 0x95, 0, 0, 0)  # r0 = verdict; exit
    held = ctypes.create_string_buffer(code, len(code))
    name = ctypes.create_string_buffer(b"GPL")
    head = struct.pack("=IIQQIIQII", kind, 2, ctypes.addressof(held), ctypes.addressof(name), 0, 0, 0, 0, 0)
    # prog_name 16 bytes, prog_ifindex, expected_attach_type
    return bpf(5, head + b"\0" * 16 + struct.pack("=II", 0, attach))


def bpflink(interface):
    # BPF_PROG_TYPE_NETFILTER 32 with BPF_NETFILTER 45: NF_ACCEPT; family, hook, priority, flags.
    passing = program(32, 45, 1)
    netfilter = bpf(28, struct.pack("=IIIIIIiI", passing, 0, 45, 0, 2, 1, -300, 0))
    # BPF_PROG_TYPE_XDP 6 with BPF_XDP 37: XDP_PASS.
    express = bpf(28, struct.pack("=IIII", program(6, 37, 2), socket.if_nametoindex(interface), 37, 0))
    out("ready")
    hold()
    os.close(netfilter)
    os.close(express)


if __name__ == "__main__":
    try:
        {call.__name__: call for call in (relay, synflood, sctp, packetsocket, bpflink)}[sys.argv[1]](*sys.argv[2:])
    except (KeyboardInterrupt, BrokenPipeError):
        pass
