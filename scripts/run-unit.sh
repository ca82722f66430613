#!/usr/bin/env bash
# Runs unit test programs one after the other and adds up their results: "N passed, N failed".
# Each program is a cmocka group; its output is shown only when something failed.
set -u
passed=0 failed=0 log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
    started=$(date +%s%N)
    CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 "$program" >"$log" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' "$log") bad=$(grep -c '^\[  FAILED  \] [a-z]' "$log")
    # the closing summary names every failure again
    bad=$(grep '^\[  FAILED  \] [a-z]' "$log" | sort -u | wc -l)
    [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    passed=$((passed + ok)) failed=$((failed + bad))
    printf '  %-44s %4d ok %3d failed  %5d ms\n' "${program#build/}" "$ok" "$bad" $((($(date +%s%N) - started) / 1000000))
    [ "$bad" -eq 0 ] || cat "$log"
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
