#!/usr/bin/env bash
# Runs every benchmark against its named peer in one run and prints the tables. Needs root (nft loads in a namespace of its own).
set -euo pipefail
cd "$(dirname "$0")/.."
echo "== start-up"
Benchmarks/startup.sh
echo
echo "== compile"
python3 Benchmarks/compile.py "$@"
echo
echo "== apply"
python3 Benchmarks/apply.py
echo
echo "== data plane"
python3 Benchmarks/dataplane/dataplane.py
