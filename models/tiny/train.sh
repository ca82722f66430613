#!/usr/bin/env bash
# Makes data/tiny.gguf from nothing but this folder: a four-layer model, the same model grown to six layers, and a
# slow end that averages the weights. About four hours on two CPU cores. Needs python3-torch and python3-numpy
# (Debian packages). bpe.json, the tokenizer, was made by make_bpe.py from the same generator and stays as it is:
# another one needs a new model.
set -eu
cd "$(dirname "$0")"
out=${1:-/tmp/sluice-tiny}
mkdir -p "$out"
step() { python3 train.py "$out/$1" --bpe bpe.json --bf16 "${@:2}"; }
step first --minutes 75
step second --minutes 90 --init "$out/first.pt" --layers 6 --mlr .012 --lr 1.2e-3 --seed 4321 --batch 4500
step third --minutes 60 --init "$out/second.pt" --layers 6 --mlr .01 --lr 1e-3 --seed 2026 --batch 4500
step last --minutes 15 --init "$out/third.pt" --layers 6 --mlr .006 --lr 6e-4 --seed 31337 --batch 4500 \
    --ema .995 --weights .5,2.6,2.4,1.3,.2
cp "$out/last-f16.gguf" ../../data/tiny.gguf
