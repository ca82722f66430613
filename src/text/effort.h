// How much work may go into the unmasking of one text: bytes to decode, and time. What is over or late is not the whole
// of it, and whoever asked must not take it for that.
#ifndef SLUICE_TEXT_EFFORT_H
#define SLUICE_TEXT_EFFORT_H

#include "base/clock.h"
#include "base/span.h"

struct effort {
    size_t bytes;         // that may still be decoded
    uint64_t deadline_ns; // of clock_now_ns(); 0 = none
    size_t looked;        // bytes that were looked at since the last look at the clock
    bool over, late;      // a limit was reached
};

enum { EFFORT_LOOK_BYTES = 1 << 16 };

// Counts n bytes that are looked at. False when no more of them should be.
static inline bool effort_goes_on(struct effort *e, size_t n) {
    e->looked += n;
    if (__builtin_expect(e->looked >= EFFORT_LOOK_BYTES, 0)) {
        e->looked = 0;
        e->late |= e->deadline_ns && clock_now_ns() > e->deadline_ns;
    }
    return !e->late && !e->over;
}

#endif
