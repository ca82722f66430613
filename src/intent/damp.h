// Counts as they are features: log(1 + n). Most are small, and there are two dozen of them.
#ifndef SLUICE_INTENT_DAMP_H
#define SLUICE_INTENT_DAMP_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { DAMP_KNOWN = 1024 };
extern float damp_known[DAMP_KNOWN]; // filled before main

static inline float damp(size_t n) {
    return __builtin_expect(n < DAMP_KNOWN, 1) ? damp_known[n] : log1pf((float)n);
}

// Several, one after the other.
void damp_all(const uint32_t *n, uint32_t count, float *to);

#endif
