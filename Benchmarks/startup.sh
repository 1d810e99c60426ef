#!/usr/bin/env bash
# Start-up of the release build against programs that do nothing, in one run: `portgate --version` against a static C hello
# world (limit: 2 x + 3 ms), and `portgate check` of a policy of 100 rules against /bin/true (limit: 3 x + 5 ms).
set -euo pipefail
cd "$(dirname "$0")/.."
portgate=$PWD/.build/release/portgate
rounds=${ROUNDS:-200}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc -O2 -o "$out/spawn-time" Benchmarks/spawn-time.c
printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' > "$out/hello.c"
cc -O2 -static -o "$out/hello" "$out/hello.c"
strip -o "$out/portgate" "$portgate"
{
    printf 'version: 1\nname: hundred\nowner: bench\nports:\n'
    for port in $(seq 1 20); do
        printf '  - name: p%s\n    port: %s\n    owner: bench\n    description: bench\n    allow:\n' "$port" $((9000 + port))
        for rule in $(seq 1 5); do
            printf '      - { name: r%s, cidrs: [10.%s.%s.0/24], reason: bench }\n' "$rule" "$port" "$rule"
        done
    done
} > "$out/hundred.yaml"
"$out/portgate" check "$out/hundred.yaml" > /dev/null
mapfile -t micro < <("$out/spawn-time" "$rounds" "$out/hello" -- "$out/portgate" --version -- /bin/true -- \
    "$out/portgate" check "$out/hundred.yaml")
awk -v hello="${micro[0]}" -v version="${micro[1]}" -v none="${micro[2]}" -v check="${micro[3]}" 'BEGIN {
    printf "%-38s %8s %8s %9s\n", "median wall clock", "us", "peer us", "ratio"
    printf "%-38s %8d %8d %9.2f\n", "portgate --version / static C hello", version, hello, version / hello
    printf "%-38s %8d %8d %9.2f\n", "portgate check, 100 rules / true", check, none, check / none
    failed = 0
    if (version > 2 * hello + 3000) { print "too slow: --version is over 2 x hello + 3 ms"; failed = 1 }
    if (check > 3 * none + 5000) { print "too slow: check is over 3 x true + 5 ms"; failed = 1 }
    exit failed
}'
