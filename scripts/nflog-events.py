#!/usr/bin/env python3
"""Prints the gate's NFLOG events as they arrive: one line each, until it is killed or --for SECONDS have passed.

A minimal reader for demonstrations and tests. Formats: linux/netfilter/nfnetlink_log.h, linux/netlink.h.
Prints `ready` on stderr when the group is bound, so that a script can wait for it.
"""
import argparse
import ipaddress
import json
import os
import select
import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
NFNL_SUBSYS_ULOG = 4
NFULNL_MSG_PACKET, NFULNL_MSG_CONFIG = 0, 1
NFULA_CFG_CMD, NFULA_CFG_MODE, NFULA_CFG_TIMEOUT, NFULA_CFG_QTHRESH = 1, 2, 4, 5
NFULNL_CFG_CMD_BIND = 1
NFULA_PACKET_HDR, NFULA_PAYLOAD, NFULA_PREFIX = 1, 9, 10
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
PROTOCOLS = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"}


def attribute(kind, data):
    """Encodes one netlink attribute, padded to four bytes."""
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + b"\0" * (-length % 4)


def configure(sock, group, *attributes):
    """Sends one configuration message for a group and raises when the kernel refuses it."""
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, group) + b"".join(attributes)
    kind = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG
    sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
    while True:
        for kind, payload in messages(sock.recv(1 << 16)):
            if kind == NLMSG_ERROR:
                code = struct.unpack_from("=i", payload)[0]
                if code:
                    raise OSError(-code, f"NFLOG group {group}: {os.strerror(-code)}")
                return


def messages(data):
    """Yields (type, payload) of each netlink message in a datagram."""
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        if length < 16 or offset + length > len(data):
            return
        yield kind, data[offset + 16 : offset + length]
        offset += length + 3 & ~3


def attributes(data):
    """Returns the attributes of a message body by type."""
    found, offset = {}, 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4 or offset + length > len(data):
            break
        found[kind & 0x3FFF] = data[offset + 4 : offset + length]
        offset += length + 3 & ~3
    return found


def describe(packet):
    """Returns protocol, addresses and ports of an IP packet, as far as they can be read."""
    event = {"proto": "?", "src_ip": "?", "src_port": None, "dest_ip": "?", "dest_port": None}
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        header, number = (packet[0] & 15) * 4, packet[9]
        event["src_ip"], event["dest_ip"] = (str(ipaddress.ip_address(packet[o : o + 4])) for o in (12, 16))
    elif len(packet) >= 40 and packet[0] >> 4 == 6:
        header, number = 40, packet[6]
        event["src_ip"], event["dest_ip"] = (str(ipaddress.ip_address(packet[o : o + 16])) for o in (8, 24))
        while number in (0, 43, 60, 44) and len(packet) >= header + 8:
            size = 8 if number == 44 else (packet[header + 1] + 1) * 8
            number, header = packet[header], header + size
    else:
        return event
    event["proto"] = PROTOCOLS.get(number, str(number))
    if number in PROTOCOLS and len(packet) >= header + 4:
        event["src_port"], event["dest_port"] = struct.unpack_from("!HH", packet, header)
    return event


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--group", type=int, default=77)
    parser.add_argument("--for", dest="seconds", type=float, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    sock.bind((0, 0))
    configure(sock, options.group, attribute(NFULA_CFG_CMD, struct.pack("=B", NFULNL_CFG_CMD_BIND)))
    configure(sock, options.group, attribute(NFULA_CFG_MODE, struct.pack("!IBB", 256, 2, 0)))
    configure(sock, options.group, attribute(NFULA_CFG_QTHRESH, struct.pack("!I", 1)))
    configure(sock, options.group, attribute(NFULA_CFG_TIMEOUT, struct.pack("!I", 1)))
    print("ready", file=sys.stderr, flush=True)

    end = None if options.seconds is None else time.monotonic() + options.seconds
    while end is None or time.monotonic() < end:
        wait = None if end is None else max(0, end - time.monotonic())
        if not select.select([sock], [], [], wait)[0]:
            continue
        for kind, payload in messages(sock.recv(1 << 18)):
            if kind != NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET or len(payload) < 4:
                continue
            found = attributes(payload[4:])
            prefix = found.get(NFULA_PREFIX, b"").rstrip(b"\0").decode("ascii", "replace").strip()
            event = {"prefix": prefix, **describe(found.get(NFULA_PAYLOAD, b""))}
            if options.json:
                print(json.dumps(event), flush=True)
            else:
                print(
                    f"{event['prefix']:<34} {event['src_ip']} port {event['src_port']} -> "
                    f"{event['dest_ip']} port {event['dest_port']}/{event['proto']}",
                    flush=True,
                )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(f"nflog-events: {error}", file=sys.stderr)
        sys.exit(1)
