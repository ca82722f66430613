#!/usr/bin/env python3
"""audit.py SLUICE ROWS_PROGRAM FOLDER [ROWS]: `sluice audit` against `sqlite3` with .import and the same aggregates.

Both read the same LiteLLM-style CSV in the same run, one after the other, on one core each. What counts is CPU time (user
and system), which other work on the machine hardly moves; wall time is shown beside it. Sums must be equal to the cent,
and percentiles within 1 % of the exact ones that SQLite sorts for. Prints a table; exits 1 when a target is missed.
"""
import json
import os
import subprocess
import sys
import time

ROWS = 5_000_000
TARGETS = {"ratio": 10.0, "memory_mb": 64.0, "percentile": 1.0}

# Typed columns, so that SQLite need not convert texts in every query; no journal, no waiting for the disk.
SQL = """PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; PRAGMA temp_store=FILE;
CREATE TABLE logs(request_id TEXT, call_type TEXT, api_key TEXT, spend REAL, total_tokens INTEGER, prompt_tokens INTEGER,
 completion_tokens INTEGER, startTime TEXT, endTime TEXT, request_duration_ms INTEGER, completionStartTime TEXT, model TEXT,
 model_id TEXT, model_group TEXT, custom_llm_provider TEXT, api_base TEXT, user TEXT, metadata TEXT, cache_hit TEXT,
 cache_key TEXT, request_tags TEXT, team_id TEXT, organization_id TEXT, end_user TEXT, requester_ip_address TEXT,
 messages TEXT, response TEXT, session_id TEXT, status TEXT);
.mode csv
.import --skip 1 {csv} logs
.mode list
SELECT 'totals', count(*), sum(prompt_tokens), sum(completion_tokens), printf('%.2f', sum(spend)),
 sum(json_extract(metadata, '$.usage_object.prompt_tokens_details.cached_tokens')), sum(status <> 'success') FROM logs;
SELECT 'model', model, count(*), sum(prompt_tokens), sum(completion_tokens), sum(spend) FROM logs GROUP BY model;
SELECT 'day', date(startTime), count(*), sum(prompt_tokens), sum(completion_tokens), sum(spend) FROM logs GROUP BY 2;
WITH v AS (SELECT request_duration_ms v, row_number() OVER (ORDER BY request_duration_ms) r, count(*) OVER () n FROM logs)
 SELECT 'latency', v FROM v WHERE r IN ((n * 50 + 99) / 100, (n * 95 + 99) / 100, (n * 99 + 99) / 100) ORDER BY r;
WITH t AS (SELECT round((julianday(completionStartTime) - julianday(startTime)) * 86400000) v FROM logs),
 v AS (SELECT v, row_number() OVER (ORDER BY v) r, count(*) OVER () n FROM t)
 SELECT 'ttft', v FROM v WHERE r = (n * 95 + 99) / 100;
"""


def run(command, **options):
    """Output, CPU seconds, wall seconds, peak memory in MB."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return out.decode(), usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def ask_sqlite(csv, folder):
    db = os.path.join(folder, "audit.db")
    if os.path.exists(db):
        os.remove(db)
    script = os.path.join(folder, "audit.sql")
    with open(script, "w", encoding="utf-8") as f:
        f.write(SQL.replace("{csv}", csv))
    with open(script, encoding="utf-8") as f:
        out, cpu, wall, memory = run(["sqlite3", "-batch", db], stdin=f)
    os.remove(db)
    lines = [line.split("|") for line in out.splitlines()]
    return lines, cpu, wall, memory


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sluice, rows_program, folder = sys.argv[1:4]
    rows = int(sys.argv[4]) if len(sys.argv) > 4 else ROWS
    csv = os.path.join(folder, "spend-logs.csv")
    with open(csv, "wb") as f:
        subprocess.run([rows_program, str(rows)], stdout=f, check=True)
    size = os.path.getsize(csv)

    out, cpu, wall, memory = run([sluice, "audit", csv, "--json"], stderr=subprocess.DEVNULL)
    report = json.loads(out)
    lines, sql_cpu, sql_wall, sql_memory = ask_sqlite(csv, folder)
    os.remove(csv)

    totals = next(line for line in lines if line[0] == "totals")
    failed = sum(day["failed"] for day in report["by_day"])
    ours = [report["requests"], report["input_tokens"], report["output_tokens"], report["spend"]["logged_usd"],
            report["cached_tokens"], failed]
    equal = [str(v) for v in ours] == totals[1:]
    exact = [float(line[1]) for line in lines if line[0] == "latency"] + [float(line[1]) for line in lines if line[0] == "ttft"]
    told = [report["latency_p50_ms"], report["latency_p95_ms"], report["latency_p99_ms"], report["ttft_p95_ms"]]
    error = max(abs(a - b) / b * 100 for a, b in zip(told, exact))
    ratio = sql_cpu / cpu

    met = {"ratio": ratio >= TARGETS["ratio"], "memory_mb": memory <= TARGETS["memory_mb"],
           "percentile": error <= TARGETS["percentile"], "equal": equal}
    yes = {True: "yes", False: "**no**"}
    print(f"{rows:,} rows, {size / 1e9:.2f} GB of CSV, one run.\n")
    print("| figure | `sluice audit` | `sqlite3` | target | met |\n|---|---:|---:|---|---|")
    print(f"| CPU time, s | {cpu:.1f} | {sql_cpu:.1f} | {TARGETS['ratio']:.0f} times faster: {ratio:.1f} | {yes[met['ratio']]} |")
    print(f"| wall time, s | {wall:.1f} | {sql_wall:.1f} | | |")
    print(f"| rows a second of CPU time | {rows / cpu:,.0f} | {rows / sql_cpu:,.0f} | | |")
    print(f"| peak memory, MB | {memory:.1f} | {sql_memory:.1f} | <= {TARGETS['memory_mb']:.0f} | {yes[met['memory_mb']]} |")
    print(f"| percentiles: largest error, % | {error:.3f} | 0 (sorted) | <= {TARGETS['percentile']:.0f} | {yes[met['percentile']]} |")
    print(f"| sums (requests, tokens, USD to the cent, failures) | {'equal' if equal else 'differ'} | | equal | {yes[equal]} |")
    if not equal:
        print(f"\nsluice: {ours}\nsqlite: {totals[1:]}", file=sys.stderr)
    sys.exit(0 if all(met.values()) else 1)


if __name__ == "__main__":
    main()
