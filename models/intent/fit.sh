#!/bin/bash
# Makes data/intent.weights: models/intent/fit.sh DATA [OUT]
# DATA holds router/*.jsonl and intent/*.jsonl as DATA_CARD.md lists them. About twenty seconds on one core.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [OUT]" >&2; exit 2; }
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
out=${2:-data/intent.weights}
mkdir -p build
tool=$(mktemp build/fit-XXXXXX)
trap 'rm -f "$tool"' EXIT
"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -Wall -Wextra -o "$tool" models/intent/*.c \
  src/base/*.c src/text/utf8.c src/wire/json.c src/intent/*.c -lm -pthread
files=()
for f in router/{mmlu,gsm8k,llmrouter14,alpacaeval} \
         intent/{arena_hard,clinc150_train,banking77_train,self_instruct_seed,t0_tasktype,flask,clamber,instructwild_types}; do
  files+=("$data/$f.jsonl")
done
"$tool" "$out" "${files[@]}"
