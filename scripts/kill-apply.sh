#!/usr/bin/env bash
# Kills 'portgate apply' with everything it started, N times at random moments, while it alternates between two policies.
# Two clients probe all the while: each policy lets exactly one of them in. Whatever is killed, the gate must be the old or
# the new one, never open and never half, and the next apply must recover. Prints its figures; exits with 1 when one is bad.
set -euo pipefail
count=${1:-200}
cd "$(dirname "$0")/.."
binaries=${PORTGATE_BINARIES:-.build/debug}
exec python3 -I scripts/kill-apply.py "$(realpath "$binaries/portgate")" "$count" "${PORTGATE_SEED:-1}"
