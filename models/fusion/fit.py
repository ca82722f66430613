#!/usr/bin/env python3
"""Fits the weights of src/gate/fusion.c; fit.sh calls it. See DATA_CARD.md.

fit.py TOOL DATA OUT: TOOL writes the model's inputs for texts, DATA holds the sets, OUT is the header with the weights.
Standard library only; no random numbers: two runs give the same bytes.
"""
import json
import math
import subprocess
import sys
from pathlib import Path

# Sets of requests without personal data, and how many of each may be flagged.
CLEAN = ["intent/arena_hard", "intent/clinc150_train", "intent/banking77_train", "router/mmlu", "router/gsm8k"]
SPANS = ["policy/presidio_synth_dev", "policy/datafog_corpus"]
ALLOWED = 0.010  # per set, on the rows that were not fitted to; the gate's promise is .02, hard evidence included
RIDGE = 3.0
ROUNDS = 12
FOLDS = 5
SIX = 6
MOST = 300
# All other inputs can only make a request more sensitive: what they weigh is never below zero, however the data fell.
MAY_BE_NEGATIVE = {"bias", "url", "choice", "quantity", "frame", "length", "long", "numbers", "numbers6"}


def read(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def inputs(tool, texts):
    data = b"".join(b"%d\n%s" % (len(t), t) for t in (x.encode() for x in texts))
    lines = subprocess.run([tool], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    assert len(lines) == len(texts) + 1
    return lines[0].split(), [None if x == "-" else [float(v) for v in x.split()] for x in lines[1:]]


def own_rows():
    """Wordings of this repository: a person with something else of them, and requests in which names are made up."""
    rows = []
    here = Path(__file__).resolve().parent
    names = [line.split("|") for line in (here / "names.txt").read_text(encoding="utf-8").splitlines() if line]
    for label, name in ((1, "sensitive.txt"), (0, "harmless.txt")):
        for group, line in enumerate((here / name).read_text(encoding="utf-8").splitlines()):
            if not line or line.startswith("#"):
                continue
            for i in range(4):
                full, city, org = names[(group * 7 + i * 5) % len(names)]
                text = (line.replace("{full}", full).replace("{first}", full.split()[0])
                        .replace("{last}", full.split()[-1]).replace("{city}", city).replace("{org}", org)
                        .replace("\\n", "\n"))
                rows.append({"text": text, "label": label, "group": f"own-{label}-{group}", "set": "own"})
    return rows


def collect(data):
    rows = own_rows()
    for name in SPANS:
        for i, r in enumerate(read(Path(data) / f"{name}.jsonl")):
            types = {s["type"] for s in r["spans"]}
            if not types:
                label = 0
            elif "PERSON" in types and len(types) > 1:
                label = 1
            else:
                continue  # a bare name may do either
            rows.append({"text": r["text"], "label": label, "group": f"{name}-{r.get('template', i)}", "set": name})
    for name in CLEAN:
        for i, r in enumerate(read(Path(data) / f"{name}.jsonl")):
            rows.append({"text": r["prompt"], "label": 0, "group": f"{name}-{i}", "set": name})
    return rows


def solve(a, b):
    """Gauss with pivoting; a is symmetric and positive."""
    n = len(b)
    a = [row[:] + [b[i]] for i, row in enumerate(a)]
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(a[r][c]))
        a[c], a[p] = a[p], a[c]
        for r in range(c + 1, n):
            f = a[r][c] / a[c][c]
            if f:
                for k in range(c, n + 1):
                    a[r][k] -= f * a[c][k]
    x = [0.0] * n
    for c in range(n - 1, -1, -1):
        x[c] = (a[c][n] - sum(a[c][k] * x[k] for k in range(c + 1, n))) / a[c][c]
    return x


def newton(rows, free):
    """Weighted ridge logistic regression over the inputs `free`."""
    n = len(free)
    w = [0.0] * n
    for _ in range(ROUNDS):
        h = [[RIDGE if i == j and i else 1e-3 if i == j else 0.0 for j in range(n)] for i in range(n)]
        g = [-RIDGE * w[i] if i else 0.0 for i in range(n)]
        for r in rows:
            x = [r["x"][k] for k in free]
            p = 1 / (1 + math.exp(-max(-30, min(30, sum(a * b for a, b in zip(w, x))))))
            e, s = r["weight"] * (r["label"] - p), r["weight"] * p * (1 - p)
            on = [i for i in range(n) if x[i]]
            for i in on:
                g[i] += e * x[i]
                for j in on:
                    h[i][j] += s * x[i] * x[j]
        step = solve(h, g)
        w = [a + b for a, b in zip(w, step)]
        if max(map(abs, step)) < 1e-6:
            break
    return w


def fit(rows, names):
    """Inputs whose weight comes out below zero but must not be are left out, and the rest is fitted again."""
    weigh(rows)
    free = list(range(len(names)))
    while True:
        w = newton(rows, free)
        bad = [k for k, v in zip(free, w) if names[k] not in MAY_BE_NEGATIVE and v < 0]
        if not bad:
            break
        free = [k for k in free if k not in bad]
    full = [0.0] * len(names)
    for k, v in zip(free, w):
        full[k] = v
    return full


def weigh(rows):
    """A template counts for at most SIX rows, a clean set for at most MOST: thousands of questions of one kind say no more."""
    count = {}
    for r in rows:
        for key in (r["group"], r["set"]):
            count[key] = count.get(key, 0) + 1
    for r in rows:
        r["weight"] = min(count[r["group"]], SIX) / count[r["group"]]
        if r["set"] in CLEAN:
            r["weight"] *= min(1, MOST / count[r["set"]])


def score(w, x):
    return sum(a * b for a, b in zip(w, x)) if x else -math.inf


def threshold(rows, sizes, scores):
    """The lowest at which no clean set has more than ALLOWED of its rows flagged."""
    cut = 0.0
    for name in CLEAN:
        ranked = sorted((s for r, s in zip(rows, scores) if r["set"] == name), reverse=True)
        allowed = int(sizes[name] * ALLOWED)
        if len(ranked) > allowed:
            cut = max(cut, ranked[allowed] + 1e-6) if cut else ranked[allowed] + 1e-6
    return cut


def show(title, rows, scores, sizes, cut):
    print(title)
    for name in ["own", *SPANS, *CLEAN]:
        yes = [s > cut for r, s in zip(rows, scores) if r["set"] == name and r["label"] == 1]
        no = [s > cut for r, s in zip(rows, scores) if r["set"] == name and r["label"] == 0]
        line = f"  {name:28}"
        if yes:
            line += f" caught {sum(yes):4} of {len(yes):4} asked"
        if no or name in CLEAN:
            line += f" flagged {sum(no):4} of {sizes[name]:5} ({sum(no) / sizes[name]:.4f})"
        print(line)


def main():
    tool, data, out = sys.argv[1:4]
    everything = collect(data)
    names, xs = inputs(tool, [r["text"] for r in everything])
    sizes, unasked = {}, {}
    for r, x in zip(everything, xs):
        r["x"] = x
        sizes[r["set"]] = sizes.get(r["set"], 0) + (r["label"] == 0)
        if r["label"] == 1 and x is None:
            unasked[r["set"]] = unasked.get(r["set"], 0) + 1
    rows = [r for r in everything if r["x"]]
    print(f"{len(rows)} of {len(everything)} texts ask the model; sensitive ones that do not (decided otherwise, or no "
          f"person seen): {unasked}")
    groups = sorted({r["group"] for r in rows})
    fold_of = {g: i % FOLDS for i, g in enumerate(groups)}
    scores = [0.0] * len(rows)
    for fold in range(FOLDS):
        w = fit([r for r in rows if fold_of[r["group"]] != fold], names)
        for i, r in enumerate(rows):
            if fold_of[r["group"]] == fold:
                scores[i] = score(w, r["x"])
    cut = threshold(rows, sizes, scores)
    show(f"folds by template, threshold {cut:.3f}", rows, scores, sizes, cut)
    w = fit(rows, names)
    w[0] -= cut
    show("all rows", rows, [score(w, r["x"]) for r in rows], sizes, 0)
    with open(out, "w", encoding="utf-8") as f:
        f.write("// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.\n")
        f.write("#ifndef SLUICE_GATE_FUSION_WEIGHTS_H\n#define SLUICE_GATE_FUSION_WEIGHTS_H\n\n#include \"gate/fusion.h\"\n\n")
        f.write("// clang-format off\n")
        f.write("static const float FUSION_WEIGHTS[FUSION_FEATURES] = {\n")
        for n, v in zip(names, w):
            f.write(f"    {v:.4f}f, // {n}\n")
        f.write("};\n// clang-format on\n\n#endif\n")
    for n, v in zip(names, w):
        print(f"    {n:16} {v:8.3f}")


if __name__ == "__main__":
    main()
