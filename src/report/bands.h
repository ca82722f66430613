// What outcomes of one side only tell: how often an answer served, by score.
//
// A ledger knows of a request how one model answered it, not how the other would have. So the requests that the dial
// can move are put in order of their score and cut into bands: each has a tenth of the requests at least, and enough
// outcomes of one side, but for the last. Within a band the answers of one side that have an outcome stand for those of
// that side that have none. Where a side has too few of them, nothing is said. Intervals: Wilson's for a rate (for
// graded outcomes, 0..1, it is on the wide side), and for sums and differences of rates MOVER (Zou & Donner,
// "Construction of confidence limits about effect measures", 2008).
#ifndef SLUICE_REPORT_BANDS_H
#define SLUICE_REPORT_BANDS_H

#include "report/sweep.h"

enum {
    BANDS_MOST = 10,
    BAND_OUTCOMES_LEAST = 20, // of a side in a band; with fewer the interval says nothing
};

// Of 0..1; NAN where it is not known.
struct estimate {
    double value, low, high;
};

struct band {
    uint32_t from, to; // bins of the sweep
    uint64_t requests;
    uint64_t outcomes[SWEEP_PARTS]; // of each side
    struct estimate served[SWEEP_PARTS];
};

struct bands {
    uint32_t count; // 0: no outcome of one side
    struct band at[BANDS_MOST];
};

void bands_make(const struct sweep *d, struct bands *out);

// Quality lost when the answers of a band come from the local model instead of the frontier; below 0: gained.
struct estimate band_lost(const struct band *b);

// A setting of the dial, over the requests that it can move.
struct bands_point {
    double covered;         // share of the requests which it keeps local that are in bands where `served` is known
    struct estimate served; // of their local answers
    struct estimate lost;   // quality over all movable ones; NAN when it keeps any local of which one side is not known
};
struct bands_point bands_at(const struct bands *b, const struct sweep *d, uint32_t bins);

#endif
