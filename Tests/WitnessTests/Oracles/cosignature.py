"""Checks a cosigned checkpoint on standard input by a witness's key (c2sp.org/tlog-cosignature), with hashlib and openssl alone.

    cosignature.py KEY < NOTE          prints the time of the cosignature; exit code 1 when there is none that verifies
"""
import base64
import hashlib
import os
import subprocess
import sys
import tempfile

name, identifier, encoded = sys.argv[1].split("+", 2)
material = base64.b64decode(encoded, validate=True)
assert material[0] == 4 and len(material) == 33
assert hashlib.sha256(name.encode() + b"\n" + material).digest()[:4].hex() == identifier
note = sys.stdin.buffer.read().decode()
text, signatures = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]


def verifies(signature, message):
    with tempfile.TemporaryDirectory() as folder:
        def write(file, content):
            path = os.path.join(folder, file)
            with open(path, "wb") as output:
                output.write(content)
            return path

        # RFC 8410: the header of a SubjectPublicKeyInfo for Ed25519.
        key = write("key", bytes.fromhex("302a300506032b6570032100") + material[1:])
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-rawin"]
        command += ["-in", write("message", message), "-sigfile", write("signature", signature)]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


for line in signatures.splitlines():
    dash, signer, content = line.split(" ")
    content = base64.b64decode(content, validate=True)
    if dash != "—" or signer != name or content[:4].hex() != identifier:
        continue
    time = int.from_bytes(content[4:12], "big")
    if verifies(content[12:], f"cosignature/v1\ntime {time}\n{text}".encode()):
        print(time)
        sys.exit(0)
sys.exit(1)
