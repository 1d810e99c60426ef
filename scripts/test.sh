#!/usr/bin/env bash
# What CI runs, in order: format, build, tests, kernel tests. Any failure stops it, and so does a tool that is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests

echo "== build (release)"
swift build -c release
scripts/check-binary.sh

echo "== build (tests)"
swift build --build-tests

echo "== tests"
swift test --disable-xctest --skip-build --skip KernelTests

echo "== kernel tests"
if [ "$(id -u)" != 0 ]; then
    echo "test: the kernel tests need root (they make network namespaces); run 'sudo make test'" >&2
    exit 1
fi
swift test --disable-xctest --skip-build --no-parallel --filter KernelTests
