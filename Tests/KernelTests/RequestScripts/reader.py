#!/usr/bin/python3 -I
"""A TCP server that reads and remembers: what it has read is the truth of the request tests.

    reader.py PORT [--banner TEXT] [--fastopen] [--multipath] [--silent]

Prints `ready`. Each line on standard input is answered with a JSON list of every connection so far: the client's port, and what
was read, in hexadecimal. It says nothing by itself but the banner, and answers each read with a little HTTP unless silent.
"""
import argparse, json, socket, sys, threading

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--banner", default="")
    parser.add_argument("--fastopen", action="store_true")
    parser.add_argument("--multipath", action="store_true")
    parser.add_argument("--silent", action="store_true")
    args = parser.parse_args()
    connections, lock = [], threading.Lock()
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 262 if args.multipath else 0)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("::", args.port))
    if args.fastopen:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
    listener.listen(64)

    def serve(connection, entry):
        try:
            if args.banner:
                connection.sendall(args.banner.encode() + b"\r\n")
            while data := connection.recv(65536):
                with lock:
                    entry["read"] += data.hex()
                if not args.silent:
                    connection.sendall(ANSWER)
        except OSError:
            pass
        finally:
            connection.close()

    def accept():
        while True:
            connection, address = listener.accept()
            entry = {"port": address[1], "read": ""}
            with lock:
                connections.append(entry)
            threading.Thread(target=serve, args=(connection, entry), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin:
        with lock:
            print(json.dumps(connections), flush=True)


main()
