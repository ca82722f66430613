// A part of a source in memory: what has been read and not been used yet.
#ifndef SLUICE_REPORT_WINDOW_H
#define SLUICE_REPORT_WINDOW_H

#include "report/source.h"

enum {
    WINDOW_PADDING = 64,           // bytes behind the last one that may be looked at
    WINDOW_RECORD_BYTES = 8 << 20, // a record may be so long: one request with its prompt and answer
};

struct window {
    struct source *source;
    char *at;        // bytes
    size_t len, cap; // read, room
    size_t start;    // the first that is not used
    size_t most;     // of a record
    bool ended;      // the source has no more
};

void window_init(struct window *w, struct source *source, size_t most);
void window_free(struct window *w); // wipes
// Reads more; what is not used moves to the front, so offsets change (by the old start). 1: there is more, 0: there is
// none, -1: fault. Not to be called when window_full.
int window_fill(struct window *w, struct err *e) __attribute__((warn_unused_result));
// What is not used is as long as a record may be.
bool window_full(const struct window *w);
static inline struct span window_rest(const struct window *w) {
    return (struct span){w->at + w->start, w->len - w->start};
}

#endif
