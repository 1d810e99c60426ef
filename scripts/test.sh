#!/usr/bin/env bash
# What CI runs, in order: format, build, kernel tests with the release build beside them, tests. Any failure stops it, and so does a tool
# that is missing.
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

# The kernel tests run one after another and mostly wait, the compiler optimizes a module at a time: each leaves the other a processor.
# The runner is called by itself, for `swift test` would wait until the build is done.
release=$(mktemp)
swift build -c release >"$release" 2>&1 &
build=$!
trap 'kill "$build" 2>/dev/null || true; rm -f "$release"' EXIT

echo "== kernel tests"
"$tests" --testing-library swift-testing --no-parallel --filter KernelTests

echo "== build (release)"
wait "$build" || {
    cat "$release" >&2
    exit 1
}
tail -n 1 "$release"
scripts/check-binary.sh

echo "== tests"
"$tests" --testing-library swift-testing --skip KernelTests
