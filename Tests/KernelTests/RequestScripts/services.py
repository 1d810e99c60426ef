#!/usr/bin/python3 -I
"""A real server of one kind on one port of every address; prints `ready` when it serves.

    services.py KIND PORT FOLDER      KIND is http, tls, ssh, postgresql, redis or dns; FOLDER is empty and the caller's
"""
import ctypes, http.server, os, pathlib, shutil, signal, socket, struct, subprocess, sys, threading, time

KIND, PORT, FOLDER = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
QUIET = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dies_with_us():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def start(*command, **options):
    return subprocess.Popen(list(command), preexec_fn=dies_with_us, **QUIET, **options)


def run(*command, **options):
    subprocess.run(list(command), check=True, timeout=120, **QUIET, **options)


def certificate(name):
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{FOLDER}/{name}.key", "-out",
        f"{FOLDER}/{name}.crt", "-subj", "/CN=lab", "-days", "2")


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"served")

    do_POST = do_GET

    def log_message(self, *_):
        pass


def serve_http():
    server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def serve_tls():
    certificate("tls")
    start("openssl", "s_server", "-quiet", "-accept", str(PORT), "-key", f"{FOLDER}/tls.key", "-cert", f"{FOLDER}/tls.crt", "-www")


def serve_ssh():
    for name in ("host", "user"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{FOLDER}/{name}")
    (FOLDER / "config").write_text(
        f"Port {PORT}\nHostKey {FOLDER}/host\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\n"
        f"PermitRootLogin prohibit-password\nAuthorizedKeysFile {FOLDER}/user.pub\n")
    os.makedirs("/run/sshd", exist_ok=True)
    start("/usr/sbin/sshd", "-D", "-f", f"{FOLDER}/config")


def serve_postgresql():
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    data = FOLDER / "data"
    data.mkdir()
    certificate("server")
    FOLDER.chmod(0o755)
    shutil.chown(data, "postgres", "postgres")
    user = dict(user="postgres", group="postgres", extra_groups=[], cwd="/")
    run(str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync", **user)
    (data / "pg_hba.conf").write_text("host all all all trust\n")
    for name in ("server.key", "server.crt"):
        shutil.copy(FOLDER / name, data / name)
        (data / name).chmod(0o600)
        shutil.chown(data / name, "postgres", "postgres")
    start(str(programs / "postgres"), "-D", str(data), "-c", "ssl=on", "-c", "listen_addresses=*", "-c", f"port={PORT}",
          "-c", "unix_socket_directories=", "-c", "fsync=off", **user)
    for _ in range(600):
        if subprocess.run([str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(PORT)], **QUIET).returncode == 0:
            return
        time.sleep(0.1)
    sys.exit("postgres is not ready after a minute")


def serve_redis():
    start("redis-server", "--port", str(PORT), "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", str(FOLDER))


def serve_dns():
    def answer(query):
        end = query.index(b"\0", 12) + 5
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton("192.0.2.7")
        return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end] + record

    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", PORT))
    tcp = socket.create_server(("0.0.0.0", PORT))

    def datagrams():
        while True:
            query, peer = udp.recvfrom(65536)
            udp.sendto(answer(query), peer)

    def streams():
        while True:
            connection, _ = tcp.accept()
            query = connection.recv(65536)
            if len(query) > 14:
                reply = answer(query[2:])
                connection.sendall(struct.pack("!H", len(reply)) + reply)

    for work in (datagrams, streams):
        threading.Thread(target=work, daemon=True).start()


globals()["serve_" + KIND]()
for _ in range(600):
    try:
        socket.create_connection(("127.0.0.1", PORT)).close()
        break
    except OSError:
        time.sleep(0.05)
else:
    sys.exit(f"nothing listens on {PORT} after half a minute")
print("ready", flush=True)
sys.stdin.read()
