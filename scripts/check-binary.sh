#!/usr/bin/env bash
# Proves what the release binaries promise: the Swift libraries are linked in, and the stripped size is bounded.
set -euo pipefail
cd "$(dirname "$0")/.."
limit=$((14 * 1000 * 1000))
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for name in portgate portgate-nft portgate-session portgate-ship portgate-witness; do
    binary=.build/release/$name
    if ldd "$binary" | grep -E 'libswift|libFoundation|libicu'; then
        echo "check-binary: $name links a Swift library dynamically" >&2
        exit 1
    fi
    strip -o "$out/$name" "$binary"
    size=$(stat -c %s "$out/$name")
    echo "$name: $size bytes stripped"
    [ "$size" -lt "$limit" ] || {
        echo "check-binary: $name is $size bytes stripped; the limit is $limit" >&2
        exit 1
    }
done
# A server and a client of HTTP are in one program only: what portgate links, it starts slower by.
for name in portgate portgate-nft portgate-session portgate-ship; do
    if ldd ".build/release/$name" | grep -E 'libmicrohttpd|libcurl'; then
        echo "check-binary: $name links a library of portgate-witness" >&2
        exit 1
    fi
done
# Without these in its dynamic symbols, libnftables would read every set again, and nobody would notice but by the time.
for function in mnl_socket_sendto mnl_socket_recvfrom; do
    nm -D --defined-only .build/release/portgate-nft | grep -q " T $function\$" || {
        echo "check-binary: portgate-nft does not export $function" >&2
        exit 1
    }
done
