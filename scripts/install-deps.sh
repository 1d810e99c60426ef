#!/usr/bin/env bash
# Installs what portgate needs to build, run and be tested on Debian 12, and nothing that is there already.
#   scripts/install-deps.sh [build] [test] [bench]      (default: build test)
set -euo pipefail
cd "$(dirname "$0")/.."

build=(libyaml-dev libnftables-dev libmnl-dev nettle-dev libssl-dev libzstd-dev libstdc++-12-dev
    libmicrohttpd-dev libcurl4-openssl-dev make)
runtime=(nftables iproute2 tzdata libmicrohttpd12 libcurl4)
testing=(
    python3 netcat-openbsd curl openssl conntrack iptables procps util-linux libcap2-bin
    openssh-server openssh-client postgresql postgresql-client redis-server redis-tools bind9-dnsutils python3-scapy
    wireguard-tools wireguard-go zstd rsyslog rsyslog-gnutls python3-pip
)
bench=(gcc libc6-dev python3-venv iptables conntrack ulogd2 ulogd2-json)

wanted=()
[ $# -gt 0 ] || set -- build test
for group in "$@"; do
    case "$group" in
    build) wanted+=("${build[@]}" "${runtime[@]}") ;;
    test) wanted+=("${runtime[@]}" "${testing[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *)
        echo "install-deps: unknown group '$group': build, test or bench" >&2
        exit 2
        ;;
    esac
done

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "installing: ${missing[*]}"
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            echo "install-deps: missing packages: ${missing[*]}; run as root, or install them with apt-get" >&2
            exit 1
        }
        as_root=(sudo)
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    # The tests start servers of their own: one that came with a package just installed is not left running.
    for pair in openssh-server=ssh postgresql=postgresql redis-server=redis-server rsyslog=rsyslog ulogd2=ulogd2; do
        [[ " ${missing[*]} " == *" ${pair%=*} "* ]] || continue
        if [ -d /run/systemd/system ]; then
            "${as_root[@]}" systemctl disable --now --quiet "${pair#*=}"
        elif [ -x "/etc/init.d/${pair#*=}" ]; then
            "${as_root[@]}" "/etc/init.d/${pair#*=}" stop >/dev/null || true
        fi
    done
fi

# A Merkle tree of somebody else, which the tests hold the ledger's proofs against. PyPI may be out of reach: the tests then have the
# algorithms of RFC 9162 alone.
python=.build/python
if [[ " $* " == *" test "* ]] && [ ! -d "$python/pymerkle" ]; then
    /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --timeout 10 --retries 1 \
        --require-hashes --requirement scripts/test-requirements.txt --target "$python" ||
        echo "install-deps: pymerkle cannot be had from PyPI; going on without it" >&2
fi

command -v swift >/dev/null || {
    echo "install-deps: no 'swift' in PATH; install a Swift 6.2 or later toolchain from swift.org and try again" >&2
    exit 1
}
