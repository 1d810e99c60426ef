#!/usr/bin/env python3
"""Writes what the kernel of this network namespace answers to the dumps of a whole ruleset: for each message its type and
length, two bytes each in little-endian order, then its payload (struct nfgenmsg and attributes).

    unshare -n sh -c 'nft -f RULESET && python3 Fuzz/record.py' > FILE
"""
import socket
import struct
import sys

TABLES, CHAINS, RULES, SETS, ELEMENTS, GENERATION, OBJECTS, FLOWTABLES = 1, 4, 7, 10, 13, 16, 19, 23


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def ask(link, message, family=0, body=b"", dump=True):
    flags = 0x301 if dump else 1
    request = bytes([family, 0, 0, 0]) + body
    link.send(struct.pack("=IHHII", 16 + len(request), 10 << 8 | message, flags, 1, 0) + request)
    while True:
        data = link.recv(1 << 16)
        while data:
            length, kind, _, _, _ = struct.unpack_from("=IHHII", data)
            if kind == 3:
                return
            if kind == 2:
                sys.stderr.write(f"message {message} was refused\n")
                return
            yield kind, data[16:length]
            if not dump:
                return
            data = data[(length + 3) & ~3:]


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def main():
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    messages = list(ask(link, GENERATION, dump=False))
    sets = []
    for kind in (TABLES, SETS, CHAINS, RULES, OBJECTS):
        found = list(ask(link, kind))
        messages += found
        if kind == SETS:
            sets = [payload for _, payload in found]
    for payload in sets:
        named = attributes(payload[4:])
        messages += ask(link, ELEMENTS, payload[0], attribute(1, named[1]) + attribute(2, named[2]))
    for kind, payload in messages:
        sys.stdout.buffer.write(struct.pack("<HH", kind, len(payload)) + payload)


main()
