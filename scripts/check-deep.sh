#!/usr/bin/env bash
# What is too slow for every change: the unit tests with both compilers, under ThreadSanitizer and valgrind,
# and the gateway under load with ThreadSanitizer.
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc)
for cc in gcc clang; do
    echo "== unit tests, $cc"
    make -s -j"$jobs" unit SETUP=0 CC="$cc" BUILD="build/deep-$cc"
done
echo "== unit tests, ThreadSanitizer"
make -s -j"$jobs" unit SETUP=0 SAN=thread
echo "== unit tests, valgrind"
for t in build/deep-gcc/unit/*/*; do
    [ -x "$t" ] && [ ! -d "$t" ] || continue
    valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite "$t" >/dev/null 2>build/valgrind.log ||
        { echo "  $t"; cat build/valgrind.log; exit 1; }
done
echo "== end to end, ThreadSanitizer"
make -s -j"$jobs" build SETUP=0 SAN=thread
TSAN_OPTIONS=halt_on_error=0:exitcode=66 SLUICE_BIN="$PWD/build/thread/sluice" tests/e2e/run.sh
echo "deep checks: all fine"
