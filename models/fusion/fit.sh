#!/bin/bash
# Makes src/gate/fusion_weights.h: models/fusion/fit.sh DATA [OUT]
# DATA holds policy/*.jsonl, intent/*.jsonl and router/*.jsonl as DATA_CARD.md lists them. Half a minute on one core.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [OUT]" >&2; exit 2; }
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
make --no-print-directory build/fusion-features SETUP=0
python3 models/fusion/fit.py build/fusion-features "$data" "${2:-src/gate/fusion_weights.h}"
