#!/usr/bin/python3 -I
"""Records what real clients and servers say first, for RequestMatcherTests.

    sudo unshare --net Tests/CompilerTests/Payloads/record.py > Tests/CompilerTests/Payloads/payloads.tsv

Each client talks to its real server through a relay on the loopback of a network namespace of its own; the relay keeps the
first read of either side. One line each: name, side, transport, the first 300 bytes in hexadecimal, the command.
Needs curl, openssl, ssh, sshd, psql, postgres, redis-cli, redis-server, dig, as root (postgres runs as its own user).
"""
import http.client, http.server, os, pathlib, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
RELAY = 4000
started = []


def run(*command, **options):
    return subprocess.run(list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30, **options)


def start(*command, **options):
    process = subprocess.Popen(
        list(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
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
    """Passes connections on and keeps the first bytes of each side."""

    def __init__(self, port):
        global RELAY
        RELAY += 1
        self.port, self.target, self.first = RELAY, port, []
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            entry = {}
            self.first.append(entry)
            for side, source, sink in (("client", client, server), ("server", server, client)):
                threading.Thread(target=self.pump, args=(entry, side, source, sink), daemon=True).start()

    @staticmethod
    def pump(entry, side, source, sink):
        try:
            while data := source.recv(65536):
                entry.setdefault(side, data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def emit(name, side, transport, data, how):
    if data:
        print(name, side, transport, data[:300].hex(), how, sep="\t", flush=True)


def record(name, port, *command, connection=0, **options):
    """Runs a client against a relay to `port`; {port} in the command is the relay's."""
    relay = Relay(port)
    how = " ".join(command).replace(str(TOP), "TMP")
    run(*[part.format(port=relay.port) for part in command], stdin=subprocess.DEVNULL, **options)
    report(name, relay, connection, how)


def report(name, relay, connection, how):
    for _ in range(100):
        if len(relay.first) > connection and "client" in relay.first[connection]:
            break
        time.sleep(0.02)
    time.sleep(0.05)
    entry = relay.first[connection]
    for side in ("client", "server"):
        emit(name, side, "tcp", entry.get(side), how)


class Quiet(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = answer


def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        flags = ["--head"] if method == "HEAD" else ["-X", method]
        record(f"curl-{method.lower()}", 8080, "curl", "-s", *flags, "http://127.0.0.1:{port}/metrics")
    record("curl-root", 8080, "curl", "-s", "http://127.0.0.1:{port}/")
    record("curl-form", 8080, "curl", "-s", "-d", "a=b", "http://127.0.0.1:{port}/login?next=1")
    record("curl-proxy", 8080, "curl", "-s", "-x", "http://127.0.0.1:{port}", "http://example.test/metrics")
    record("curl-connect", 8080, "curl", "-s", "-p", "-x", "http://127.0.0.1:{port}", "http://example.test/")
    record("curl-h2", 8080, "curl", "-s", "--http2-prior-knowledge", "http://127.0.0.1:{port}/metrics")
    record("curl-h2c-upgrade", 8080, "curl", "-s", "--http2", "http://127.0.0.1:{port}/metrics")
    record("python-http", 8080, "/usr/bin/python3", "-c",
           "import http.client; http.client.HTTPConnection('127.0.0.1', {port}).request('GET', '/metrics')")


def tls():
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{TOP}/key.pem", "-out", f"{TOP}/cert.pem",
        "-subj", "/CN=localhost", "-days", "2")
    start("openssl", "s_server", "-quiet", "-accept", "127.0.0.1:8443", "-key", f"{TOP}/key.pem", "-cert", f"{TOP}/cert.pem",
          "-www", "-cipher", "DEFAULT@SECLEVEL=0")
    wait_for(8443)
    record("curl-https", 8443, "curl", "-sk", "https://127.0.0.1:{port}/")
    record("curl-https-1.2", 8443, "curl", "-sk", "--tls-max", "1.2", "https://127.0.0.1:{port}/")
    for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
        record(f"openssl-{version}", 8443, "openssl", "s_client", f"-{version}", "-cipher", "DEFAULT@SECLEVEL=0",
               "-connect", "127.0.0.1:{port}")
    record("openssl", 8443, "openssl", "s_client", "-connect", "127.0.0.1:{port}", "-servername", "db.example.test")
    record("openssl-no-common-cipher", 8443, "openssl", "s_client", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256",
           "-connect", "127.0.0.1:{port}")
    record("python-tls", 8443, "/usr/bin/python3", "-c",
           "import socket, ssl; c = ssl._create_unverified_context(); "
           "c.wrap_socket(socket.create_connection(('127.0.0.1', {port})))")


def ssh():
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{TOP}/host")
    (TOP / "sshd").write_text(
        f"Port 2222\nListenAddress 127.0.0.1\nHostKey {TOP}/host\nPidFile none\nUsePAM no\nStrictModes no\n")
    os.makedirs("/run/sshd", exist_ok=True)
    start("/usr/sbin/sshd", "-D", "-f", f"{TOP}/sshd")
    wait_for(2222)
    record("ssh", 2222, "ssh", "-p", "{port}", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
           "UserKnownHostsFile=/dev/null", "nobody@127.0.0.1", "true")
    record("ssh-keyscan", 2222, "ssh-keyscan", "-p", "{port}", "127.0.0.1")


def postgres():
    data = TOP / "data"
    data.mkdir()
    shutil.chown(TOP, "postgres")
    shutil.chown(data, "postgres")
    user = dict(user="postgres", group="postgres", cwd="/", extra_groups=[])
    run(str(POSTGRES / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync", **user)
    shutil.copy(TOP / "key.pem", data / "server.key")
    shutil.copy(TOP / "cert.pem", data / "server.crt")
    for name in ("server.key", "server.crt"):
        shutil.chown(data / name, "postgres")
        (data / name).chmod(0o600)
    start(str(POSTGRES / "postgres"), "-D", str(data), "-c", "ssl=on", "-c", "listen_addresses=127.0.0.1", "-c", "port=5432",
          "-c", "unix_socket_directories=", **user)
    wait_for(5432)
    # A server that starts answers with an error; psql is told apart from that by its exit code.
    for _ in range(100):
        if run("psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "select 1").returncode == 0:
            break
        time.sleep(0.1)
    where = "host=127.0.0.1 port={port} user=postgres gssencmode=disable sslmode="
    record("psql-plain", 5432, "psql", where + "disable", "-c", "select 1")
    record("psql-ssl", 5432, "psql", where + "require", "-c", "select 1")
    record("psql-wrong-database", 5432, "psql", where + "disable dbname=none", "-c", "select 1")
    record("pg_isready", 5432, "pg_isready", "-h", "127.0.0.1", "-p", "{port}")
    # A cancelled statement: libpq asks over a connection of its own.
    relay = Relay(5432)
    client = subprocess.Popen(["psql", where.format(port=relay.port) + "disable", "-c", "select pg_sleep(20)"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    client.send_signal(signal.SIGINT)
    client.wait()
    report("psql-cancel", relay, 1, "SIGINT to psql -c 'select pg_sleep(20)', the second connection")
    started[-1].send_signal(signal.SIGINT)
    # No server grants GSS encryption without Kerberos; the request is the one of libpq's documentation.
    emit("gssenc-request", "client", "tcp", struct.pack("!II", 8, 80877104), "int32 8, int32 80877104")


def redis():
    start("redis-server", "--port", "6379", "--bind", "127.0.0.1", "--save", "", "--dir", str(TOP))
    wait_for(6379)
    cli = ("redis-cli", "-p", "{port}")
    record("redis-get", 6379, *cli, "get", "key")
    record("redis-get-upper", 6379, *cli, "GET", "key")
    record("redis-set", 6379, *cli, "set", "key", "value")
    record("redis-ping", 6379, *cli, "ping")
    record("redis-info", 6379, *cli, "info")
    record("redis-mget-200", 6379, *cli, "mget", *[f"k{number}" for number in range(200)])
    record("redis-flushall", 6379, *cli, "flushall")
    record("redis-unknown", 6379, *cli, "nosuchcommand")
    record("redis-hello", 6379, *cli, "-3", "get", "key")
    record("redis-auth", 6379, *cli, "-a", "wrong", "get", "key")
    record("redis-dbsize", 6379, *cli, "dbsize")
    record("redis-lrange", 6379, *cli, "lrange", "none", "0", "1")
    record("redis-benchmark", 6379, "redis-benchmark", "-p", "{port}", "-c", "1", "-n", "1", "-t", "set")


def dns():
    def answer(query):
        return query[:2] + b"\x81\x80" + query[4:6] + b"\0\0\0\0\0\0" + query[12:]

    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 5353))
    tcp = socket.create_server(("127.0.0.1", 5353))
    seen = []

    def datagrams():
        while True:
            query, peer = udp.recvfrom(65536)
            seen.append(query)
            udp.sendto(answer(query), peer)

    def streams():
        while True:
            connection, _ = tcp.accept()
            query = connection.recv(65536)
            if len(query) > 2:
                reply = answer(query[2:])
                connection.sendall(struct.pack("!H", len(reply)) + reply)

    threading.Thread(target=datagrams, daemon=True).start()
    threading.Thread(target=streams, daemon=True).start()
    for name, words in (("dig-a", ["example.test"]), ("dig-aaaa", ["example.test", "AAAA"]), ("dig-plain", ["+noedns", "."]),
                        ("dig-reverse", ["-x", "10.0.0.1"]), ("dig-dnssec", ["+dnssec", "+cd", "example.test", "MX"])):
        command = ["dig", "@127.0.0.1", "-p", "5353", "+tries=1", *words]
        run(*command)
        emit(name, "client", "udp", seen[-1], " ".join(command))
        emit(name, "server", "udp", answer(seen[-1]), "an empty answer")
    record("dig-tcp", 5353, "dig", "@127.0.0.1", "-p", "{port}", "+tcp", "+tries=1", "example.test")


def main():
    run("/usr/sbin/ip", "link", "set", "lo", "up")
    print("# made by record.py: name, side, transport, first bytes, command", flush=True)
    try:
        web()
        tls()
        ssh()
        postgres()
        redis()
        dns()
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
        shutil.rmtree(TOP, ignore_errors=True)


if any(name != "lo" for _, name in socket.if_nameindex()):
    sys.exit("run it in a network namespace of its own: unshare --net")
TOP = pathlib.Path(tempfile.mkdtemp(prefix="pg-record-"))
main()
os._exit(0)
