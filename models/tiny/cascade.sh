#!/usr/bin/env bash
# Asks the embedded model through the gateway, which checks every answer, and writes models/tiny/CASCADE.md. Arguments
# go to cascade.py. SLUICE_BIN=... picks another binary.
set -eu
cd "$(dirname "$0")/../.."
sluice=${SLUICE_BIN:-build/sluice}
[ -x "$sluice" ] || { echo "no $sluice: run make" >&2; exit 1; }
run=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
cat >"$run/sluice.yaml" <<END
listen: {address: "127.0.0.1:$port", workers: 1}
local: {model: "${MODEL:-embedded}"}
frontier: []
routing: {verify: {mode: all}}
ledger: {path: ":memory:"}
END
"$sluice" serve -c "$run/sluice.yaml" >"$run/log" 2>&1 &
child=$!
trap 'kill $child 2>/dev/null; wait $child 2>/dev/null || true; rm -rf "$run"' EXIT
ready() { curl -s "http://127.0.0.1:$port/readyz" | grep -q '"local":"ready"'; }
for _ in $(seq 300); do ready && break; sleep 0.1; done
ready || { echo "the local model does not get ready:" >&2; cat "$run/log" >&2; exit 1; }
cd models/tiny
python3 cascade.py "http://127.0.0.1:$port" --markdown CASCADE.md "$@"
