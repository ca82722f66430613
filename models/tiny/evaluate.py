"""evaluate.py URL [--instances N] [--markdown FILE]: how well a served model does the five tasks.

Asks an OpenAI-compatible server for N unseen generated instances of each task (greedy, with the label
grammar or JSON schema that a gateway sends for such a task) and counts answers that are exactly right:
the label, every field of the JSON object, the whole sentence. Instances come from the generator's `test`
split, under a fixed seed: invented names and drawn numbers that training practically never saw.
"""
import argparse, concurrent.futures as cf, json, random, urllib.request
import data


def constraint(e):
    if e["choices"]: return dict(grammar="root ::= " + " | ".join(json.dumps(c) for c in e["choices"]))
    if e["task"] != "extract": return {}
    keys = list(json.loads(e["answer"]))
    field = dict(anyOf=[dict(type="string"), dict(type="null")])
    schema = dict(type="object", properties={k: field for k in keys}, required=keys, additionalProperties=False)
    return dict(response_format=dict(type="json_schema", json_schema=dict(name="fields", schema=schema)))


def ask(url, e):
    messages = ([dict(role="system", content=e["sys"])] if e["sys"] else []) + [dict(role="user", content=e["user"])]
    body = json.dumps(dict(messages=messages, temperature=0, max_tokens=120, **constraint(e))).encode()
    request = urllib.request.Request(url + "/v1/chat/completions", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=300))["choices"][0]["message"]["content"]


def right(e, got):
    if e["task"] != "extract": return got.strip() == e["answer"]
    try: return json.loads(got) == json.loads(e["answer"])
    except ValueError: return False


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("url"); ap.add_argument("--instances", type=int, default=100); ap.add_argument("--markdown")
    ap.add_argument("--show-misses", action="store_true")
    a = ap.parse_args()
    data.REPEATS = 0
    rng = random.Random(4242)
    rows, total = [], 0
    for task in data.TASKS:
        examples = [dict(data.gen(rng, task, "test"), sys=rng.choice(data.SYS) if rng.random() < .3 else None) for _ in range(a.instances)]
        with cf.ThreadPoolExecutor(4) as pool: answers = list(pool.map(lambda e: ask(a.url, e), examples))
        good = sum(right(e, g) for e, g in zip(examples, answers))
        total += good; rows.append((task, good))
        print("%-9s %5.1f %%" % (task, 100 * good / a.instances), flush=True)
        if a.show_misses:
            for e, g in zip(examples, answers):
                if not right(e, g): print("   %r\n   want %r\n   got  %r" % (e["user"], e["answer"], g))
    everything = 100 * total / (a.instances * len(rows))
    print("%-9s %5.1f %%" % ("together", everything))
    if a.markdown:
        with open(a.markdown, "w") as f:
            f.write("# The embedded model on its five tasks\n\nMade by `make eval-model`: %d unseen generated instances of each task, served by llama-server,\n"
                    "greedy, with the label grammar or JSON schema that a gateway sends. Exactly right answers:\n\n| task | right |\n|---|---|\n" % a.instances)
            for task, good in rows: f.write("| %s | %.0f %% |\n" % (task, 100 * good / a.instances))
            f.write("| **together** | **%.1f %%** |\n" % everything)
