// Which buckets a text has given already: a bit for each, of this thread's own.
//
// All are 0 between two texts: whoever lists the buckets of a text clears them by its list, which is far shorter
// than the bits are long.
#ifndef SLUICE_INTENT_SEEN_H
#define SLUICE_INTENT_SEEN_H

#include <stdbool.h>
#include <stdint.h>

enum { SEEN_BITS = 18 }; // buckets: at most 1 << SEEN_BITS

extern _Thread_local uint64_t seen_groups[(1 << SEEN_BITS) / 64];

// True when it was not there.
static inline bool seen_add(uint64_t *groups, uint64_t bucket) {
    uint64_t *group = &groups[bucket / 64], old = *group, bit = (uint64_t)1 << bucket % 64;
    *group = old | bit;
    return (bit & ~old) != 0;
}

#endif
