#!/usr/bin/env bash
# Every test: unit tests, then end-to-end tests with real clients, all against a build with AddressSanitizer
# and UndefinedBehaviorSanitizer. Ends with one line "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
jobs=$(nproc)
passed=0 failed=0

# step NAME COMMAND...: runs, shows, and adds up the last "N passed, N failed" that it printed.
step() {
    local name=$1 status line
    shift
    echo "== $name"
    "$@" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    line=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
    if [ -n "$line" ]; then
        passed=$((passed + ${line%% *}))
        line=${line#* passed, }
        failed=$((failed + ${line%% *}))
        [ "$status" -eq 0 ] || [ "${line%% *}" -gt 0 ] || failed=$((failed + 1))
    elif [ "$status" -ne 0 ]; then
        echo "$name failed with status $status"
        failed=$((failed + 1))
    fi
    return "$status"
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
step "build" make -s -j"$jobs" build SETUP=0 SAN=address && {
    step "unit tests" make -s -j"$jobs" unit SETUP=0 SAN=address
    step "end to end" env SLUICE_BIN="$PWD/build/address/sluice" tests/e2e/run.sh
}
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
