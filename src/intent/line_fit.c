// Fitting a line: all pairs of bounds are tried. A bound is worth trying just above a bad answer only; of many bad ones
// LINES_STEPS are taken, evenly by rank.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "intent/lines.h"

enum { MEAN, LEAST, BOUNDS };

// Bounds to try, ascending; the first is none.
struct ladder {
    float at[LINES_STEPS + 1];
    uint32_t count;
};

// How many answers pass both bounds, by the index of each.
struct table {
    uint32_t at[LINES_STEPS + 2][LINES_STEPS + 2];
};

struct choice {
    uint32_t step[BOUNDS];
    uint32_t caught, doubted;
};

static float value_of(const struct line_row *r, int which) {
    return which == MEAN ? r->mean : r->least;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Half-way from a bad answer's value to the next higher one of any answer.
static float bound_above(float value, const float *all, size_t n) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all[middle] > value) high = middle;
        else low = middle + 1;
    }
    return low < n ? value + (all[low] - value) / 2 : value / 2; // above the highest: nearer to certainty
}

static void build_ladder(const struct line_row *rows, size_t n, uint32_t without, int which, struct ladder *out) {
    float *all = mem_new_array(n + 1, sizeof *all), *bad = mem_new_array(n + 1, sizeof *bad);
    size_t all_count = 0, bad_count = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].fold == without) continue;
        all[all_count++] = value_of(&rows[i], which);
        if (!rows[i].good) bad[bad_count++] = value_of(&rows[i], which);
    }
    if (all_count) qsort(all, all_count, sizeof *all, by_value);
    if (bad_count) qsort(bad, bad_count, sizeof *bad, by_value);
    size_t steps = bad_count < LINES_STEPS ? bad_count : LINES_STEPS;
    out->at[0] = -INFINITY;
    out->count = 1;
    for (size_t s = 0; s < steps; s++) {
        float bound = bound_above(bad[(s + 1) * bad_count / steps - 1], all, all_count);
        if (bound > out->at[out->count - 1]) out->at[out->count++] = bound;
    }
    free(all);
    free(bad);
}

// The highest bound that a value passes.
static uint32_t step_of(const struct ladder *l, float value) {
    uint32_t s = 0;
    while (s + 1 < l->count && value >= l->at[s + 1]) s++;
    return s;
}

static void count_passing(const struct line_row *rows, size_t n, uint32_t without, bool good, const struct ladder *l,
                          struct table *out) {
    *out = (struct table){{{0}}};
    for (size_t i = 0; i < n; i++)
        if (rows[i].fold != without && rows[i].good == good)
            out->at[step_of(&l[MEAN], rows[i].mean)][step_of(&l[LEAST], rows[i].least)]++;
    for (int m = LINES_STEPS; m >= 0; m--)
        for (int s = LINES_STEPS; s >= 0; s--)
            out->at[m][s] += out->at[m + 1][s] + out->at[m][s + 1] - out->at[m + 1][s + 1];
}

// The best line for the rows without one fold (LINES_FOLDS: for all).
static void fit(const struct line_row *rows, size_t n, uint32_t without, float *mean, float *least) {
    struct ladder l[BOUNDS];
    struct table *good = mem_new(sizeof *good), *bad = mem_new(sizeof *bad);
    struct choice best = {.caught = 0};
    for (int b = 0; b < BOUNDS; b++) build_ladder(rows, n, without, b, &l[b]);
    count_passing(rows, n, without, true, l, good);
    count_passing(rows, n, without, false, l, bad);
    uint32_t most = (uint32_t)(LINES_FALSE_ALARMS * good->at[0][0]);
    for (uint32_t m = 0; m < l[MEAN].count; m++)
        for (uint32_t s = 0; s < l[LEAST].count; s++) {
            struct choice c = {{m, s}, bad->at[0][0] - bad->at[m][s], good->at[0][0] - good->at[m][s]};
            if (c.doubted > most || c.caught < best.caught) continue;
            if (c.caught > best.caught || c.doubted < best.doubted) best = c;
        }
    *mean = l[MEAN].at[best.step[MEAN]];
    *least = l[LEAST].at[best.step[LEAST]];
    free(good);
    free(bad);
}

bool line_fit(const struct line_row *rows, size_t n, struct line *out) {
    out->good = out->bad = out->caught = out->doubted = 0;
    out->mean = out->least = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        out->good += rows[i].good;
        out->bad += !rows[i].good;
    }
    if (out->good < LINES_MIN_EACH || out->bad < LINES_MIN_EACH) return false;
    for (uint32_t f = 0; f < LINES_FOLDS; f++) {
        float mean, least;
        fit(rows, n, f, &mean, &least);
        for (size_t i = 0; i < n; i++) {
            bool doubts = rows[i].fold == f && (rows[i].mean < mean || rows[i].least < least);
            out->caught += doubts && !rows[i].good;
            out->doubted += doubts && rows[i].good;
        }
    }
    fit(rows, n, LINES_FOLDS, &out->mean, &out->least);
    return true;
}
