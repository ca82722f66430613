"""train.py OUT --minutes M [--dim ...]: trains on the synthetic stream, saves OUT.pt and GGUFs."""
import argparse, json, math, os, random, time, torch, torch.nn.functional as F
import bpe, copyinit, data, export, grow, model, muon
ap = argparse.ArgumentParser()
ap.add_argument("out"); ap.add_argument("--bpe", required=True); ap.add_argument("--minutes", type=float, default=10)
for k, v in dict(dim=192, layers=4, heads=6, kv_heads=6, ffn=512, ctx=512).items(): ap.add_argument("--" + k, type=int, default=v)
ap.add_argument("--mlr", type=float, default=.02); ap.add_argument("--copy", type=float, default=0, help="first part of the run mixed with random copy sequences"); ap.add_argument("--plain", action="store_true", help="no copy-head initialisation")
ap.add_argument("--lr", type=float, default=2e-3); ap.add_argument("--batch", type=int, default=6000); ap.add_argument("--bf16", action="store_true")
ap.add_argument("--ema", type=float, default=0, help="average the weights with this decay and save the average")
ap.add_argument("--weights", help="share of each task, as numbers with commas")
ap.add_argument("--plw", type=float, default=.15); ap.add_argument("--init"); ap.add_argument("--seed", type=int, default=100); ap.add_argument("--threads", type=int, default=2)
a = ap.parse_args()
torch.set_num_threads(a.threads); torch.manual_seed(a.seed)
tok = bpe.Tok.load(a.bpe); V = len(tok.tokens); END, PAD = tok.sp["<|end|>"], tok.sp["<|pad|>"]
cfg = dict(dim=a.dim, layers=a.layers, heads=a.heads, kv_heads=a.kv_heads, ffn=a.ffn, ctx=a.ctx, theta=10000.0)
net = model.LM(cfg, V)
if not a.plain: copyinit.apply(net)
if a.init: grow.load(net, torch.load(a.init))
NP = sum(p.numel() for p in net.parameters()); print("params %.2fM vocab %d" % (NP / 1e6, V), flush=True)
hd = a.dim // a.heads; mp, ms = [], []
for b in net.blocks:
    mp += [b.qkv.weight, b.o.weight, b.gu.weight, b.d.weight]
    ms += [[a.heads * hd, a.kv_heads * hd, a.kv_heads * hd], [a.dim], [a.ffn, a.ffn], [a.dim]]
mu = muon.Muon(mp, ms)
opt = torch.optim.AdamW([dict(params=[net.emb.weight], weight_decay=.01), dict(params=[p for p in net.parameters() if p.ndim == 1], weight_decay=0)], lr=a.lr, betas=(.9, .98), foreach=True)


def batches(seed):
    st = data.stream(seed, weights=[float(w) for w in a.weights.split(",")] if a.weights else None); rng = random.Random(seed)
    while True:
        pool = []
        for _ in range(3000):
            e = next(st); p = tok.encode(data.prompt(e["user"], e["sys"])); r = tok.encode(e["answer"]) + [END]
            if len(p) + len(r) <= a.ctx: pool.append((p, r))
        pool.sort(key=lambda x: len(x[0]) + len(x[1]) + rng.random() * 6)
        out, i = [], 0
        while i < len(pool):
            n = len(pool[i][0]) + len(pool[i][1]); j = i
            while j < len(pool) and (j - i + 1) * (len(pool[j][0]) + len(pool[j][1])) <= a.batch: j += 1
            out.append(pool[i:j]); i = j
        rng.shuffle(out)
        for b in out:
            T = max(len(p) + len(r) for p, r in b)
            x = torch.full((len(b), T), PAD); w = torch.zeros(len(b), T)
            for k, (p, r) in enumerate(b):
                s = p + r; x[k, :len(s)] = torch.tensor(s); w[k, 1:len(p)] = a.plw; w[k, len(p):len(s)] = 1
            yield x, w


mean = [p.detach().clone() for p in net.parameters()] if a.ema else []


def swap():
    """exchanges the weights with their running average"""
    for p, m in zip(net.parameters(), mean): p.data, m.data = m.data, p.data


def save(kinds):
    swap(); files = write(kinds); swap()
    return files


def write(kinds):
    torch.save(dict(sd=net.state_dict(), cfg=cfg, log=log), a.out + ".pt")
    return [(t, export.export(a.out + "-" + t + ".gguf", cfg, net.tensors(), tok, t, os.path.basename(a.out))) for t in kinds]


def copies(rng):
    """random token runs, repeated after a random gap: forms the copying heads quickly"""
    T = rng.randint(24, 64); B = max(1, a.batch // T)
    x = torch.randint(0, tok.n_plain, (B, T)); w = torch.zeros(B, T)
    for k in range(B):
        n = rng.randint(3, T // 2 - 2); i = rng.randint(0, T - 2 * n); j = rng.randint(i + n, T - n)
        x[k, j:j + n] = x[k, i:i + n]; w[k, j + 1:j + n] = 1
    return x, w


crng = random.Random(a.seed + 5)
t0 = saved = was = time.time(); el = 0.; step = seen = ex = 0; tgen = 0; acc = [0., 0.]; cl = 7.; last = t0; it = batches(a.seed); total = a.minutes * 60; log = []
while True:
    now = time.time(); el += min(now - was, 5); was = now  # a pause of the machine is no training time
    if el > total: break
    fr = el / total
    lr = a.lr * min(1, (step + 1) / 150) * (1 if fr < .4 else .5 * (1 + math.cos(math.pi * (fr - .4) / .6)) + .01)
    for g in opt.param_groups: g["lr"] = lr
    cp = fr < a.copy and crng.random() < .6
    tg = time.time(); x, w = copies(crng) if cp else next(it); tgen += time.time() - tg
    with torch.autocast("cpu", torch.bfloat16, enabled=a.bf16):
        h = net.hidden(x[:, :-1])
        y, w = x[:, 1:].reshape(-1), w[:, 1:].reshape(-1)
        sel = w > 0
        lg = (h.reshape(-1, a.dim)[sel] @ net.emb.weight.t())
    ce = F.cross_entropy(lg.float(), y[sel], reduction="none"); ws = w[sel]
    loss = (ce * ws).sum() / ws.sum()
    opt.zero_grad(set_to_none=True); loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0); opt.step(); mu.step(lr / a.lr * a.mlr)
    with torch.no_grad():
        for p, m in zip(net.parameters(), mean): m.lerp_(p, 1 - a.ema)
    step += 1; seen += int((x != PAD).sum()); ex += 0 if cp else len(x)
    if cp: cl = .9 * cl + .1 * float(loss.detach()); continue
    an = ws == 1; acc[0] += float(ce.detach()[an].sum()); acc[1] += float(an.sum())
    if time.time() - last > 15:
        last = time.time(); m = dict(t=round(last - t0), step=step, tok=seen, ex=ex, tps=round(seen / (last - t0)), cpu_s=round(time.process_time()), ans_loss=round(acc[0] / max(1, acc[1]), 4), copy_loss=round(cl, 3), gen_s=round(tgen, 1)); acc = [0., 0.]
        print(json.dumps(m), flush=True); log.append(m)
        if last - saved > 300: saved = last; save(("f16",))
for t, n in save(("f32", "f16", "q8_0")): print(t, n, "bytes")
