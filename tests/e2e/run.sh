#!/usr/bin/env bash
# End-to-end tests: starts the gateway with simulated providers and drives it with the official client.
# Usage: run.sh [FILE...]   SLUICE_BIN=... picks the binary (default: the one with sanitizers, if built)
set -u
cd "$(dirname "$0")" || exit 1
root=../..
if [ -z "${SLUICE_BIN:-}" ]; then
    SLUICE_BIN=$root/build/sluice
    [ -x $root/build/address/sluice ] && SLUICE_BIN=$root/build/address/sluice
fi
[ -x "$SLUICE_BIN" ] || { echo "e2e: $SLUICE_BIN is missing: run make first" >&2; exit 1; }
SLUICE_BIN=$(realpath "$SLUICE_BIN")
export SLUICE_BIN
# A fault that a sanitizer finds ends the process; the tests also read its log.
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:exitcode=99:detect_leaks=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

[ -d node_modules/openai ] && [ -d node_modules/playwright-core ] || npm ci --ignore-scripts --no-audit --no-fund >&2 || { echo "e2e: npm ci failed" >&2; exit 1; }

files=("$@")
[ $# -gt 0 ] || files=(../providers/*.test.mjs ./*.test.mjs)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "e2e: ${#files[@]} suites against $SLUICE_BIN"
node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$log" "${files[@]}"
status=$?
count() { sed -n "s/^# $1 //p" "$log" | tail -1; }
passed=$(count pass) failed=$(($(count fail) + $(count cancelled)))
echo "e2e: ${passed:-0} passed, $failed failed"
[ "$status" -eq 0 ] && [ "${passed:-0}" -gt 0 ] && [ "$failed" -eq 0 ]
