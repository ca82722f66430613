#!/usr/bin/env python3
"""Measures what the policy gate finds: eval-gate.py DATA [--sluice BIN] [--write FILE] [--misses DIR] [--only WORD]
                        [--folds DIR]

DATA holds policy/*.jsonl, secrets/*.jsonl, intent/*.jsonl and router/*.jsonl, one JSON object a line:
{"id", "text" or "prompt", "spans": [{"start", "end", "type"}] in code points, "expect": true|false}.
A "{{rx:REGEX}}" in a text is replaced by a random string that the expression matches, the same in every run.

Prints one table; --write puts it between the lines <!-- eval --> and <!-- /eval --> of a Markdown file,
--misses writes the rows that were missed or flagged wrongly, for people who improve the rules.
--folds takes a folder that models/names/train.sh made: rows that the name tagger has learned from are then read with
weights that have not seen their template.
Exit code 1 when a figure misses its target.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    from re import _parser as rx_parser  # Python 3.11
except ImportError:
    import sre_parse as rx_parser

from put_table import put_table

SEED = 20260101
CONTACT = {"EMAIL", "EMAIL_ADDRESS", "PHONE", "PHONE_NUMBER"}
ADDRESS = {"STREET_ADDRESS", "ADDRESS"}
IDENTIFIER = {"CREDIT_CARD", "US_SSN", "SSN", "IBAN_CODE", "DE_IBAN", "DE_VAT_ID", "US_DRIVER_LICENSE", "IP_ADDRESS"}
CLEAN = [("intent/arena_hard", "Arena-Hard"), ("intent/clinc150_train", "CLINC150"),
         ("intent/banking77_train", "Banking77"), ("router/mmlu", "MMLU"), ("router/gsm8k", "GSM8K")]


# ---------------------------------------------------------------- random strings of an expression

def class_members(items):
    negate, members = False, set()
    for op, value in items:
        op = str(op)
        if op == "NEGATE":
            negate = True
        elif op == "LITERAL":
            members.add(value)
        elif op == "RANGE":
            members.update(range(value[0], value[1] + 1))
        elif op == "CATEGORY":
            name = str(value)
            sets = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ",
                    "CATEGORY_WORD": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"}
            if name in sets:
                members.update(map(ord, sets[name]))
            else:
                members.update(c for c in range(33, 127) if chr(c) not in sets[name.replace("NOT_", "")])
    if negate:
        members = set(range(33, 127)) - members
    return sorted(c for c in members if 32 <= c < 127) or [ord("x")]


def generate(tree, rnd, groups):
    out = []
    for op, value in tree:
        op = str(op)
        if op == "LITERAL":
            out.append(chr(value))
        elif op == "NOT_LITERAL":
            out.append(chr(rnd.choice([c for c in range(33, 127) if c != value])))
        elif op == "ANY":
            out.append(chr(rnd.randrange(97, 123)))
        elif op == "IN":
            out.append(chr(rnd.choice(class_members(value))))
        elif op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = value
            high = low + 4 if high == rx_parser.MAXREPEAT else int(high)
            out.extend(generate(inner, rnd, groups) for _ in range(rnd.randint(low, min(high, low + 64))))
        elif op == "SUBPATTERN":
            text = generate(value[-1], rnd, groups)
            if value[0] is not None:
                groups[value[0]] = text
            out.append(text)
        elif op == "GROUPREF":
            out.append(groups.get(value, ""))
        elif op == "BRANCH":
            out.append(generate(rnd.choice(value[1]), rnd, groups))
        elif op == "ATOMIC_GROUP":
            out.append(generate(value, rnd, groups))
        # positions and look-arounds match nothing
    return "".join(out)


def expand(text, rnd):
    def one(match):
        pattern = re.sub(r"\(\?[a-z]+\)", "", match.group(1))
        pattern = re.sub(r"\(\?([a-z]+):", "(?:", pattern)
        return generate(rx_parser.parse(pattern), rnd, {})
    return re.sub(r"\{\{rx:(.*?)\}\}(?!\})", one, text, flags=re.S)


# ---------------------------------------------------------------- rows and scans

def read_rows(data, name):
    rnd, rows = random.Random(SEED), []
    with open(os.path.join(data, name + ".jsonl"), encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            row["text"] = row.get("text", row.get("prompt", ""))
            if "{{rx:" in row["text"]:
                row["text"] = expand(row["text"], rnd)
            rows.append(row)
    return rows


def scan(sluice, rows, profile, extra=()):
    """The answers of `sluice scan`, with the places in code points."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as f:
        for i, row in enumerate(rows):
            f.write(json.dumps({"id": i, "text": row["text"]}) + "\n")
        f.seek(0)
        run = subprocess.run([sluice, "scan", "--jsonl", "--profile", profile, *extra], stdin=f,
                             stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
    if [a["id"] for a in answers] != list(range(len(rows))):
        sys.exit("eval-gate: the answers are not those of the rows")
    for row, answer in zip(rows, answers):
        raw = row["text"].encode("utf-8", "surrogatepass")
        for f in answer["findings"]:
            if len(raw) != len(row["text"]):
                f["start"] = len(raw[:f["start"]].decode("utf-8", "ignore"))
                f["end"] = len(raw[:f["end"]].decode("utf-8", "ignore"))
    return answers


def scan_unseen(sluice, rows, profile, folds):
    """Like scan; each row with the weights of the fold that has not seen its template."""
    if not folds:
        return scan(sluice, rows, profile)
    with open(os.path.join(folds, "folds.jsonl"), encoding="utf-8") as f:
        fold_of = {row["text"]: row["fold"] for row in map(json.loads, f)}
    answers = [None] * len(rows)
    for fold in sorted(set(fold_of.values())):
        at = [i for i, row in enumerate(rows) if fold_of[row["text"]] == fold]
        part = scan(sluice, [rows[i] for i in at], profile, ["--set", f"data.names={folds}/fold-{fold}.weights"])
        for i, answer in zip(at, part):
            answers[i] = answer
    return answers


def shared(a, b):
    return max(0, min(a["end"], b["end"]) - max(a["start"], b["start"]))


def covers(finding, span):
    return shared(finding, span) * 2 >= span["end"] - span["start"]


def matches(a, b):  # intersection over union
    common = shared(a, b)
    return common * 2 >= (a["end"] - a["start"]) + (b["end"] - b["start"]) - common


# ---------------------------------------------------------------- figures

class Report:
    def __init__(self, misses, folds):
        self.rows, self.misses, self.folds = [], misses, folds

    def add(self, what, data, hits, total, target, at_least=True, bad=()):
        value = hits / total if total else 0
        met = (value >= target if at_least else value <= target) if target is not None else None
        self.rows.append((what, data, value, hits, total, target, at_least, met))
        if self.misses and bad:
            os.makedirs(self.misses, exist_ok=True)
            name = re.sub(r"[^a-z0-9]+", "-", (what + " " + data).lower()).strip("-")
            with open(os.path.join(self.misses, name + ".jsonl"), "w", encoding="utf-8") as f:
                for row, answer in bad:
                    f.write(json.dumps({"id": row["id"], "text": row["text"], "spans": row.get("spans"),
                                        "rule": row.get("rule", row.get("entity")), "found": answer["findings"]},
                                       ensure_ascii=False) + "\n")

    def table(self):
        lines = ["| figure | data | measured | rows | target | met |", "|---|---|---:|---:|---|---|"]
        for what, data, value, hits, total, target, at_least, met in self.rows:
            goal = "" if target is None else f"{'>=' if at_least else '<='} {target:.3f}"
            lines.append(f"| {what} | {data} | {value:.3f} | {hits} of {total} | {goal} | "
                         f"{'' if met is None else 'yes' if met else '**no**'} |")
        return "\n".join(lines)


def identifiers(report, sluice, data):
    rows = read_rows(data, "policy/presidio_unit_cases")
    answers = scan(sluice, rows, "balanced")
    yes = [(r, a) for r, a in zip(rows, answers) if r["expect"]]
    no = [(r, a) for r, a in zip(rows, answers) if not r["expect"]]
    missed = [(r, a) for r, a in yes if not all(any(covers(f, s) for f in a["findings"]) for s in r["spans"])]
    report.add("identifiers found", "unit cases", len(yes) - len(missed), len(yes), .98, bad=missed)
    listed = [(r, a) for r, a in no if a["findings"]]
    report.add("look-alikes without any finding", "unit cases", len(no) - len(listed), len(no), .95, bad=listed)
    decided = [(r, a) for r, a in no if a["sensitive"]]
    report.add("look-alikes that may leave (balanced)", "unit cases", len(no) - len(decided), len(no), None, bad=decided)


def spans(report, sluice, data):
    rows = read_rows(data, "policy/presidio_synth_dev")
    answers = scan_unseen(sluice, rows, "balanced", report.folds)
    found = total = right = reported = 0
    missed, wrong = [], []
    for row, answer in zip(rows, answers):
        hit = [any(matches(f, s) for f in answer["findings"]) for s in row["spans"]]
        good = [any(matches(f, s) for s in row["spans"]) for f in answer["findings"]]
        found, total = found + sum(hit), total + len(hit)
        right, reported = right + sum(good), reported + len(good)
        if not all(hit):
            missed.append((row, answer))
        if not all(good):
            wrong.append((row, answer))
    data = "synth, unseen templates" if report.folds else "synth"
    report.add("span recall, IoU >= .5, any label", data, found, total, .85, bad=missed)
    report.add("span precision, IoU >= .5, any label", data, right, reported, .90, bad=wrong)


def requests(report, sluice, data):
    for profile, target in (("strict", .985), ("balanced", .97)):
        for folds in [None, report.folds] if report.folds else [None]:
            caught, total, missed = 0, 0, []
            for name in ("policy/presidio_synth_dev", "policy/datafog_corpus"):
                rows = read_rows(data, name)
                for row, answer in zip(rows, scan_unseen(sluice, rows, profile, folds if "synth" in name else None)):
                    types = [s["type"] for s in row["spans"]]
                    certain = bool(set(types) & (CONTACT | ADDRESS | IDENTIFIER))
                    person = "PERSON" in types
                    if not (certain or (person and (profile == "strict" or len(types) > types.count("PERSON")))):
                        continue
                    total += 1
                    caught += answer["sensitive"]
                    if not answer["sensitive"]:
                        missed.append((row, answer))
            what = f"requests caught, {profile}"
            if folds:
                report.add("- " + what, "synth (unseen templates), datafog", caught, total, None, bad=missed)
            else:
                report.add(what, "synth, datafog", caught, total, target, bad=missed)


def clean(report, sluice, data):
    for name, label in CLEAN:
        rows = read_rows(data, name)
        flagged = [(r, a) for r, a in zip(rows, scan(sluice, rows, "balanced")) if a["sensitive"]]
        report.add("clean requests flagged, balanced", label, len(flagged), len(rows), .02, False, flagged)


def evasion(report, sluice, data):
    rows = read_rows(data, "policy/evasion_dev")
    answers = scan(sluice, rows, "balanced")
    kinds = {}
    missed = []
    for row, answer in zip(rows, answers):
        hit = all(any(covers(f, s) for f in answer["findings"]) for s in row["spans"])
        kinds.setdefault(row["transform"], []).append(hit)
        if not hit:
            missed.append((row, answer))
    report.add("disguised identifiers found", "evasion", len(rows) - len(missed), len(rows), .90, bad=missed)
    for kind, hits in sorted(kinds.items()):
        report.add(f"- {kind}", "evasion", sum(hits), len(hits), None)


def secrets(report, sluice, data):
    both = [0, 0, 0, 0]  # found, of; called, of
    for name in ("gitleaks_cases", "detect_secrets_cases"):
        rows = read_rows(data, "secrets/" + name)
        yes, no, missed, wrong = 0, 0, [], []
        for row, answer in zip(rows, scan(sluice, rows, "balanced")):
            secret = answer["sensitive"] and any(f["class"] == "secret" for f in answer["findings"])
            yes, no = yes + row["expect"], no + (not row["expect"])
            if row["expect"] and not secret:
                missed.append((row, answer))
            if secret and not row["expect"]:
                wrong.append((row, answer))
        label = name.replace("_cases", "").replace("_", "-")
        report.add("- secrets found", label, yes - len(missed), yes, None, bad=missed)
        report.add("- look-alikes called secrets", label, len(wrong), no, None, False, wrong)
        for i, n in enumerate((yes - len(missed), yes, len(wrong), no)):
            both[i] += n
    report.add("secrets found", "both sets", both[0], both[1], .93)
    report.add("look-alikes called secrets", "both sets", both[2], both[3], .10, False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--sluice", default="build/sluice")
    parser.add_argument("--write")
    parser.add_argument("--misses")
    parser.add_argument("--only", default="")
    parser.add_argument("--folds")
    options = parser.parse_args()
    if not os.path.isdir(options.data):
        sys.exit(f"eval-gate: {options.data} is no directory: make eval-gate DATA=/where/the/data/is")
    report = Report(options.misses, options.folds)
    for part in (identifiers, spans, requests, clean, evasion, secrets):
        if options.only in part.__name__:
            part(report, options.sluice, options.data)
    print(report.table())
    if options.write:
        put_table(options.write, "eval", "make eval-gate DATA=... FOLDS=...", report.table())
    sys.exit(any(row[7] is False for row in report.rows))


if __name__ == "__main__":
    main()
