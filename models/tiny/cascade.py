"""cascade.py URL [--instances N] [--markdown FILE]: which answers the gateway's checks doubt, and with what right.

Asks a gateway with routing.verify.mode: all and no frontier, which marks what fails a check in x-sluice-degraded, for N
unseen generated instances of each task (evaluate.py), and compares the marks with whether the answer is exactly right.
The log-probabilities, which it asks for too, give the table of lines: what a line would have doubted.
"""
import argparse, collections, concurrent.futures as cf, json, random, urllib.request
import data
from evaluate import constraint, right

MARK = "verify-failed-"
LINES = [(-30, -30), (-.3, -2), (-.3, -1), (-.3, -.75), (-.3, -.5), (-.3, -.3), (-.1, -.5), (-.05, -.5)]


def ask(url, e):
    messages = ([dict(role="system", content=e["sys"])] if e["sys"] else []) + [dict(role="user", content=e["user"])]
    body = dict(model="local", messages=messages, temperature=0, max_tokens=120, logprobs=True, top_logprobs=1, **constraint(e))
    request = urllib.request.Request(url + "/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        choice = json.load(answer)["choices"][0]
        mark = answer.headers.get("x-sluice-degraded") or ""
    logprobs = [t["logprob"] for t in choice["logprobs"]["content"] if t["token"]] or [-100]
    return dict(task=e["task"], right=right(e, choice["message"]["content"]), check=mark.removeprefix(MARK),
                mean=sum(logprobs) / len(logprobs), least=min(logprobs))


def share(part, whole): return "%d of %d" % (part, whole)


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(map(str, r)) + " |" for r in rows]


ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("url"); ap.add_argument("--instances", type=int, default=100); ap.add_argument("--markdown")
ap.add_argument("--seed", type=int, default=9797)
a = ap.parse_args()
data.REPEATS = 0
rng = random.Random(a.seed)
answers = []
for task in data.TASKS:
    examples = [dict(data.gen(rng, task, "test"), sys=rng.choice(data.SYS) if rng.random() < .3 else None) for _ in range(a.instances)]
    with cf.ThreadPoolExecutor(4) as pool: answers += pool.map(lambda e: ask(a.url, e), examples)
good, bad = [x for x in answers if x["right"]], [x for x in answers if not x["right"]]

by_task = []
for task in data.TASKS:
    g, b = [x for x in good if x["task"] == task], [x for x in bad if x["task"] == task]
    by_task.append((task, share(sum(x["check"] != "" for x in b), len(b)), share(sum(x["check"] != "" for x in g), len(g))))
by_task.append(("**together**", share(sum(x["check"] != "" for x in bad), len(bad)), share(sum(x["check"] != "" for x in good), len(good))))
checks = collections.Counter((x["check"], x["right"]) for x in answers if x["check"])
by_check = [(c, checks[c, False], checks[c, True]) for c in sorted({c for c, _ in checks})]
by_line = []
for mean, least in LINES:
    doubts = lambda x: x["mean"] < mean or x["least"] < least
    by_line.append((mean, least, share(sum(map(doubts, bad)), len(bad)), share(sum(map(doubts, good)), len(good))))

text = ["# Which answers the checks doubt", "",
        "Made by `make eval-cascade`: %d unseen generated instances of each task, asked through the gateway with" % a.instances,
        "`routing.verify.mode: all`. Doubted answers, of the wrong ones and of the right ones:", ""]
text += table(["task", "wrong and doubted", "right and doubted"], by_task)
text += ["", "By the check that spoke first:", ""] + table(["check", "wrong", "right"], by_check)
text += ["", "By the log-probabilities alone, for lines of `min_mean_logprob` and `min_logprob`:", ""]
text += table(["mean", "least", "wrong and doubted", "right and doubted"], by_line)
print("\n".join(text))
if a.markdown:
    with open(a.markdown, "w") as f: f.write("\n".join(text) + "\n")
