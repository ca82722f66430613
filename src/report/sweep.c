#include "report/sweep.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { PLACES = SWEEP_BINS + SWEEP_PARTS };

void sweep_release(struct sweep *d) {
    free(d->replicates);
    d->replicates = NULL;
}

// How often a request counts in a replicate: Poisson with mean 1, from 16 random bits.
static float poisson(uint32_t bits) {
    // P(X <= k) times 65536
    static const uint32_t UP_TO[] = {24109, 48218, 60273, 64291, 65296, 65497, 65530, 65535};
    uint32_t k = 0;
    while (k < sizeof UP_TO / sizeof *UP_TO && bits >= UP_TO[k]) k++;
    return (float)k;
}

static void replicate(struct sweep *d, size_t place, uint64_t number, double weak, double strong) {
    if (!d->replicates) d->replicates = mem_new_array((size_t)PLACES * SWEEP_REPLICATES, sizeof *d->replicates);
    struct sweep_replicate *r = d->replicates + place * SWEEP_REPLICATES;
    uint64_t random = 0;
    for (uint32_t b = 0; b < SWEEP_REPLICATES; b++, random >>= 16) {
        if (b % 4 == 0) random = hash_mix(number * 0x9e3779b97f4a7c15u + b);
        float times = poisson(random & 0xffff);
        r[b].n += times;
        r[b].weak += times * (float)weak;
        r[b].strong += times * (float)strong;
    }
}

uint64_t sweep_outcomes(const struct sweep *d) {
    uint64_t n = d->fixed[SWEEP_LOCAL].outcomes + d->fixed[SWEEP_FRONTIER].outcomes;
    for (uint32_t i = 0; i < SWEEP_BINS; i++) n += d->bins[i].outcomes;
    return n;
}

uint64_t sweep_told(const struct sweep *d, enum sweep_part side) {
    uint64_t n = d->fixed[SWEEP_LOCAL].told[side].outcomes + d->fixed[SWEEP_FRONTIER].told[side].outcomes;
    for (uint32_t i = 0; i < SWEEP_BINS; i++) n += d->bins[i].told[side].outcomes;
    return n;
}

static void take_told(struct sweep_told *t, double quality) {
    if (isnan(quality)) return;
    t->outcomes++;
    t->quality += quality;
}

static void add(struct sweep *d, struct sweep_sums *s, size_t place, const struct sweep_row *row) {
    s->requests++;
    s->priced += row->priced;
    s->cost += row->priced ? row->cost : 0;
    s->bytes += row->bytes;
    if (isnan(row->weak) || isnan(row->strong)) {
        take_told(&s->told[SWEEP_LOCAL], row->weak);
        take_told(&s->told[SWEEP_FRONTIER], row->strong);
        return;
    }
    // a number that is the same in every run, and another one for each outcome of a place
    replicate(d, place, ++s->outcomes * PLACES + place, row->weak, row->strong);
    s->weak += row->weak;
    s->strong += row->strong;
}

// Bins are even in the logit of the score, which comes out of a logistic function and crowds at its ends.
#define LOGIT_MOST 9.0

double sweep_score(uint32_t bins) {
    if (bins == 0) return 0;
    if (bins == SWEEP_BINS) return 1;
    return 1 / (1 + exp(LOGIT_MOST - 2 * LOGIT_MOST * bins / SWEEP_BINS));
}

void sweep_add(struct sweep *d, double score, const struct sweep_row *row) {
    double logit = score > 0 ? log(score / (1 - score)) : -LOGIT_MOST;
    double at = score >= 1 ? SWEEP_BINS : (logit + LOGIT_MOST) * (SWEEP_BINS / (2 * LOGIT_MOST));
    size_t bin = at >= SWEEP_BINS ? SWEEP_BINS - 1 : at > 0 ? (size_t)at : 0;
    add(d, &d->bins[bin], bin, row);
}

void sweep_add_fixed(struct sweep *d, enum sweep_part part, const struct sweep_row *row) {
    add(d, &d->fixed[part], SWEEP_BINS + part, row);
}

// ---------------------------------------------------------------- settings

static bool stays(size_t place, uint32_t bins) {
    return place < SWEEP_BINS ? place < bins : place == SWEEP_BINS + SWEEP_LOCAL;
}

static const struct sweep_sums *sums_at(const struct sweep *d, size_t place) {
    return place < SWEEP_BINS ? &d->bins[place] : &d->fixed[place - SWEEP_BINS];
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The middle 95 % of the replicates.
static void interval(double *values, double *low, double *high) {
    qsort(values, SWEEP_REPLICATES, sizeof *values, by_value);
    *low = values[(size_t)(0.025 * SWEEP_REPLICATES)];
    *high = values[(size_t)(0.975 * SWEEP_REPLICATES) - 1];
}

// What the policy allows at best: sensitive requests stay local at any setting.
static void set_intervals(const struct sweep *d, uint32_t bins, struct sweep_point *p) {
    double quality[SWEEP_REPLICATES], kept[SWEEP_REPLICATES];
    for (uint32_t b = 0; b < SWEEP_REPLICATES; b++) {
        double n = 0, sum = 0, best = 0;
        for (size_t place = 0; place < PLACES; place++) {
            const struct sweep_replicate *r = &d->replicates[place * SWEEP_REPLICATES + b];
            n += (double)r->n;
            sum += (double)(stays(place, bins) ? r->weak : r->strong);
            best += (double)(stays(place, 0) ? r->weak : r->strong);
        }
        quality[b] = n > 0 ? sum / n : 0;
        kept[b] = best > 0 ? sum / best : 1;
    }
    interval(quality, &p->quality_low, &p->quality_high);
    interval(kept, &p->kept_low, &p->kept_high);
}

struct sweep_point sweep_at(const struct sweep *d, uint32_t bins) {
    struct sweep_point p = {.score = sweep_score(bins)};
    uint64_t all = 0, local = 0, movable = 0, moved = 0, outcomes = 0;
    double sum = 0, best = 0;
    for (size_t place = 0; place < PLACES; place++) {
        const struct sweep_sums *s = sums_at(d, place);
        bool stay = stays(place, bins);
        all += s->requests;
        local += stay ? s->requests : 0;
        movable += place < SWEEP_BINS ? s->requests : 0;
        moved += place < SWEEP_BINS && stay ? s->requests : 0;
        p.cost += stay ? 0 : s->cost;
        p.bytes += stay ? 0 : s->bytes;
        outcomes += s->outcomes;
        sum += stay ? s->weak : s->strong;
        best += stays(place, 0) ? s->weak : s->strong;
    }
    p.target = movable ? (double)moved / (double)movable : 0;
    p.local_share = all ? (double)local / (double)all : 0;
    p.quality = p.quality_low = p.quality_high = p.kept = p.kept_low = p.kept_high = NAN;
    if (!outcomes) return p;
    p.quality = sum / (double)outcomes;
    p.kept = best > 0 ? sum / best : 1;
    set_intervals(d, bins, &p);
    return p;
}

uint32_t sweep_bins_for(const struct sweep *d, double target) {
    uint64_t movable = 0, moved = 0;
    for (uint32_t i = 0; i < SWEEP_BINS; i++) movable += d->bins[i].requests;
    if (target >= 1) return SWEEP_BINS;
    for (uint32_t i = 0; i < SWEEP_BINS; i++) {
        moved += d->bins[i].requests;
        if ((double)moved > target * (double)movable) return i;
    }
    return SWEEP_BINS;
}

bool sweep_cheapest(const struct sweep *d, double wanted, bool sure, struct sweep_point *out) {
    if (!sweep_outcomes(d)) return false;
    // the more stays local, the less it costs
    for (uint32_t bins = SWEEP_BINS + 1; bins-- > 0;) {
        if (bins < SWEEP_BINS && bins && !d->bins[bins].requests) continue; // the same as one bin more
        struct sweep_point p = sweep_at(d, bins);
        if ((sure ? p.kept_low : p.kept) < wanted) continue;
        *out = p;
        return true;
    }
    return false;
}
