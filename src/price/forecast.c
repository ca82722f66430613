#include "price/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

// ---------------------------------------------------------------- swings

static double within(double v, const struct savings_field *f) {
    return fmin(fmax(v, f->least), f->most);
}

static double saving_with(const struct savings_inputs *in, size_t input, double value) {
    struct savings_inputs moved = *in;
    struct savings s;
    moved.value[input] = value;
    savings_compute(&moved, &s);
    return s.saving;
}

static int by_swing(const void *a, const void *b) {
    const struct forecast_swing *x = a, *y = b;
    double dx = fabs(x->saving_high - x->saving_low), dy = fabs(y->saving_high - y->saving_low);
    return dx > dy ? -1 : dx < dy ? 1 : (int)x->input - (int)y->input;
}

size_t forecast_swings(const struct savings_inputs *in, struct forecast_swing out[static SAVINGS_INPUTS]) {
    size_t n = 0;
    struct savings s;
    savings_compute(in, &s);
    for (size_t i = 0; i < SAVINGS_INPUTS; i++) {
        double v = in->value[i], step = fabs(v) * FORECAST_SWING;
        struct forecast_swing *o = &out[n];
        *o = (struct forecast_swing){.input = (enum savings_input)i,
                                     .low = within(v - step, &SAVINGS_FIELDS[i]),
                                     .high = within(v + step, &SAVINGS_FIELDS[i])};
        o->saving_low = saving_with(in, i, o->low);
        o->saving_high = saving_with(in, i, o->high);
        double moved = o->saving_high - o->saving_low;
        if (moved == 0) continue; // 0, or an input that nothing depends on here
        o->elasticity = s.saving == 0 ? NAN : moved / fabs(s.saving) / ((o->high - o->low) / fabs(v));
        n++;
    }
    qsort(out, n, sizeof *out, by_swing);
    return n;
}

// ---------------------------------------------------------------- sampling

static const struct {
    const char *name;
    size_t offset;
} METRICS[FORECAST_METRICS] = {
    [FORECAST_BASELINE] = {"baseline_usd_per_month", offsetof(struct savings, baseline)},
    [FORECAST_ROUTED] = {"routed_usd_per_month", offsetof(struct savings, routed)},
    [FORECAST_SAVING] = {"saving_usd_per_month", offsetof(struct savings, saving)},
    [FORECAST_SAVING_PERCENT] = {"saving_percent", offsetof(struct savings, saving_percent)},
    [FORECAST_BREAK_EVEN_MONTHS] = {"break_even_months", offsetof(struct savings, break_even_months)},
    [FORECAST_BREAK_EVEN_SHARE] = {"break_even_local_share", offsetof(struct savings, break_even_local_share)},
    [FORECAST_ROUTED_PER_SUCCESS] = {"routed_usd_per_success", offsetof(struct savings, routed_per_success)},
};

const char *forecast_metric_name(enum forecast_metric m) {
    return METRICS[m].name;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Between the two samples on either side; of a sorted array.
static double percentile(const double *sorted, size_t n, double share) {
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    double part = at - (double)i;
    if (part == 0 || i + 1 == n || isinf(sorted[i + 1])) return sorted[part > 0.5 && i + 1 < n ? i + 1 : i];
    return sorted[i] + (sorted[i + 1] - sorted[i]) * part;
}

// The root of x^(d+1) = x + 1, whose powers are the steps in d dimensions.
static double golden(size_t dimensions) {
    double x = 2;
    for (int i = 0; i < 64; i++) x = pow(1 + x, 1 / (double)(dimensions + 1));
    return x;
}

static double fraction(double v) {
    return v - floor(v);
}

struct axis {
    size_t input;
    double low, width, step, shift;
};

static size_t find_axes(const struct savings_inputs *low, const struct savings_inputs *high, uint64_t seed,
                        struct axis axes[static SAVINGS_INPUTS]) {
    size_t n = 0;
    for (size_t i = 0; i < SAVINGS_INPUTS; i++)
        if (low->value[i] < high->value[i])
            axes[n++] = (struct axis){.input = i, .low = low->value[i], .width = high->value[i] - low->value[i]};
    double root = golden(n), step = 1;
    for (size_t k = 0; k < n; k++) {
        step /= root;
        axes[k].step = step;
        axes[k].shift = (double)(hash_mix(seed + 0x9e3779b97f4a7c15u * (k + 1)) >> 11) * 0x1p-53;
    }
    return n;
}

static void draw_bars(const double *savings, struct forecast *out) {
    out->from = savings[0];
    out->to = savings[out->samples - 1];
    double width = (out->to - out->from) / FORECAST_BARS;
    for (size_t i = 0; i < out->samples; i++) {
        size_t bar = width > 0 ? (size_t)((savings[i] - out->from) / width) : 0;
        out->bars[bar < FORECAST_BARS ? bar : FORECAST_BARS - 1]++;
    }
}

void forecast_sample(const struct savings_inputs *low, const struct savings_inputs *high, size_t samples, uint64_t seed,
                     struct forecast *out) {
    struct axis axes[SAVINGS_INPUTS];
    size_t axis_count = find_axes(low, high, seed, axes), saves = 0;
    double *values = mem_new_array(samples * FORECAST_METRICS, sizeof *values);
    *out = (struct forecast){.samples = samples};
    for (size_t i = 0; i < samples; i++) {
        struct savings_inputs in = *low;
        struct savings s;
        for (size_t k = 0; k < axis_count; k++)
            in.value[axes[k].input] =
                axes[k].low + axes[k].width * fraction(axes[k].shift + (double)(i + 1) * axes[k].step);
        savings_compute(&in, &s);
        if (s.saving > 0) saves++;
        for (size_t m = 0; m < FORECAST_METRICS; m++) {
            double v = *(const double *)(const void *)((const char *)&s + METRICS[m].offset);
            values[m * samples + i] = isnan(v) ? -INFINITY : v; // no baseline: no percentage
        }
    }
    for (size_t m = 0; m < FORECAST_METRICS; m++) {
        double *of = values + m * samples;
        qsort(of, samples, sizeof *of, by_value);
        out->of[m].p5 = percentile(of, samples, 0.05);
        out->of[m].p50 = percentile(of, samples, 0.5);
        out->of[m].p95 = percentile(of, samples, 0.95);
    }
    out->saves = (double)saves / (double)samples;
    draw_bars(values + FORECAST_SAVING * samples, out);
    free(values);
}
