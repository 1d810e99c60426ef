#!/usr/bin/env bash
# What CI runs: format, build, then the kernel tests, and beside them the release build and all other tests. Any failure makes it fail,
# and so does a tool that is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    echo "test: the kernel tests need root (they make network namespaces); run 'sudo make test'" >&2
    exit 1
fi

echo "== format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests

echo "== build (tests)"
swift build --build-tests
tests=$(swift build --build-tests --show-bin-path)/portgatePackageTests.xctest

# The kernel tests run one after another and mostly wait; what the rest takes is theirs whenever they want it. The runner is called by
# itself, for `swift test` would wait until the build is done.
beside=$(mktemp)
(
    set -euo pipefail
    echo "== build (release)"
    swift build -c release
    scripts/check-binary.sh
    echo "== tests"
    nice -n 15 "$tests" --testing-library swift-testing --skip KernelTests
) >"$beside" 2>&1 &
rest=$!
trap 'kill "$rest" 2>/dev/null || true; rm -f "$beside"' EXIT

status=0
echo "== kernel tests"
"$tests" --testing-library swift-testing --no-parallel --filter KernelTests || status=$?
wait "$rest" || status=$?
cat "$beside"
exit "$status"
