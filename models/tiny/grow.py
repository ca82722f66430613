"""Load a checkpoint into the same model or a deeper one.

A block that the checkpoint lacks is inserted as the identity (its two output
projections are zero), so that the deeper model starts where the shallower one
ended. The first two blocks keep their places: they hold the copying heads.
"""
import torch


@torch.no_grad()
def load(net, ckpt):
    old, new = ckpt["cfg"]["layers"], net.c["layers"]
    assert old <= new and all(ckpt["cfg"][k] == net.c[k] for k in ("dim", "heads", "kv_heads", "ffn"))
    sd, extra = ckpt["sd"], new - old
    # new blocks stand after block 1, one between each two old ones while they last
    order, left = [], extra
    for i in range(old):
        order.append(i)
        if i >= 1 and left: order.append(None); left -= 1
    order += [None] * left
    own = net.state_dict()
    for k, v in sd.items():
        if not k.startswith("blocks."): own[k].copy_(v)
    for j, i in enumerate(order):
        if i is None:
            own["blocks.%d.o.weight" % j].zero_(); own["blocks.%d.d.weight" % j].zero_()
            continue
        for k, v in sd.items():
            if k.startswith("blocks.%d." % i): own["blocks.%d.%s" % (j, k.split(".", 2)[2])].copy_(v)
