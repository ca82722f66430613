#!/bin/bash
# Makes data/intent.weights and prints its figures as a table: models/intent/fit.sh DATA [OUT | --figures]
# --figures: prints, and keeps the weights that are there. DATA holds router/*.jsonl and intent/*.jsonl as
# DATA_CARD.md lists them. About a minute and a half on one core.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [OUT | --figures]" >&2; exit 2; }
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
mkdir -p build
work=$(mktemp -d build/fit-XXXXXX)
trap 'rm -rf "$work"' EXIT
out=${2:-data/intent.weights}
[ "$out" != --figures ] || out=$work/intent.weights
make --no-print-directory build/intent-fit SETUP=0 >&2
files=()
for f in router/{mmlu,gsm8k,llmrouter14,alpacaeval} \
         intent/{arena_hard,clinc150_train,banking77_train,self_instruct_seed,t0_tasktype,flask,clamber,instructwild_types}; do
  files+=("$data/$f.jsonl")
done
build/intent-fit "$out" models/intent/wordings.txt "${files[@]}"
