#include "intent/recall.h"

#include "base/hash.h"

static _Thread_local struct recalled texts[RECALL_TEXTS];
static uint8_t key[16];

__attribute__((constructor)) static void make_key(void) {
    hash_random(key, sizeof key);
}

struct recalled *recall(const struct weights *w, struct span head, struct span tail) {
    char ends[2 * FEATURES_SYSTEM_EDGE_BYTES + 1];
    uint64_t print[2];
    if (tail.len) { // one byte longer than any whole text
        memcpy(ends, head.at, head.len);
        memcpy(ends + head.len, tail.at, tail.len);
        ends[head.len + tail.len] = 0;
        head = span_make(ends, head.len + tail.len + 1);
    }
    hash_keyed_128(head.at, head.len, key, print);
    struct recalled *r = &texts[print[0] % RECALL_TEXTS];
    bool same = r->known && r->print[0] == print[0] && r->print[1] == print[1] && r->weights == w->header.checksum;
    if (!same) *r = (struct recalled){.weights = w->header.checksum, .print = {print[0], print[1]}};
    return r;
}
