// The dial: what any setting of the local share would cost, and what it would do to quality, from one pass over a log.
//
// Requests that the dial can move are kept as sums by score, so memory does not grow with them: a setting sends the
// requests with the lowest scores to the local model. Requests that it cannot move (sensitive ones, those that do not
// fit the local model) are kept apart. Quality has an interval by the Poisson bootstrap (Chamandy et al., "Estimating
// Uncertainty for Massive Data Streams", 2012): each request counts 0, 1, 2 ... times in each of many replicates.
#ifndef SLUICE_REPORT_SWEEP_H
#define SLUICE_REPORT_SWEEP_H

#include "report/row.h"

enum { SWEEP_BINS = 512, SWEEP_REPLICATES = 200 };

enum sweep_part { SWEEP_LOCAL, SWEEP_FRONTIER, SWEEP_PARTS }; // where a request goes that the dial does not move

// Requests of which only this side's quality is known.
struct sweep_told {
    uint64_t outcomes;
    double quality; // their sum
};

struct sweep_sums {
    uint64_t requests, priced;
    pico cost;           // were it answered by the frontier
    int64_t bytes;       // that would go out
    uint64_t outcomes;   // both sides are known
    double weak, strong; // sums of quality over the outcomes
    struct sweep_told told[SWEEP_PARTS];
};

struct sweep_replicate {
    float n, weak, strong;
};

struct sweep {
    struct sweep_sums bins[SWEEP_BINS]; // by score, 0 to 1
    struct sweep_sums fixed[SWEEP_PARTS];
    struct sweep_replicate *replicates; // SWEEP_REPLICATES for each bin, then for each part; NULL without outcomes
};

void sweep_release(struct sweep *d);

struct sweep_row {
    bool priced;
    pico cost;
    int64_t bytes;
    double weak, strong; // NAN: not known
};
void sweep_add(struct sweep *d, double score, const struct sweep_row *row);
void sweep_add_fixed(struct sweep *d, enum sweep_part part, const struct sweep_row *row);

struct sweep_point {
    double target;      // share of the movable requests that stay local
    double local_share; // of all
    double score;       // up to which requests stay local
    pico cost;
    int64_t bytes;                             // that go out
    double quality, quality_low, quality_high; // NAN without outcomes
    double kept, kept_low, kept_high;          // of the quality with the frontier wherever the policy allows it
};

// The setting that keeps the first `bins` bins local.
struct sweep_point sweep_at(const struct sweep *d, uint32_t bins);
// The number of bins that comes nearest to a share of the movable requests, not above it.
uint32_t sweep_bins_for(const struct sweep *d, double target);
// The cheapest setting of which at least `kept` of the quality is kept; by the interval's lower end when `sure`. False
// when there is none, or no outcome is known.
bool sweep_cheapest(const struct sweep *d, double kept, bool sure, struct sweep_point *out);

// Requests of which the quality of both sides is known, and of one only.
uint64_t sweep_outcomes(const struct sweep *d);
uint64_t sweep_told(const struct sweep *d, enum sweep_part side);
// The score up to which these bins reach.
double sweep_score(uint32_t bins);

#endif
