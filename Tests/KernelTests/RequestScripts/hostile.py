#!/usr/bin/python3 -I
"""A TCP client of hand-made segments, which tries to have a server read something else than what the gate judged.

    hostile.py ADDRESS PORT SOURCE [CASE...]

Makes these attempts, or all, and prints for each a line: its name, the client's port, the flags of what came back.

A port may speak http.get. GOOD is that; EVIL is not. The kernel of this namespace must not answer for us: its resets are
dropped by a rule of the caller.
"""
import hashlib, logging, os, random, select, socket, struct, sys, time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.layers.inet import IP, TCP, fragment  # noqa: E402
from scapy.packet import Raw  # noqa: E402

GOOD = b"GET / HTTP/1.0\r\n\r\n"
EVIL = b"EVIL / NOTHTTP\r\n\r\n"
WAIT = 0.25
# Each once: a port that an earlier attempt has left open gets no handshake.
PORTS = iter(random.sample(range(20000, 60000), 1000))


class Flow:
    def __init__(self, address, port, source, sport=None, isn=None):
        self.address, self.port, self.source = address, port, source
        self.sport = sport or next(PORTS)
        self.isn = random.getrandbits(32) if isn is None else isn % 2**32
        self.first = (self.isn + 1) % 2**32
        self.clock = 1_000_000
        self.seen_clock = 0
        self.expected = 0  # The server's next sequence number.
        self.output = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.input = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self.answers = []
        self.is_answered = False

    # Sending

    def segment(self, payload=b"", at=0, flags="PA", clock=0, ack=0, options=None, urgent=0, seq=None):
        """`at` counts from the place of the client's first byte."""
        if options is None:
            options = [("NOP", None), ("NOP", None), ("Timestamp", ((self.clock + clock) % 2**32, self.seen_clock))]
        packet = IP(src=self.source, dst=self.address) / TCP(
            sport=self.sport, dport=self.port, flags=flags, window=64000, options=options, urgptr=urgent,
            seq=((self.first + at) if seq is None else seq) % 2**32,
            ack=(self.expected + ack) % 2**32 if "A" in flags else 0)
        return packet / Raw(payload) if payload else packet

    def put(self, packet, listen=WAIT):
        self.clock += 10
        self.output.sendto(bytes(packet), (self.address, 0))
        if listen:
            self.listen(listen)

    def send(self, *arguments, listen=WAIT, **options):
        self.put(self.segment(*arguments, **options), listen)

    def bad_checksum(self, payload, at=0):
        packet = IP(bytes(self.segment(payload, at)))
        packet[TCP].chksum ^= 0x5555
        self.put(packet)

    def in_fragments(self, payload, size):
        for piece in fragment(self.segment(payload), fragsize=size):
            self.output.sendto(bytes(piece), (self.address, 0))
        self.listen(WAIT)

    # Receiving

    def listen(self, seconds, until=None):
        """Takes what comes, for so long or until a segment has the flags."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.input], [], [], left)[0]:
                break
            packet = IP(self.input.recv(65536))
            if TCP not in packet or packet[TCP].dport != self.sport or packet.src != self.address:
                continue
            segment = packet[TCP]
            self.answers.append(str(segment.flags))
            for name, value in segment.options:
                if name == "Timestamp":
                    self.seen_clock = value[0]
            length = len(segment.payload)
            self.is_answered = self.is_answered or length > 0
            if length and segment.seq == self.expected:
                self.expected = (segment.seq + length) % 2**32
            if until and all(flag in segment.flags for flag in until):
                return segment
        return None

    def open(self, payload=b"", options=(), tries=12, acknowledge=True):
        """The handshake; a SYN is sent again as a kernel would, for the gate may make an old connection's ports wait."""
        base = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (self.clock, 0)), ("NOP", None), ("WScale", 7)]
        for _ in range(tries):
            self.put(self.segment(payload, at=-1, flags="S", options=base + list(options)), listen=0)
            if answer := self.listen(1, until="SA"):
                self.expected = (answer.seq + 1) % 2**32
                self.multipath_key = next((value[2:10] for kind, value in answer.options if kind == 30), bytes(8))
                if acknowledge:
                    self.send(flags="A", listen=0.05)
                return True
            payload, options = b"", ()
        return False


def multipath(kind, body):
    """An option of Multipath TCP (RFC 8684): its subtype and flags, and what follows."""
    return (30, struct.pack("!BB", kind << 4 | (1 if kind == 0 else 0), body[0]) + body[1:])


def evil_multipath(flow):
    """The second segment of a subflow comes first in the stream that the application reads."""
    key = os.urandom(8)
    flow.open(options=[multipath(0, b"\x01")], acknowledge=False)
    theirs = flow.multipath_key
    flow.send(flags="A", options=[multipath(0, b"\x01" + key + theirs)])
    start = (int.from_bytes(hashlib.sha256(key).digest()[-8:], "big") + 1) % 2**64

    def mapped(payload, place, at):
        body = b"\x0c" + struct.pack("!QIH", (start + place) % 2**64, 1 + at, len(payload))
        flow.send(payload, at=at, options=[multipath(2, body), ("NOP", None), ("NOP", None)])

    mapped(GOOD, len(EVIL), 0)
    mapped(EVIL, 0, len(GOOD))


def case_good(flow):
    """The well-behaved one."""
    flow.send(GOOD)


def case_good_twice(flow):
    """The well-behaved one, whose network doubles."""
    packet = flow.segment(GOOD)
    flow.put(packet, listen=0)
    flow.put(packet)


def case_good_in_fragments(flow):
    """IP fragments are put together before anything is judged."""
    flow.in_fragments(GOOD * 8, 48)


def case_good_after_keep_alive(flow):
    flow.send(at=-1, flags="A")
    flow.send(b"K", at=-1)
    flow.send(GOOD)


def case_good_out_of_order(flow):
    """What comes too early is dropped, and comes again."""
    flow.send(b"more", at=len(GOOD))
    flow.send(GOOD)
    flow.send(b"more", at=len(GOOD))


def case_good_after_bad_checksum(flow):
    flow.bad_checksum(GOOD)
    flow.send(GOOD)


def evil_plain(flow):
    flow.send(EVIL)


def evil_byte_by_byte(flow):
    for index in range(len(EVIL)):
        flow.send(EVIL[index:index + 1], at=index, listen=0.02)
    flow.listen(WAIT)


def evil_good_byte_by_byte(flow):
    """Right bytes, each too short to be judged: the gate cannot know what will follow."""
    for index in range(len(GOOD)):
        flow.send(GOOD[index:index + 1], at=index, listen=0.02)
    flow.listen(WAIT)


def evil_out_of_order(flow):
    flow.send(EVIL[1:], at=1)
    flow.send(EVIL[:1], at=0)


def evil_out_of_order_from_the_end(flow):
    for index in reversed(range(len(EVIL))):
        flow.send(EVIL[index:index + 1], at=index, listen=0.02)
    flow.listen(WAIT)


def evil_left_overlap(flow):
    """Begins before the first byte; the server cuts the front off."""
    flow.send(b"abc" + EVIL, at=-3)


def evil_left_overlap_with_good_front(flow):
    flow.send(GOOD[:4] + EVIL, at=-4)


def evil_overlap_later_wins(flow):
    """The tail is there already when the right segment comes: which of the two copies counts?"""
    flow.send(b"GETX" + EVIL[4:], at=2)
    flow.send(GOOD[:6])


def evil_overlap_after_discarded_good(flow):
    flow.send(GOOD, clock=-500_000)
    flow.send(EVIL[2:], at=2)
    flow.send(EVIL[:3], at=0)


def evil_old_timestamp(flow):
    """PAWS: the server throws the right segment away, the gate has seen it."""
    flow.send(GOOD, clock=-500_000)
    flow.send(EVIL)


def evil_old_timestamp_then_tail(flow):
    flow.send(GOOD[:4], clock=-500_000)
    flow.send(EVIL, at=4)
    flow.send(EVIL)


def evil_old_ack(flow):
    flow.send(GOOD, ack=-2_000_000_000)
    flow.send(EVIL)


def evil_ack_of_the_future(flow):
    flow.send(GOOD, ack=100_000)
    flow.send(EVIL)


def evil_bad_checksum(flow):
    flow.bad_checksum(GOOD)
    flow.send(EVIL)


def evil_no_ack_flag(flow):
    flow.send(GOOD, flags="P")
    flow.send(EVIL)


def evil_no_flags(flow):
    flow.send(GOOD, flags="")
    flow.send(EVIL)


def evil_syn_in_stream(flow):
    flow.send(GOOD, flags="SA")
    flow.send(EVIL)


def evil_md5_option(flow):
    """A server without a key drops segments that are signed."""
    flow.send(GOOD, options=[(19, b"0123456789abcdef")])
    flow.send(EVIL)


def evil_urgent(flow):
    """The urgent byte is taken out of what the application reads: of GET, GE is left."""
    flow.send(GOOD, flags="PAU", urgent=3)


def evil_urgent_first(flow):
    flow.send(b"GET " + EVIL, flags="PAU", urgent=1)


def evil_urgent_announced(flow):
    """The urgent pointer comes ahead, without payload."""
    flow.send(flags="AU", urgent=3)
    flow.send(GOOD)


def evil_fragments(flow):
    flow.in_fragments(EVIL * 8, 48)


def evil_tiny_fragments(flow):
    """The first fragment holds nothing but half of the TCP header."""
    flow.in_fragments(EVIL, 16)


def evil_wrong_sequence(flow):
    flow.send(GOOD, at=2**31)
    flow.send(EVIL)


def evil_right_beyond_the_window(flow):
    flow.send(GOOD, at=10_000_000)
    flow.send(EVIL)


def evil_fin_with_data(flow):
    flow.send(EVIL, flags="FPA")


def evil_fin_first(flow):
    """A FIN makes the server acknowledge more than the place of the first byte."""
    flow.send(GOOD, clock=-500_000)
    flow.send(flags="FA")
    flow.send(EVIL)
    flow.send(EVIL, at=1)


def evil_fin_out_of_order(flow):
    flow.send(GOOD, clock=-500_000)
    flow.send(flags="FA", at=len(EVIL))
    flow.send(EVIL)


def evil_reset_in_window(flow):
    """A reset that is not exact does not end the server's socket; it may end what conntrack knows."""
    flow.send(GOOD, clock=-500_000)
    flow.send(flags="R", at=100)
    flow.send(flags="RA", at=100)
    flow.send(EVIL)


def evil_reset_bad_checksum(flow):
    packet = IP(bytes(flow.segment(flags="R")))
    packet[TCP].chksum ^= 0x5555
    flow.put(packet)
    flow.send(EVIL)


def evil_different_retransmission(flow):
    flow.send(GOOD, clock=-500_000, listen=0)
    for _ in range(3):
        flow.send(EVIL, listen=0.02)
    flow.listen(WAIT)


def evil_keep_alive(flow):
    """The garbage byte of a keep-alive, grown."""
    flow.send(b"K", at=-1)
    flow.send(b"K" + EVIL, at=-1)


def again(flow, isn):
    """The same ports once more, after a connection that was judged and ended by a reset."""
    flow.send(GOOD)
    flow.listen(WAIT)
    flow.send(flags="RA", at=len(GOOD))
    second = Flow(flow.address, flow.port, flow.source, flow.sport, isn)
    second.clock = flow.clock + 1000
    return second if second.open(tries=3) else None


def evil_same_ports_near_isn(flow):
    if second := again(flow, flow.isn + 10):
        second.send(EVIL)


def evil_same_ports_same_isn(flow):
    if second := again(flow, flow.isn):
        second.send(EVIL)


def evil_same_ports_far_isn(flow):
    if second := again(flow, flow.isn + 100_000_000):
        second.send(EVIL)


def evil_same_ports_tail_first(flow):
    if second := again(flow, flow.isn):
        second.send(EVIL[4:], at=4)
        second.send(EVIL)


def evil_same_ports_while_pending(flow):
    """The first try is given up before its payload; the second has another beginning."""
    flow.send(GOOD, clock=-500_000)
    flow.send(flags="R")
    second = Flow(flow.address, flow.port, flow.source, flow.sport, flow.isn - 4)
    second.clock = flow.clock + 1000
    if second.open(tries=3):
        second.send(b"EVIL" + GOOD)


def evil_same_ports_tail_of_judged(flow):
    """What was judged in the first connection stands four bytes into the second."""
    flow.send(GOOD)
    flow.send(flags="RA", at=len(GOOD))
    second = Flow(flow.address, flow.port, flow.source, flow.sport, flow.isn - 4)
    second.clock = flow.clock + 1000
    if second.open(tries=3):
        second.send(GOOD, at=4)
        second.send(b"EVIL", at=0)


def evil_syn_on_live(flow):
    """A SYN into the middle of a connection that waits for its first payload."""
    flow.send(flags="S", at=50, options=[("MSS", 1460)])
    flow.send(EVIL)
    flow.send(EVIL, at=51)


def evil_ack_first(flow):
    """Acknowledges nothing, often, with data that grows."""
    for length in range(1, len(EVIL)):
        flow.send(EVIL[:length], listen=0.02)
    flow.listen(WAIT)


BEFORE = {
    "evil_syn_with_data": dict(payload=EVIL),
    "evil_syn_with_fast_open_request": dict(payload=EVIL, options=[(34, b"")]),
    "evil_syn_with_fast_open_cookie": dict(payload=EVIL, options=[(34, b"\x01\x02\x03\x04\x05\x06\x07\x08")]),
    "case_good_after_syn_with_data": dict(payload=GOOD),
}
CASES = {name: value for name, value in list(globals().items()) if name.startswith(("case_", "evil_"))}


def main():
    address, port, source = sys.argv[1:4]
    for name in sys.argv[4:] or list(CASES) + list(BEFORE):
        flow = Flow(address, int(port), source)
        if name != "evil_multipath" and not flow.open(**BEFORE.get(name, {})):
            sys.exit(f"{name}: no handshake")
        if name in CASES:
            CASES[name](flow)
        elif name.startswith("case_"):
            flow.send(GOOD)
        if name.startswith("case_") and not flow.is_answered:
            flow.listen(20, until="P")
        print(name, flow.sport, *flow.answers, flush=True)
        flow.input.close()


main()
