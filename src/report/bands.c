#include "report/bands.h"

#include <math.h>

#include "report/trend.h"

static const struct estimate NOT_KNOWN = {NAN, NAN, NAN};

// ---------------------------------------------------------------- bands

static void close_band(struct band *b, const double *sums) {
    for (int side = 0; side < SWEEP_PARTS; side++) {
        double n = (double)b->outcomes[side];
        b->served[side] = NOT_KNOWN;
        if (b->outcomes[side] < BAND_OUTCOMES_LEAST) continue;
        b->served[side].value = sums[side] / n;
        trend_wilson(sums[side], n, &b->served[side].low, &b->served[side].high);
    }
}

static bool is_full(const struct band *b, uint64_t movable) {
    bool tells = b->outcomes[SWEEP_LOCAL] >= BAND_OUTCOMES_LEAST || b->outcomes[SWEEP_FRONTIER] >= BAND_OUTCOMES_LEAST;
    return tells && b->requests * BANDS_MOST >= movable;
}

void bands_make(const struct sweep *d, struct bands *out) {
    uint64_t movable = 0, told = 0;
    double sums[SWEEP_PARTS] = {0};
    *out = (struct bands){0};
    for (uint32_t i = 0; i < SWEEP_BINS; i++) {
        movable += d->bins[i].requests;
        for (int side = 0; side < SWEEP_PARTS; side++) told += d->bins[i].told[side].outcomes;
    }
    if (!told) return;
    struct band *b = out->at;
    for (uint32_t i = 0; i < SWEEP_BINS; i++) {
        const struct sweep_sums *s = &d->bins[i];
        b->requests += s->requests;
        for (int side = 0; side < SWEEP_PARTS; side++) {
            b->outcomes[side] += s->told[side].outcomes;
            sums[side] += s->told[side].quality;
        }
        b->to = i + 1;
        if (!is_full(b, movable) && i + 1 < SWEEP_BINS) continue;
        if (!b->requests) { // nothing but empty bins at the end
            if (out->count) out->at[out->count - 1].to = SWEEP_BINS;
            break;
        }
        close_band(b, sums);
        out->count++;
        if (out->count == BANDS_MOST) {
            b->to = SWEEP_BINS;
            break;
        }
        *++b = (struct band){.from = i + 1};
        for (int side = 0; side < SWEEP_PARTS; side++) sums[side] = 0;
    }
}

// ---------------------------------------------------------------- sums and differences

// Adds weight * x to a sum whose `low` and `high` are squares of the way to its limits until it is finished.
static void add(struct estimate *sum, double weight, const struct estimate *x) {
    double below = weight * (weight < 0 ? x->high - x->value : x->value - x->low);
    double above = weight * (weight < 0 ? x->value - x->low : x->high - x->value);
    sum->value += weight * x->value;
    sum->low += below * below;
    sum->high += above * above;
}

static struct estimate finish(const struct estimate *sum) {
    return (struct estimate){sum->value, sum->value - sqrt(sum->low), sum->value + sqrt(sum->high)};
}

struct estimate band_lost(const struct band *b) {
    struct estimate sum = {0, 0, 0};
    if (isnan(b->served[SWEEP_LOCAL].value) || isnan(b->served[SWEEP_FRONTIER].value)) return NOT_KNOWN;
    add(&sum, 1, &b->served[SWEEP_FRONTIER]);
    add(&sum, -1, &b->served[SWEEP_LOCAL]);
    return finish(&sum);
}

// How many requests of a band the setting keeps local.
static double local_of(const struct band *b, const struct sweep *d, uint32_t bins) {
    uint64_t n = 0;
    for (uint32_t i = b->from; i < b->to && i < bins; i++) n += d->bins[i].requests;
    return (double)n;
}

struct bands_point bands_at(const struct bands *bands, const struct sweep *d, uint32_t bins) {
    struct bands_point p = {0, NOT_KNOWN, NOT_KNOWN};
    struct estimate served = {0, 0, 0}, lost = {0, 0, 0};
    double local = 0, covered = 0, all = 0;
    bool both = true;
    for (uint32_t i = 0; i < bands->count; i++) {
        const struct band *b = &bands->at[i];
        double n = local_of(b, d, bins);
        all += (double)b->requests;
        local += n;
        both = both && !(n > 0 && isnan(band_lost(b).value));
        if (!isnan(b->served[SWEEP_LOCAL].value)) covered += n;
    }
    for (uint32_t i = 0; i < bands->count; i++) {
        const struct band *b = &bands->at[i];
        double n = local_of(b, d, bins);
        if (!(n > 0)) continue;
        if (!isnan(b->served[SWEEP_LOCAL].value)) add(&served, n / covered, &b->served[SWEEP_LOCAL]);
        if (!both) continue;
        add(&lost, n / all, &b->served[SWEEP_FRONTIER]);
        add(&lost, -n / all, &b->served[SWEEP_LOCAL]);
    }
    p.covered = local > 0 ? covered / local : 0;
    if (covered > 0) p.served = finish(&served);
    if (both && all > 0) p.lost = finish(&lost);
    return p;
}
