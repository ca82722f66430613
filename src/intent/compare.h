// Whether one router is better than another on the same outcomes, and how sure that is.
#ifndef SLUICE_INTENT_COMPARE_H
#define SLUICE_INTENT_COMPARE_H

#include <stddef.h>

struct comparison {
    size_t rows;
    double apgr, other_apgr;          // of the two; see quality.h. Only what the frontier gains matters to it
    double gain, gain_low, gain_high; // of the first over the second; 95 % interval of rows drawn anew
    double sure;                      // share of the draws in which the first is better
};

// `gain`: what the frontier gains on a row. Rows where `other` is NAN are left out.
void compare_routers(const float *score, const float *other, const float *gain, size_t n, struct comparison *out);

#endif
