#!/usr/bin/env bash
# Shows portgate at work on real traffic: three network namespaces (client, intruder, server), real clients, real refusals.
# Leaves nothing behind. Needs root, because it makes namespaces and loads rules inside them.
set -uo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && exec sudo --preserve-env=PATH "$0" "$@"
    echo "demo: needs root to make network namespaces" >&2
    exit 1
fi

portgate=${PORTGATE_BINARY:-$PWD/.build/release/portgate}
[ -x "$portgate" ] || {
    echo "demo: no $portgate; run 'make build' first" >&2
    exit 1
}

tag=pgdemo$$
client=$tag-client intruder=$tag-intruder server=$tag-server
work=$(mktemp -d)
pids=()
passed=0
failed=0

made_run_sshd=
cleanup() {
    # KILL, because a caller may hand down a signal mask in which TERM is blocked.
    for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null; done
    wait 2>/dev/null
    # Whatever else still runs in a namespace of ours would keep it alive without a name.
    for ns in "$client" "$intruder" "$server"; do
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    done
    for ns in "$client" "$intruder" "$server"; do ip netns del "$ns" 2>/dev/null; done
    rm -rf "$work"
    [ -z "$made_run_sshd" ] || rmdir /run/sshd 2>/dev/null
}
trap cleanup EXIT
trap 'exit 130' INT TERM

in_ns() { local ns=$1; shift; nsenter --net="/run/netns/$ns" "$@"; }
# For the background: the shell becomes the program, so that `$!` is the program's own pid.
exec_in_ns() { local ns=$1; shift; exec nsenter --net="/run/netns/$ns" "$@"; }
say() {
    sleep 0.3 # the last events of the step before
    printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi
}
show() { sed 's/^/    /'; }

# expect WHAT WANTED GOT: one line of the summary.
expect() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        printf '    ok    %-62s %s\n' "$1" "$3"
    else
        failed=$((failed + 1))
        printf '    WRONG %-62s %s, wanted %s\n' "$1" "$3" "$2"
    fi
}

# https NAMESPACE HOST: what curl sees of the TLS server.
https() {
    if [ "$(in_ns "$1" curl -sk --max-time 3 -o "$work/page" -w '%{http_code}' "https://$2:8443/" 2>/dev/null)" = 200 ]; then
        echo allowed
    else
        echo refused
    fi
}

# http NAMESPACE HOST: the same without TLS.
http() {
    if [ -n "$(in_ns "$1" curl -s --http0.9 --max-time 3 "http://$2:8443/" 2>/dev/null)" ]; then echo allowed; else echo refused; fi
}

# greets NAMESPACE HOST [COMMAND…]: whether nc gets the greeting of the plain service.
greets() {
    local ns=$1 host=$2
    shift 2
    if [ "$(in_ns "$ns" "$@" nc -N -w 2 "$host" 5432 </dev/null 2>/dev/null)" = hello ]; then echo allowed; else echo refused; fi
}

# open_stream NAME NAMESPACE HOST: a connection to the plain service that stays open.
declare -A streams
open_stream() {
    mkfifo "$work/$1.in"
    (
        # It must not hold the way into others open.
        for fd in "${streams[@]}" ${session:-}; do exec {fd}>&-; done
        exec_in_ns "$2" nc "$3" 5432
    ) <"$work/$1.in" >"$work/$1.out" 2>/dev/null &
    pids+=($!)
    exec {streams[$1]}>"$work/$1.in"
    says "$1" hello >/dev/null
}

# says NAME WORD: whether a word comes over the open connection; the service sends back whatever it is sent.
says() {
    [ "$2" = hello ] || echo "$2" 2>/dev/null >&"${streams[$1]}"
    for _ in $(seq 10); do
        grep -qsx "$2" "$work/$1.out" && { echo alive; return; }
        sleep 0.1
    done
    echo cut
}

say "1. Three hosts: a client (10.77.1.2), an intruder (10.77.2.2) and a server (10.77.1.1, 10.77.2.1), IPv4 and IPv6"
for ns in "$client" "$intruder" "$server"; do
    ip netns add "$ns" || exit 1
    in_ns "$ns" ip link set lo up
done
link() { # peer namespace, number
    in_ns "$server" ip link add "to$2" type veth peer name eth0 netns "$1"
    in_ns "$server" ip addr add "10.77.$2.1/24" dev "to$2"
    in_ns "$server" ip -6 addr add "fd77:$2::1/64" dev "to$2" nodad
    in_ns "$1" ip addr add "10.77.$2.2/24" dev eth0
    in_ns "$1" ip -6 addr add "fd77:$2::2/64" dev eth0 nodad
    in_ns "$server" ip link set "to$2" up
    in_ns "$1" ip link set eth0 up
}
link "$client" 1
link "$intruder" 2

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=demo \
    -keyout "$work/key.pem" -out "$work/cert.pem" >/dev/null 2>&1
exec_in_ns "$server" openssl s_server -accept 8443 -key "$work/key.pem" -cert "$work/cert.pem" -www -quiet \
    >/dev/null 2>&1 &
pids+=($!)
exec_in_ns "$server" python3 -c '
import socketserver
class Hello(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello\n")
        while data := self.request.recv(4096): self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    address_family, allow_reuse_address, daemon_threads = 10, True, True
Server(("::", 5432), Hello).serve_forever()' >/dev/null 2>&1 &
pids+=($!)
for _ in $(seq 100); do
    in_ns "$server" ss -Hltn | grep -q ':8443' && in_ns "$server" ss -Hltn | grep -q ':5432' && break
    sleep 0.1
done
echo "    the server runs a TLS server on 8443 and a plain TCP service on 5432"

say "2. Without a gate everybody gets in"
expect "client, https on 8443" allowed "$(https "$client" 10.77.1.1)"
expect "intruder, https on 8443" allowed "$(https "$intruder" 10.77.2.1)"
expect "intruder, 5432 over IPv6" allowed "$(greets "$intruder" fd77:2::1)"

say "3. The declaration is checked and its tests run, before anything touches the kernel"
"$portgate" check examples/demo/before.yaml | show
expect "portgate check" 0 "${PIPESTATUS[0]}"
"$portgate" test examples/demo/before.yaml | show
expect "portgate test" 0 "${PIPESTATUS[0]}"

gate() { in_ns "$server" env -u SSH_CONNECTION "$portgate" "$@" --state-dir "$work/state"; }
# The gate's log, each event printed as it arrives, between the lines of what caused it.
exec_in_ns "$server" scripts/nflog-events.py --group 77 > >(sed -u 's/^/          log: /') 2>"$work/events.ready" &
events=$!
pids+=("$events")
for _ in $(seq 100); do
    grep -qs ready "$work/events.ready" && break
    sleep 0.1
done

say "4. The gate is applied on the server: plan, load, read back. The clock of the policy stands at Monday 10:00 in Berlin"
gate apply examples/demo/before.yaml --yes --policy-clock 2026-11-23T10:00+01:00 2>&1 | show
expect "portgate apply" 0 "${PIPESTATUS[0]}"
expect "client, https on 8443" allowed "$(https "$client" 10.77.1.1)"
expect "client, http on the same port, where only TLS may be spoken" refused "$(http "$client" 10.77.1.1)"
expect "client, https on 8443 over IPv6" allowed "$(https "$client" '[fd77:1::1]')"
expect "intruder, https on 8443" refused "$(https "$intruder" 10.77.2.1)"
expect "intruder, https on 8443 over IPv6" refused "$(https "$intruder" '[fd77:2::1]')"
expect "client, 5432" allowed "$(greets "$client" 10.77.1.1)"
expect "intruder, 5432" refused "$(greets "$intruder" 10.77.2.1)"
expect "the server to itself as root, 5432" refused "$(greets "$server" 127.0.0.1)"
expect "the server to itself as the declared account, 5432" allowed \
    "$(greets "$server" 127.0.0.1 setpriv --reuid 65534 --regid 65534 --clear-groups)"

say "5. The window closes: the same policy, its clock moved to 18:00 in Berlin"
gate apply examples/demo/before.yaml --yes --policy-clock 2026-11-23T18:00+01:00 2>&1 | show
expect "portgate apply" 0 "${PIPESTATUS[0]}"
expect "client, https on 8443 after hours" refused "$(https "$client" 10.77.1.1)"
expect "client, 5432 has no window" allowed "$(greets "$client" 10.77.1.1)"

say "6. A change: the second network becomes a contractor's, the health check goes. First the plan"
gate plan examples/demo/after.yaml --policy-clock 2026-11-23T10:00+01:00 2>&1 | show
gate apply examples/demo/after.yaml --yes --policy-clock 2026-11-23T10:00+01:00 >"$work/apply" 2>&1
expect "portgate apply" 0 $?
expect "contractor, 5432" allowed "$(greets "$intruder" 10.77.2.1)"
expect "contractor, https on 8443" refused "$(https "$intruder" 10.77.2.1)"
expect "the account that was allowed, 5432" refused \
    "$(greets "$server" 127.0.0.1 setpriv --reuid 65534 --regid 65534 --clear-groups)"

say "7. What is live, and the way back, which cuts who is allowed no more and leaves the others alone"
gate status 2>&1 | show
open_stream staff "$client" 10.77.1.1
open_stream contractor "$intruder" 10.77.2.1
expect "staff's open connection" alive "$(says staff before)"
expect "the contractor's open connection" alive "$(says contractor before)"
gate rollback --yes 2>&1 | show
expect "portgate rollback" 0 "${PIPESTATUS[0]}"
expect "staff's open connection after the rollback" alive "$(says staff after)"
expect "the contractor's open connection after the rollback" cut "$(says contractor after)"
expect "a new one of the contractor's" refused "$(greets "$intruder" 10.77.2.1)"

say "8. An SSH session opens a port for the address it comes from, for as long as it lives"
[ -d /run/sshd ] || { mkdir /run/sshd && made_run_sshd=yes; }
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/user"
chmod 711 "$work"
cp "$work/user.pub" "$work/authorized"
exec_in_ns "$server" /usr/sbin/sshd -D -f /dev/null -p 22 -h "$work/host" -o PidFile=none -o UsePAM=no -o StrictModes=no \
    -o PermitRootLogin=yes -o "AuthorizedKeysFile=$work/authorized" -o "ForceCommand=$portgate session" 2>"$work/sshd" &
pids+=($!)
for _ in $(seq 100); do
    in_ns "$server" ss -Hltn | grep -q ':22 ' && break
    sleep 0.1
done
mkfifo "$work/ssh.in"
exec_in_ns "$intruder" ssh -T -F /dev/null -i "$work/user" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@10.77.2.1 <"$work/ssh.in" >"$work/ssh" 2>&1 &
ssh=$!
pids+=("$ssh")
exec {session}>"$work/ssh.in"
for _ in $(seq 150); do
    grep -qs 'open for you' "$work/ssh" && break
    kill -0 "$ssh" 2>/dev/null || break
    sleep 0.1
done
show <"$work/ssh"
expect "the second network while its session lives, 5432" allowed "$(greets "$intruder" 10.77.2.1)"
open_stream operator "$intruder" 10.77.2.1
expect "a connection that the session lets in" alive "$(says operator before)"
exec {session}>&-
for _ in $(seq 100); do
    kill -0 "$ssh" 2>/dev/null || break
    sleep 0.1
done
expect "the second network after the session, 5432" refused "$(greets "$intruder" 10.77.2.1)"
expect "the connection that the session let in" cut "$(says operator after)"

say "9. A grant for five seconds ends by itself"
gate grant operator --port orders --from 10.77.2.2 --for 5s --reason "a look at order 4711" 2>&1 | show
expect "portgate grant" 0 "${PIPESTATUS[0]}"
expect "the second network while the grant lasts, 5432" allowed "$(greets "$intruder" 10.77.2.1)"
sleep 6
expect "six seconds later" refused "$(greets "$intruder" 10.77.2.1)"

say "10. An apply that nobody confirms within ten seconds is taken back by the kernel"
gate apply examples/demo/after.yaml --yes --confirm-within 10s --policy-clock 2026-11-23T10:00+01:00 >"$work/apply" 2>&1
expect "portgate apply --confirm-within 10s" 0 $?
tail -3 "$work/apply" | show
expect "contractor, 5432 for now" allowed "$(greets "$intruder" 10.77.2.1)"
sleep 11
expect "contractor, 5432 eleven seconds later" refused "$(greets "$intruder" 10.77.2.1)"
expect "client, 5432 as before" allowed "$(greets "$client" 10.77.1.1)"

say "11. Drift: rules put in by hand, a record removed, a port opened that nobody declared"
gate apply examples/demo/before.yaml --yes --policy-clock 2026-11-23T10:00+01:00 >/dev/null 2>&1
drift() { gate drift examples/demo/before.yaml "$@" 2>/dev/null; }
# found CODE WORDS: whether the last look tells of something.
found() { if grep -A 9 "\[$1\]" "$work/drift" | grep -q -- "$2"; then echo found; else echo "not found"; fi; }
drift >"$work/drift"
expect "before: something let in that no rule declares" "not found" "$(found PG301 .)"
expect "before: a record missing" "not found" "$(found PG303 .)"
in_ns "$server" nft insert rule inet portgate pg_p_orders ip saddr 10.77.2.2 goto pg_a_orders/staff
in_ns "$server" nft insert rule inet portgate pg_b_orders ip daddr 10.77.2.2 accept
handle=$(in_ns "$server" nft -a list chain inet portgate pg_d_orders | sed -n 's/.*pg1 deny orders .*handle \([0-9]*\)$/\1/p')
in_ns "$server" nft replace rule inet portgate pg_d_orders handle "$handle" counter name pg_n_orders goto pg_r_orders
exec_in_ns "$server" nc -lk 9999 </dev/null >/dev/null 2>&1 &
opened=$!
pids+=("$opened")
for _ in $(seq 100); do
    in_ns "$server" ss -Hltn | grep -q ':9999 ' && break
    sleep 0.1
done
expect "the second network gets in by it, 5432" allowed "$(greets "$intruder" 10.77.2.1)"
drift >"$work/drift"
expect "portgate drift" 1 $?
grep -A 9 -E '\[PG(301|303|320)\]' "$work/drift" | show
expect "the rule, with a packet that it lets in" found "$(found PG301 '10.77.2.2 → 5432/tcp')"
expect "the record that is not made" found "$(found PG303 'pg1 deny orders')"
expect "the port that nobody declared" found "$(found PG320 9999)"
for code in PG301 PG320; do
    id=$(grep -A 9 "\[$code\].* \(9999\|.*5432/tcp.*\)" "$work/drift" | grep -o 'D-[0-9a-f]*' | head -1)
    drift --repair "$id" | show
done
gate apply examples/demo/before.yaml --yes --policy-clock 2026-11-23T10:00+01:00 >"$work/apply" 2>&1
expect "repaired: portgate apply" 0 $?
kill -9 "$opened" 2>/dev/null
wait "$opened" 2>/dev/null
for _ in $(seq 100); do
    in_ns "$server" ss -Hltn | grep -q ':9999 ' || break
    sleep 0.1
done
expect "the second network after the repair, 5432" refused "$(greets "$intruder" 10.77.2.1)"
drift >"$work/drift"
expect "after: something let in that no rule declares" "not found" "$(found PG301 .)"
expect "after: a record missing" "not found" "$(found PG303 .)"
expect "after: an undeclared port" "not found" "$(found PG320 9999)"

say "12. Records: who came is written down, in evidence that cannot be quietly changed"
# The group has one listener.
kill -9 "$events" 2>/dev/null
wait "$events" 2>/dev/null
exec_in_ns "$server" env -u SSH_CONNECTION "$portgate" record --state-dir "$work/state" >/dev/null 2>"$work/recorder" &
recorder=$!
pids+=("$recorder")
for _ in $(seq 100); do
    grep -qs '^recording group' "$work/recorder" && break
    sleep 0.1
done
expect "client, https on 8443" allowed "$(https "$client" 10.77.1.1)"
expect "intruder, 5432" refused "$(greets "$intruder" 10.77.2.1)"
# Records are durable within a second.
for _ in $(seq 100); do
    [ "$(gate logs --action handshake --action deny 2>/dev/null | wc -l)" -ge 2 ] && break
    sleep 0.1
done
kill "$recorder"
wait "$recorder"
expect "portgate record, asked to end" 0 $?
gate logs --not action=intent --not action=outcome 2>/dev/null | cut -c1-150 | show
expect "a record of the client's connection" 1 "$(gate logs -o json --action allow --src 10.77.1.2 2>/dev/null | wc -l)"
expect "a record of its TLS handshake" 1 "$(gate logs -o json --action handshake 2>/dev/null | grep -c '"version":"TLSv1.3"')"
expect "a record of the intruder's refusal" 1 "$(gate logs -o json --verdict deny --src 10.77.2.2 2>/dev/null | wc -l)"
anchor=$(gate keys show)
gate verify --anchor "$anchor" 2>&1 | show
expect "portgate verify" 0 "${PIPESTATUS[0]}"
segment=$(ls "$work"/state/ledger/segments/*.jsonl | tail -1)
sed -i 's/"src_ip":"10.77.2.2"/"src_ip":"10.77.9.9"/' "$segment"
gate verify --anchor "$anchor" >"$work/verify" 2>&1
expect "portgate verify, after one address was changed in the file" 6 $?
show <"$work/verify"

say "Why, in words"
"$portgate" why --from 10.77.2.2 --port 8443 --at 2026-11-23T10:00+01:00 examples/demo/before.yaml | show

say "Summary: $passed as declared, $failed not"
[ "$failed" = 0 ]
