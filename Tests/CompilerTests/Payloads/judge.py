#!/usr/bin/python3 -I
"""The request types as regular expressions: what docs/request-types.md says, written a second time, for RequestMatcherTests.

Reads lines `side type transport hex` and answers each with 1 or 0.
"""
import re, sys

METHODS = (
    "GET POST HEAD PUT OPTIONS DELETE PATCH CONNECT TRACE PROPFIND PROPPATCH REPORT MKCOL COPY MOVE LOCK UNLOCK SEARCH ACL "
    "BASELINE-CONTROL BIND CHECKIN CHECKOUT LABEL LINK MERGE MKACTIVITY MKCALENDAR MKREDIRECTREF MKWORKSPACE ORDERPATCH "
    "REBIND UNBIND UNCHECKOUT UNLINK UPDATE UPDATEREDIRECTREF VERSION-CONTROL").split()
SSH = rb"SSH-(2\.0|1\.99)-"
ENCRYPT = rb"\0\0\0\x08\x04\xd2\x16[/0]"
PLAIN = rb"\0\0[\0-\x3f].\0\x03|\0\0[\0\1].\x04\xd2\x16\."
MESSAGE = rb"[%b]\0\0"


def http(kind):
    head, _, path = kind.partition(":")
    methods = [head[5:].upper()] if head.startswith("http.") else METHODS
    return rb"(?:" + b"|".join(re.escape(m.encode()) for m in methods) + rb") " + re.escape(path.encode())


def redis(kind):
    names = [name for name in kind.partition(":")[2].split(",") if name]
    array = rb"\*[0-?]{1,7}\r\n\$"
    if not names:
        return array + rb"[0-?]"
    each = [b"%d\r\n(?i:%b)\r\n" % (len(name), name.encode()) for name in names]
    return array + rb"(?:" + b"|".join(each) + rb")"


def dns(transport, tail):
    return (rb".." if transport == "tcp" else b"") + tail


def expression(side, kind, transport):
    if kind == "dns":
        return dns(transport, rb"..[\0-\x07].\0\x01\0\0" if side == "client" else rb"..[\x80-\x87].\0[\0\1]")
    if transport != "tcp":
        return None
    if side == "client":
        if kind == "tls":
            return rb"\x16\x03...\x01...\x03"
        if kind == "tls1.2+":
            return rb"\x16\x03...\x01...\x03\x03"
        if kind.startswith("http"):
            return http(kind)
        if kind.startswith("redis"):
            return redis(kind)
        return {"ssh": SSH, "postgresql": ENCRYPT + b"|" + PLAIN, "postgresql.tls": ENCRYPT}[kind]
    alert = rb"|\x15\x03.\0\x02[\0-\3]"
    if kind.startswith("http"):
        return rb"HTTP/1\."
    if kind.startswith("redis"):
        return (rb"\+[\x40-\x7f]|-[\x40-\x5f]|[$*:%~>=!|,(][0-?]|[$*]-1\r\n|[:,(]-|,inf|,nan|#[tf]\r\n|_\r\n")
    return {
        "tls": rb"\x16\x03...\x02...\x03" + alert,
        "tls1.2+": rb"\x16\x03...\x02...\x03\x03" + alert,
        "ssh": SSH,
        "postgresql": rb"[SGN]|" + MESSAGE % b"RvE",
        "postgresql.tls": rb"[SG]|" + MESSAGE % b"E",
    }[kind]


for line in sys.stdin:
    side, kind, transport, payload = (line.rstrip("\n").split(" ") + [""])[:4]
    pattern = expression(side, kind, transport)
    print(int(pattern is not None and re.compile(pattern, re.S).match(bytes.fromhex(payload)) is not None))
