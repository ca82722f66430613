#include "report/window.h"

#include <stdlib.h>

#include "base/mem.h"

void window_init(struct window *w, struct source *source, size_t most) {
    *w = (struct window){.source = source, .most = most, .cap = 2 * SOURCE_BLOCK_BYTES};
    w->at = mem_new(w->cap + WINDOW_PADDING);
}

void window_free(struct window *w) {
    if (!w->at) return;
    mem_wipe(w->at, w->cap);
    free(w->at);
    w->at = NULL;
}

bool window_full(const struct window *w) {
    return w->len - w->start > w->most;
}

int window_fill(struct window *w, struct err *e) {
    if (w->ended) return 0;
    size_t kept = w->len - w->start;
    if (kept && w->start) memmove(w->at, w->at + w->start, kept);
    w->start = 0;
    w->len = kept;
    // as much again as there is, so that a long record is not looked at too often
    size_t wanted = kept > SOURCE_BLOCK_BYTES ? kept : SOURCE_BLOCK_BYTES;
    if (w->cap - w->len < wanted) {
        char *wider = mem_new(kept + wanted + WINDOW_PADDING);
        memcpy(wider, w->at, kept);
        window_free(w);
        w->at = wider;
        w->cap = kept + wanted;
    }
    int64_t n = source_read(w->source, w->at + w->len, w->cap - w->len, e);
    if (n < 0) return -1;
    w->len += (size_t)n;
    w->ended = n == 0;
    return n > 0;
}
