// Counts as they are features: log(1 + n). Most are small, and there are two dozen of them.
#ifndef SLUICE_INTENT_DAMP_H
#define SLUICE_INTENT_DAMP_H

#include <math.h>
#include <stdint.h>

enum { DAMP_KNOWN = 256 };
extern float damp_known[DAMP_KNOWN]; // filled before main

static inline float damp(uint32_t n) {
    return n < DAMP_KNOWN ? damp_known[n] : log1pf((float)n);
}

#endif
