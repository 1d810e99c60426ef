#!/usr/bin/env bash
# Holds the policy's decisions and the kernel's together on random policies for as long as wanted: property.sh [SECONDS].
# Before it, the judge of drift is tried on random and on edited rulesets, PORTGATE_PROPERTY_SEEDS (2) rounds of each.
# PORTGATE_SEED=N begins where a run that failed says it began.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-600}
if ! [[ $seconds =~ ^[0-9]+$ ]]; then
    echo "usage: scripts/property.sh [SECONDS]" >&2
    exit 2
fi
if [ "$(id -u)" != 0 ]; then
    echo "property: it makes network namespaces and needs root" >&2
    exit 1
fi
# With optimization: without it decision diagrams are fifty times slower.
PORTGATE_PROPERTY_SEEDS=${PORTGATE_PROPERTY_SEEDS:-2} \
    swift test -c release -Xswiftc -enable-testing --filter DriftTests
swift build --build-tests
PORTGATE_PROPERTY_SECONDS=$seconds swift test --skip-build --no-parallel --filter PolicyAgreementTests
