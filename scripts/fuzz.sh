#!/usr/bin/env bash
# Runs fuzz targets with libFuzzer and AddressSanitizer: scripts/fuzz.sh SECONDS [TARGET...]; all of Fuzz/Targets without one.
# Seeds are read from Fuzz/Corpus/TARGET; what is found on the way goes to .build/fuzz, a crash to .build/fuzz/TARGET-crash-*.
# FUZZ_JOBS=N runs a target in N processes.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?"usage: scripts/fuzz.sh SECONDS [TARGET...]"}
shift
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    for file in Fuzz/Targets/*.swift; do targets+=("$(basename "$file" .swift)"); done
fi
mkdir -p .build/fuzz

failed=0
for target in "${targets[@]}"; do
    source=Fuzz/Targets/$target.swift
    # The first line names the folders that are compiled with the target, as one module.
    folders=$(sed -n '1s|^// sources: ||p' "$source")
    if [ -z "$folders" ]; then
        echo "fuzz: $source does not begin with '// sources: FOLDER...'" >&2
        exit 1
    fi
    # The second one may say what else the compiler is told, such as where a C library's module map is.
    flags=$(sed -n '2s|^// flags: ||p' "$source")
    echo "== $target (build)"
    # shellcheck disable=SC2046,SC2086
    swiftc -O -parse-as-library -swift-version 6 -module-name Fuzzed -package-name portgate \
        -sanitize=fuzzer,address -use-ld=lld $flags $(find $folders -name '*.swift') "$source" -o ".build/fuzz/$target"
    echo "== $target ($seconds s)"
    mkdir -p ".build/fuzz/$target.corpus"
    # Swift's own backtraces would take the signal before libFuzzer writes the input down.
    SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 ".build/fuzz/$target" \
        -max_total_time="$seconds" -fork="${FUZZ_JOBS:-1}" -ignore_crashes=0 -timeout=10 -rss_limit_mb=1024 \
        -max_len=8192 -artifact_prefix=".build/fuzz/$target-" \
        ".build/fuzz/$target.corpus" "Fuzz/Corpus/$target" > ".build/fuzz/$target.log" 2>&1 || failed=1
    grep -v '^INFO: ' ".build/fuzz/$target.log" | tail -n 3
    ls ".build/fuzz/$target-"* 2> /dev/null || true
done
exit $failed
