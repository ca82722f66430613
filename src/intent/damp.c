#include "intent/damp.h"

float damp_known[DAMP_KNOWN];

__attribute__((constructor)) static void fill(void) {
    for (uint32_t n = 0; n < DAMP_KNOWN; n++) damp_known[n] = log1pf((float)n);
}

void damp_all(const uint32_t *n, uint32_t count, float *to) {
    for (uint32_t i = 0; i < count; i++) to[i] = damp(n[i]);
}
