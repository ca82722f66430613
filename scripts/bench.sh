#!/usr/bin/env bash
# Measures the gateway against nginx in the same rounds: the proxy on core 0, load and model server on
# core 1. Sluice does all of its work (gate, score, plan, price, metrics, ledger); nginx only relays.
#
#   scripts/bench.sh            some seven minutes; writes docs/benchmarks.md
#   scripts/bench.sh --quick    half a minute; prints only
#   scripts/bench.sh --noise    nginx against itself: what the machine's noise alone does to the ratios
#
# SLUICE_BIN picks another binary than build/sluice. Exit code 1 when a measurement failed.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=0 subject=sluice
for option in "$@"; do
    case $option in
    --quick) quick=1 ;;
    --noise) subject=nginx2 quick=1 ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
done
# Many short rounds: what else the machine does comes and goes, and a ratio counts for what was measured side by side.
# On a machine that is shared the ratio of one round is far off, and the median of fifteen still by a tenth.
if [ $quick = 1 ]; then
    rounds=4 seconds=0.3 paced_rounds=1 paced_seconds=1.5 streams=1000 leaves=20 starts=3
else
    rounds=45 seconds=0.4 paced_rounds=3 paced_seconds=4 streams=5000 leaves=100 starts=9
fi

bin=$(realpath -m "${SLUICE_BIN:-build/sluice}")
need() { command -v "$1" >/dev/null || { echo "bench: $1 is missing: apt-get install $2" >&2; exit 1; }; }
need nginx nginx-light
need taskset util-linux
need curl curl
[ $subject != sluice ] || [ -x "$bin" ] || { echo "bench: $bin is missing: run make first" >&2; exit 1; }
[ "$(nproc)" -ge 2 ] || { echo "bench: two cores are needed" >&2; exit 1; }
ulimit -n "$(ulimit -Hn)"

# ---------------------------------------------------------------- tools

tools=build/bench
mkdir -p $tools
flags="-std=gnu17 -D_GNU_SOURCE -Isrc -Ibench -O2 -Wall -Wextra"
base="src/base/buf.c src/base/mem.c src/base/spare.c src/base/clock.c"
# shellcheck disable=SC2086
"${CC:-gcc}" $flags -o $tools/load bench/load.c bench/link.c bench/modes.c bench/reply.c bench/sample.c bench/proc.c $base
# shellcheck disable=SC2086
"${CC:-gcc}" $flags -o $tools/backend bench/backend.c bench/sample.c $base

dir=$(mktemp -d)
declare -A process=() # names to process ids that we started
stop() {
    local pid=${process[$1]:-}
    unset "process[$1]"
    [ -n "$pid" ] || return 0
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}
finish() {
    for name in "${!process[@]}"; do stop "$name"; done
    rm -rf "$dir"
}
trap finish EXIT

free_port() { # a port that nothing uses now
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    echo "bench: no free port" >&2
    return 1
}
declare -A port=()
for name in backend nginx nginx2 sluice; do
    while :; do
        p=$(free_port)
        case " ${port[*]:-} " in *" $p "*) ;; *) break ;; esac
    done
    port[$name]=$p
done

# ---------------------------------------------------------------- contestants

nginx_config() { # name
    local user=""
    [ "$(id -u)" = 0 ] && user="user root;"
    mkdir -p "$dir/$1"
    cat >"$dir/$1/nginx.conf" <<EOF
$user
worker_processes 1;
worker_rlimit_nofile $(ulimit -n);
daemon off;
pid $dir/$1/pid;
error_log $dir/$1/error.log;
events { worker_connections $(($(ulimit -n) - 100)); }
http {
    access_log off;
    client_body_buffer_size 1m;
    client_body_temp_path $dir/$1/body;
    proxy_temp_path $dir/$1/proxy;
    fastcgi_temp_path $dir/$1/fastcgi;
    uwsgi_temp_path $dir/$1/uwsgi;
    scgi_temp_path $dir/$1/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    upstream model {
        server 127.0.0.1:${port[backend]};
        keepalive 512;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }
    server {
        listen 127.0.0.1:${port[$1]} backlog=8192;
        location / {
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 600s;
        }
    }
}
EOF
}

sluice_config() {
    mkdir -p "$dir/sluice"
    cat >"$dir/sluice/sluice.yaml" <<EOF
listen:
  address: 127.0.0.1:${port[sluice]}
  workers: 1
  backlog: 8192
local:
  url: http://127.0.0.1:${port[backend]}/v1
  url_is_local: true
  model: bench
  slots: 256
  queue: 100000
  idle_timeout: 10m
  first_byte_timeout: 10m
ledger:
  path: $dir/sluice/ledger.db
limits:
  connections: 20000
  in_flight: 20000
  idle_timeout: 10m
telemetry:
  log_level: warn
EOF
}

command_of() { # name
    case $1 in
    sluice) echo "$bin serve -c $dir/sluice/sluice.yaml" ;;
    *) echo "nginx -c $dir/$1/nginx.conf -e $dir/$1/error.log" ;;
    esac
}

declare -A worker=() # the process that does the work
start() {            # name
    local name=$1
    # shellcheck disable=SC2046
    taskset -c 0 $(command_of "$name") >"$dir/$name.log" 2>&1 &
    process[$name]=$!
    worker[$name]=$!
    local body='{"model":"auto","messages":[{"role":"user","content":"Say hello."}]}'
    for _ in $(seq 500); do
        if curl -sf -o /dev/null -H 'content-type: application/json' -H 'x-sluice-route: local' -d "$body" \
            "http://127.0.0.1:${port[$name]}/v1/chat/completions"; then
            [ "$name" = sluice ] || worker[$name]=$(tr -d ' ' <"/proc/${process[$name]}/task/${process[$name]}/children")
            return
        fi
        sleep 0.02
    done
    echo "bench: $name does not answer:" >&2
    tail -5 "$dir/$name.log" >&2
    return 1
}
restart() { stop "$1" && start "$1"; }

load() { taskset -c 1 $tools/load "$@"; }
control() { curl -sf -o /dev/null "http://127.0.0.1:${port[backend]}/control?$1"; }

results=$dir/results
record() { # phase name command...
    local phase=$1 name=$2 line
    shift 2
    if ! line=$("$@"); then
        echo "bench: $phase failed for $name ($line)" >&2
        tail -5 "$dir/$name.log" >&2
        exit 1
    fi
    echo "$phase $name $line" >>"$results"
}

# Both contestants in the same round, who is first alternates.
both() { # round
    if [ $(($1 % 2)) = 0 ]; then echo "nginx $subject"; else echo "$subject nginx"; fi
}

# ---------------------------------------------------------------- the measurements

nginx_config nginx
nginx_config nginx2
sluice_config
taskset -c 1 $tools/backend "${port[backend]}" &
process[backend]=$!
for _ in $(seq 100); do
    if control "gap_ms=0"; then break; fi
    sleep 0.02
done

for name in nginx $subject; do
    echo "  $name: start"
    # shellcheck disable=SC2046
    record start "$name" taskset -c 0 $tools/load start "127.0.0.1:${port[$name]}" $starts $(command_of "$name")
    start "$name"
    rss=$(awk '/^VmRSS/{print $2}' "/proc/${worker[$name]}/status")
    echo "idle $name rss_kb=$rss" >>"$results"
done

for round in $(seq $rounds); do
    [ $((round % 5)) != 1 ] || echo "  round $round of $rounds: 1, 16, 64 connections, JSON and stream"
    for connections in 1 16 64; do
        for kind in json stream; do
            for name in $(both "$round"); do
                record "$kind-$connections" "$name" load run "127.0.0.1:${port[$name]}" "${worker[$name]}" $connections $seconds $kind
            done
        done
    done
done

control "gap_ms=20"
for round in $(seq $paced_rounds); do
    echo "  round $round of $paced_rounds: 256 streams, an event each 20 ms"
    for name in $(both "$round"); do
        record paced-256 "$name" load run "127.0.0.1:${port[$name]}" "${worker[$name]}" 256 $paced_seconds paced
    done
done

for name in nginx $subject; do
    echo "  $name: callers that leave, streams that idle"
    control "hold=1"
    record leave-begun "$name" load leave "127.0.0.1:${port[$name]}" "${port[backend]}" $leaves begun
    control "hold=2"
    record leave-silent "$name" load leave "127.0.0.1:${port[$name]}" "${port[backend]}" $leaves silent
    control "hold=1"
    restart "$name"
    record idle-streams "$name" load hold "127.0.0.1:${port[$name]}" "${worker[$name]}" $streams
done

if [ $subject = sluice ]; then
    stop sluice
    rows=$("$bin" ledger export --db "$dir/sluice/ledger.db" | wc -l)
    echo "  ledger: $rows rows"
fi

# ---------------------------------------------------------------- the table

table=$(awk -f bench/report.awk -v subject=$subject "$results")
echo
echo "$table"
if [ $quick = 0 ]; then
    cat >docs/benchmarks.md <<EOF
# Benchmarks

Written by \`scripts/bench.sh\`; run it to measure on your machine.

- Machine: $(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d. -f1,2).
- The proxy runs on core 0, the load generator and the model server (\`bench/\`) on core 1. Both proxies are
  measured in the same rounds, alternating; the ratio is the median of the rounds' ratios, the figures are
  medians too.
- A request is 1.5 kB of ordinary text: a system text of $(sed -n 's/.*SAMPLE_SYSTEM_BYTES = \([0-9]*\).*/\1/p' bench/sample.h) bytes that is always the same, and a
  user's text that differs in every request. An answer is 600 bytes of JSON or a stream of $(sed -n 's/.*SAMPLE_EVENTS = \([0-9]*\).*/\1/p' bench/sample.h) events. Every answer is checked to
  its end.
- nginx $(nginx -v 2>&1 | sed 's/.*nginx\///') with one worker relays unbuffered with keep-alive on both sides, and does nothing else.
- Sluice $(cat VERSION) with one worker does all of its work: parses, scans with the policy gate, scores, plans, counts
  tokens and cost, and writes a ledger row per request ($rows rows in this run).
- CPU is the time that all threads of the proxy spent on a processor (\`/proc/PID/task/*/schedstat\`).

$table
EOF
    echo
    echo "bench: docs/benchmarks.md written"
fi
