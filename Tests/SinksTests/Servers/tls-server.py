#!/usr/bin/env python3
"""A receiver of syslog over TLS for tests: appends what it reads to a file, byte for byte.

    tls-server.py OUTPUT CERT KEY CA [PORT] [--bare-end] [--deaf] [--hang] [--tls12]

Says `ready PORT` first, then `client NAME` and `end` for each connection, and `refused WHY`.
--bare-end: ends connections without close_notify.  --deaf: takes TCP connections and never says a word.
--hang: shakes hands, and reads nothing then.
"""
import socket
import ssl
import sys
import threading

flags = [argument for argument in sys.argv[1:] if argument.startswith("--")]
output, certificate, key, authority, *port = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
lock = threading.Lock()


def say(text):
    with lock:
        print(text, flush=True)


def serve(connection):
    try:
        stream = context.wrap_socket(connection, server_side=True)
    except (ssl.SSLError, OSError) as error:
        say(f"refused {getattr(error, 'reason', None) or error}")
        connection.close()
        return
    try:
        subject = {key: value for part in stream.getpeercert()["subject"] for key, value in part}
        say(f"client {subject['commonName']}")
        if "--hang" in flags:
            threading.Event().wait()
        with open(output, "ab", buffering=0) as file:
            while True:
                data = stream.recv(65536)
                if not data:
                    break
                file.write(data)
        if "--bare-end" in flags:
            stream.close()
        else:
            stream.unwrap().close()
    except OSError as error:
        say(f"broken {error}")
    say("end")


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_2
if "--tls12" in flags:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
context.verify_mode = ssl.CERT_REQUIRED
if "--deaf" not in flags:
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
listener = socket.create_server(("127.0.0.1", int(port[0]) if port else 0))
say(f"ready {listener.getsockname()[1]}")
held = []
while True:
    accepted, _ = listener.accept()
    if "--deaf" in flags:
        held.append(accepted)
        continue
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
