// Tables that lie in a file as they lie in memory: taken out of its bytes one after the other, and written.
#ifndef SLUICE_INTENT_PACKED_H
#define SLUICE_INTENT_PACKED_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

struct packed {
    const char *at; // what is not taken yet
    size_t left;
};

// All of them are false, with nothing taken, where so much is not left.
bool packed_take(struct packed *p, void *to, size_t bytes);
// *at: where the bytes are.
bool packed_skip(struct packed *p, size_t bytes, const uint8_t **at);
// False too where one of the numbers is none.
bool packed_take_floats(struct packed *p, float *to, size_t n);
// False too where they do not ascend from 0 to 1.
bool packed_take_quantiles(struct packed *p, float *to, size_t n);

// A header and what follows it; `what` is said in the reason.
int packed_write(const void *header, size_t bytes, const struct buf *body, const char *what, FILE *out, struct err *e)
    __attribute__((warn_unused_result));

#endif
