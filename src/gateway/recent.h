// What learning may need of the newest requests, for when an outcome arrives: what the score read of them.
//
// Only of requests that were allowed to leave. In memory only, in a ring of `learn.remember` bytes: the newest request
// takes the place of the oldest. Of a long text its two ends are kept, as the score reads no more; system texts that come
// again are kept once, some 4 KB of them beside the ring.
// Shared by the workers; a latch is held for one copy, and by recent_find, which feedback asks for, while it searches.
#ifndef SLUICE_GATEWAY_RECENT_H
#define SLUICE_GATEWAY_RECENT_H

#include "intent/score.h"

struct recent;

// What does not fit into `bytes` is not remembered: with 0 nothing is.
struct recent *recent_new(size_t bytes);
void recent_free(struct recent *r); // wipes
// Keeps what `in` says of the request. Any thread.
void recent_add(struct recent *r, const char *id, const struct intent_input *in);

// A remembered request: what reads `input` (features.h, reading.h) finds exactly what it would have found then.
struct remembered {
    struct intent_input input;
    char *bytes; // owned
    size_t size;
};
// False when the request is not there (any more). *out is to be released when it is. Any thread.
bool recent_find(struct recent *r, const char *id, struct remembered *out) __attribute__((warn_unused_result));
void remembered_release(struct remembered *m);

#endif
