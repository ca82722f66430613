// What is not certain: which inputs the saving hangs on, and the interval that ranges of inputs lead to.
#ifndef SLUICE_PRICE_FORECAST_H
#define SLUICE_PRICE_FORECAST_H

#include <stdint.h>

#include "price/savings.h"

#define FORECAST_SWING 0.2 // each input by this part up and down

// How the saving moves when one input does and the others stay.
struct forecast_swing {
    enum savings_input input;
    double low, high;               // the input's values, within its bounds
    double saving_low, saving_high; // USD a month there
    double elasticity;              // percent of the saving per percent of the input; NAN when the saving is 0
};
// Fills `out` by size of the swing, the largest first; inputs that move nothing are left out. Returns their number.
size_t forecast_swings(const struct savings_inputs *in, struct forecast_swing out[static SAVINGS_INPUTS]);

enum forecast_metric {
    FORECAST_BASELINE,
    FORECAST_ROUTED,
    FORECAST_SAVING,
    FORECAST_SAVING_PERCENT,
    FORECAST_BREAK_EVEN_MONTHS,
    FORECAST_BREAK_EVEN_SHARE,
    FORECAST_ROUTED_PER_SUCCESS,
    FORECAST_METRICS
};
// The metric's name in JSON.
const char *forecast_metric_name(enum forecast_metric m);

enum { FORECAST_SAMPLES = 8192, FORECAST_BARS = 24 };

struct forecast {
    size_t samples;
    struct {
        double p5, p50, p95; // INFINITY where break-even is never
    } of[FORECAST_METRICS];
    double saves;                 // share of the samples with a saving above 0
    double from, to;              // ends of the histogram: smallest and largest saving
    uint32_t bars[FORECAST_BARS]; // samples per bar of equal width
};
// Draws every input whose low and high differ evenly and independently from its range. The points are quasi-random:
// an additive recurrence on the generalised golden ratio (M. Roberts, "The unreasonable effectiveness of quasirandom
// sequences", 2018), shifted by the seed; the same seed gives the same figures on every machine.
void forecast_sample(const struct savings_inputs *low, const struct savings_inputs *high, size_t samples, uint64_t seed,
                     struct forecast *out);

#endif
