#!/bin/bash
# Makes src/gate/fusion_weights.h: models/fusion/fit.sh DATA [OUT]
# DATA holds policy/*.jsonl, intent/*.jsonl and router/*.jsonl as DATA_CARD.md lists them. About a minute on one core.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [OUT]" >&2; exit 2; }
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
out=${2:-src/gate/fusion_weights.h}
mkdir -p build
tool=$(mktemp build/fusion-XXXXXX)
trap 'rm -f "$tool"' EXIT
read -ra hs < <(pkg-config --cflags --libs libhs)
"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -Wall -Wextra -o "$tool" models/fusion/features.c \
  src/base/*.c src/text/*.c src/gate/*.c src/config/embedded.c src/config/settings*.c "${hs[@]}" -lm -pthread
python3 models/fusion/fit.py "$tool" "$data" "$out"
