#!/usr/bin/python3 -I
"""Records what real clients and servers say to each other, for HandshakeTests.

    sudo unshare --net Tests/HandshakeTests/Captures/record.py > Tests/HandshakeTests/Captures/handshakes.tsv

Each client talks to its real server through a relay on the loopback of a network namespace of its own; the relay keeps what it
reads, in its order. One line each: name, the pieces (`c` or `s` for the side, and hexadecimal), the command. At most 12,000
bytes of a side are kept, and no more than three pieces behind the first one that is encrypted.
Needs curl, openssl, ssh, sshd, psql, postgres and Python's curl_cffi, as root.
"""
import os, pathlib, select, shutil, socket, subprocess, sys, tempfile, threading, time

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
started = []
FOLDER = pathlib.Path(tempfile.mkdtemp())


def run(*command, **options):
    return subprocess.run(list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30, **options)


def start(*command, **options):
    process = subprocess.Popen(
        list(command), stdin=options.pop("stdin", subprocess.DEVNULL), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, **options)
    started.append(process)
    return process


def wait_for(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on {port}")


class Relay:
    """Passes one connection on and keeps what either side says."""

    def __init__(self, port):
        self.pieces = []
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        sides = {client: ("c", server), server: ("s", client)}
        while sides:
            for side in select.select(list(sides), [], [], 10)[0] or list(sides):
                mark, other = sides[side]
                try:
                    data = side.recv(65536)
                except OSError:
                    data = b""
                if data:
                    self.pieces.append((mark, data))
                    try:
                        other.sendall(data)
                    except OSError:
                        pass
                else:
                    del sides[side]
                    try:
                        other.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass


def record(name, port, command, **options):
    relay = Relay(port)
    words = [word.format(port=relay.port) for word in command]
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=8, **options)
    except subprocess.TimeoutExpired:
        pass
    relay.thread.join(3)
    kept, sizes, protected = [], {"c": 0, "s": 0}, 0
    for mark, data in relay.pieces:
        if sizes[mark] + len(data) > 12000 or protected > 3:
            break
        if data[:1] == b"\x17":
            protected += 1
        sizes[mark] += len(data)
        kept.append(mark + data.hex())
    shown = " ".join(command).replace(tempfile.gettempdir() + "/", "").replace(FOLDER.name, "FOLDER")
    print(name, " ".join(kept), shown, sep="\t", flush=True)


def certificates(folder):
    def certificate(name, subject, *names):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-utf8",
            "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", "-days", "3650", "-subj", subject,
            *[word for extension in names for word in ("-addext", extension)], check=True)

    certificate("server", "/CN=db.example.test", "subjectAltName=DNS:db.example.test,IP:127.0.0.1")
    certificate("other", "/CN=Somebody else")
    certificate(
        "client", "/C=DE/O=Example, Inc./OU=Zahlungen für alle/CN=Jane \\\"JD\\\" Doe+serialNumber=42/emailAddress=jane@example.test",
        "subjectAltName=email:jane@example.test,DNS:jane.example.test,URI:spiffe://example.test/ns/pay/sa/jane,"
        "IP:192.0.2.7,IP:2001:db8::7")


def main():
    run("ip", "link", "set", "lo", "up")
    folder = FOLDER
    folder.chmod(0o755)
    print("# made by record.py: name, pieces of the client (c) and the server (s) in their order, command")
    certificates(folder)
    server = ["openssl", "s_server", "-quiet", "-www", "-cert", f"{folder}/server.pem", "-key", f"{folder}/server.key", "-accept"]
    start(*server, "5001", "-alpn", "h2,http/1.1", "-cipher", "ALL:@SECLEVEL=0")
    start(*server, "5002", "-Verify", "1")
    start(*server, "5003", "-Verify", "1", "-verify_return_error")
    start(*server, "5004", "-groups", "P-256")
    start(*server, "5005", "-tls1_2")
    for port in range(5001, 5006):
        wait_for(port)
    curl = ["curl", "-sk", "--connect-to", "db.example.test::127.0.0.1:{port}"]
    record("curl", 5001, [*curl, "https://db.example.test/"])
    record("curl-1.2", 5001, [*curl, "--tls-max", "1.2", "https://db.example.test/"])
    record("curl-address", 5001, ["curl", "-sk", "https://127.0.0.1:{port}/"])
    client = ["openssl", "s_client", "-connect", "127.0.0.1:{port}"]
    identity = ["-cert", f"{folder}/client.pem", "-key", f"{folder}/client.key"]
    record("openssl", 5001, client)
    record("openssl-name-alpn", 5001, [*client, "-servername", "db.example.test", "-alpn", "postgresql,h2"])
    for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
        record(f"openssl-{version}", 5001, [*client, f"-{version}", "-cipher", "ALL:@SECLEVEL=0"])
    record("openssl-no-common-cipher", 5001, [*client, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"])
    record("openssl-certificate-1.2", 5002, [*client, "-tls1_2", *identity])
    record("openssl-certificate-1.3", 5002, [*client, *identity])
    record("openssl-certificate-refused-1.2", 5003, [*client, "-tls1_2", *identity])
    record("openssl-no-certificate-1.2", 5002, [*client, "-tls1_2"])
    record("openssl-server-refused-1.2", 5001, [*client, "-tls1_2", "-verify_return_error", "-CAfile", f"{folder}/other.pem"])
    record("openssl-server-refused-1.3", 5001, [*client, "-verify_return_error", "-CAfile", f"{folder}/other.pem"])
    record("openssl-retry", 5004, [*client, "-groups", "X25519:P-256"])
    record("openssl-version-refused", 5005, [*client, "-tls1_3"])
    # A client of BoringSSL with post-quantum keys: the hello is larger than a segment.
    record("chrome-post-quantum", 5001, [
        "python3", "-c",
        "from curl_cffi import requests; requests.get('https://localhost:{port}/', impersonate='chrome131', verify=False)"])
    start("python3", "-m", "http.server", "5006", "--bind", "127.0.0.1", cwd=folder)
    wait_for(5006)
    record("http", 5006, ["curl", "-s", "http://127.0.0.1:{port}/client.pem?token=secret"])
    record("http-to-tls", 5001, ["curl", "-s", "http://127.0.0.1:{port}/"])
    record("tls-to-http", 5006, ["curl", "-sk", "https://127.0.0.1:{port}/"])

    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/host", check=True)
    os.makedirs("/run/sshd", exist_ok=True)
    start("/usr/sbin/sshd", "-D", "-p", "5007", "-h", f"{folder}/host", "-f", "/dev/null")
    wait_for(5007)
    record("ssh", 5007, ["ssh", "-p", "{port}", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
                         "UserKnownHostsFile=/dev/null", "127.0.0.1", "true"])

    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "postgres")
    postgres = dict(user="postgres", cwd="/")
    for name in ("server.pem", "server.key"):
        shutil.copy(folder / name, data.parent / f"pg-{name}")
        shutil.chown(folder / f"pg-{name}", "postgres")
    run(POSTGRES / "initdb", "-D", data, "-A", "trust", check=True, **postgres)
    start(POSTGRES / "postgres", "-D", data, "-p", "5008", "-k", "", "-c", "ssl=on", "-c", f"ssl_cert_file={folder}/pg-server.pem",
          "-c", f"ssl_key_file={folder}/pg-server.key", **postgres)
    wait_for(5008)
    time.sleep(1)
    psql = "host=127.0.0.1 port={port} user=postgres dbname=postgres application_name=night-report gssencmode=disable sslmode="
    record("psql", 5008, ["psql", psql + "disable", "-c", "select 1"])
    record("psql-tls", 5008, ["psql", psql + "require", "-c", "select 1"])
    plain = folder / "plain"
    start(POSTGRES / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop", **postgres).wait()
    start(POSTGRES / "postgres", "-D", data, "-p", "5009", "-k", "", **postgres)
    wait_for(5009)
    time.sleep(1)
    record("psql-refused", 5009, ["psql", psql + "prefer", "-c", "select 1"])
    for process in started:
        process.terminate()
    shutil.rmtree(folder, ignore_errors=True)


main()
