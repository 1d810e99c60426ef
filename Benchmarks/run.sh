#!/usr/bin/env bash
# Runs every benchmark against its named peer in one run and prints the tables. Needs root (nft loads in a namespace of its own).
# Fails at its end when a bound was broken.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
run() {
    echo "== $1"
    shift
    "$@" || status=1
    echo
}
run start-up Benchmarks/startup.sh
run compile python3 Benchmarks/compile.py "$@"
run diff python3 Benchmarks/diff.py
run drift python3 Benchmarks/drift.py
run record python3 Benchmarks/record.py
run ledger python3 Benchmarks/ledger.py
run "packet space" .build/release/packet-space-benchmark
run apply python3 Benchmarks/apply.py
run "data plane" python3 Benchmarks/dataplane/dataplane.py
exit "$status"
