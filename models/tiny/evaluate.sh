#!/usr/bin/env bash
# Serves data/tiny.gguf with llama-server and writes models/tiny/RESULTS.md. Arguments go to evaluate.py.
set -eu
cd "$(dirname "$0")/../.."
server=$(command -v llama-server || echo build/llama/bin/llama-server)
[ -x "$server" ] || { echo "no llama-server: run make setup" >&2; exit 1; }
run=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
"$server" -m "${MODEL:-data/tiny.gguf}" --host 127.0.0.1 --port "$port" -c 2048 -np 4 --no-kv-unified --no-ui --offline >"$run/log" 2>&1 &
child=$!
trap 'kill $child 2>/dev/null; rm -rf "$run"' EXIT
for _ in $(seq 200); do curl -sf "http://127.0.0.1:$port/health" >/dev/null && break; sleep 0.1; done
cd models/tiny
python3 evaluate.py "http://127.0.0.1:$port" --markdown RESULTS.md "$@"
