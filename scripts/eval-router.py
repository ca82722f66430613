#!/usr/bin/env python3
"""Measures what weights that are learned reach: eval-router.py DATA [--sluice BIN] [--weights FILE] [--folds N]
                        [--outcomes N] [--draws N] [--write FILE]

DATA holds router/mmlu.jsonl, gsm8k.jsonl and llmrouter14.jsonl: {"prompt", "weak", "strong"}, one JSON object a line.
--weights is the base that is learned on; "{set}" in it is replaced by the name of the set, for bases that were made
without the labels of the set they are measured on (models/intent/fit.sh).

Prints one table; --write puts it between the lines <!-- learned --> and <!-- /learned --> of a Markdown file.
Exit code 1 when a figure misses its target.
"""
import argparse
import json
import subprocess
import sys

from put_table import put_table

# set, name, target in folds, target from 300 outcomes
SETS = [("mmlu", "MMLU", .67, .605), ("gsm8k", "GSM8K", .645, .615), ("llmrouter14", "LLMRouter14", .70, .675)]
CPU_SECONDS = 1.0


def evaluate(args, name, *more):
    command = [args.sluice, "eval", "--data", f"{args.data}/router/{name}.jsonl", "--json", *more]
    if args.weights:
        command += ["--weights", args.weights.replace("{set}", name)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        sys.exit(f"{' '.join(command)} failed")
    return json.loads(done.stdout)


def row(figure, data, value, interval, length, rows, target, met):
    return (f"| {figure} | {data} | {value} | {interval} | {length} | {rows} | {target} | "
            f"{'yes' if met else '**no**'} |"), met


def rows_of(args):
    for name, title, folds_target, few_target in SETS:
        d = evaluate(args, name, "--folds", str(args.folds))
        length = f"{d['lines']['length']['apgr']:.3f}"
        yield row(f"APGR, learned in {args.folds} folds", title, f"{d['apgr']:.3f}",
                  f"{d['apgr_low']:.3f} to {d['apgr_high']:.3f}", length, d["rows"], f">= {folds_target}",
                  d["apgr"] >= folds_target)
        for cpt in ("cpt50", "cpt80"):
            yield (f"| - {cpt.upper()} | {title} | {d[cpt]:.1f} % | {d[cpt + '_low']:.1f} to {d[cpt + '_high']:.1f} | "
                   f"{d['lines']['length'][cpt]:.1f} % | | | |"), True
        recovered = ", ".join(f"{q['gap_recovered'] * 100:.0f} %" for q in d["quality_at"])
        yield f"| - gap recovered at 10, 15, 20 % frontier | {title} | {recovered} | | | | | |", True
        yield (f"| - error of p_local (ECE), Brier | {title} | {d['ece']:.3f}, {d['brier']:.3f} | | | | | |"), True
        d = evaluate(args, name, "--outcomes", str(args.outcomes), "--draws", str(args.draws))
        half = 1.96 * d["apgr_deviation"] / args.draws ** .5
        yield row(f"APGR from {args.outcomes} outcomes, mean of {args.draws} draws", title, f"{d['apgr_mean']:.3f}",
                  f"{d['apgr_mean'] - half:.3f} to {d['apgr_mean'] + half:.3f}", length, d["rows"], f">= {few_target}",
                  d["apgr_mean"] >= few_target)
        yield row("- longest of them, seconds of CPU", title, f"{d['cpu_seconds_most']:.2f}", "", "", "",
                  f"< {CPU_SECONDS:.0f}", d["cpu_seconds_most"] < CPU_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--sluice", default="build/sluice")
    parser.add_argument("--weights", default="")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--outcomes", type=int, default=300)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--write")
    args = parser.parse_args()
    lines = ["| figure | data | measured | 95 % interval | length alone | rows | target | met |",
             "|---|---|---:|---|---:|---:|---|---|"]
    met = True
    for line, fine in rows_of(args):
        print(line, flush=True)
        lines.append(line)
        met &= fine
    if args.write:
        put_table(args.write, "learned", "make eval-router DATA=..." + (" WEIGHTS=..." if args.weights else ""), "\n".join(lines))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
