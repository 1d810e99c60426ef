"""Recomputes the root of a log from its tiles (C2SP tlog-tiles), by hashlib alone.

Usage: tiles.py FOLDER

Reads the size and the root from the checkpoint, checks that every hash tile is what the entries lead to, that there is no
other file, and that the entries lead to the root by the recursive definition of RFC 6962, section 2.1. Prints the size.
"""

import base64
import hashlib
import os
import struct
import sys


def name(number):
    text = "%03d" % (number % 1000)
    number //= 1000
    while number:
        text = "x%03d/%s" % (number % 1000, text)
        number //= 1000
    return text


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\1" + root(hashes[:split]) + root(hashes[split:])).digest()


def main(folder):
    lines = open(os.path.join(folder, "checkpoint"), encoding="utf-8").read().split("\n")
    size, wanted = int(lines[1]), base64.b64decode(lines[2])
    expected = {"checkpoint"}

    def tile(kind, number, width):
        path = "tile/%s/%s" % (kind, name(number)) + ("" if width == 256 else ".p/%d" % width)
        expected.add(path)
        return open(os.path.join(folder, path), "rb").read()

    leaves = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        data, place = tile("entries", number, width), 0
        for _ in range(width):
            (length,) = struct.unpack_from(">H", data, place)
            leaves.append(leaf(data[place + 2 : place + 2 + length]))
            place += 2 + length
        assert place == len(data), "entries go on behind the last one"
    level, hashes = 0, leaves
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            part = hashes[number * 256 : number * 256 + 256]
            assert tile(str(level), number, len(part)) == b"".join(part), "tile %d/%d" % (level, number)
        hashes = [root(hashes[at : at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    assert len(leaves) == size and root(leaves) == wanted, "the entries do not lead to the root"
    found = {
        os.path.relpath(os.path.join(parent, file), folder) for parent, _, files in os.walk(folder) for file in files
    }
    assert found == expected, found ^ expected
    print(size)


main(sys.argv[1])
