#include "intent/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { BINS = QUALITY_POINTS - 1, RANDOM_RUNS = 10 };

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// numpy's linear quantile: exact at both ends.
static void thresholds(const float *sorted, size_t n, double out[QUALITY_POINTS]) {
    for (int b = 0; b <= BINS; b++) {
        double at = (double)(n - 1) * b / BINS;
        size_t low = (size_t)at, high = low + 1 < n ? low + 1 : n - 1;
        out[b] = (double)sorted[low] + ((double)sorted[high] - (double)sorted[low]) * (at - (double)low);
    }
    out[0] = (double)sorted[0];
    out[BINS] = (double)sorted[n - 1];
}

// Points come with the share falling; equal shares stay in that order, as a stable sort of the reversed would not.
static void sort_points(struct quality_point *p, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct quality_point v = p[i];
        size_t k = i;
        for (; k && p[k - 1].share > v.share; k--) p[k] = p[k - 1];
        p[k] = v;
    }
}

// numpy.interp of one value over points that need not ascend: the last one at or below, by bisection.
static double interpolate(const struct quality_point *p, size_t n, double quality) {
    if (quality > p[n - 1].quality) return p[n - 1].share;
    if (quality < p[0].quality) return p[0].share;
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (quality >= p[middle].quality) low = middle + 1;
        else high = middle;
    }
    if (low == 0) return p[0].share;
    if (low == n) return p[n - 1].share;
    const struct quality_point *a = &p[low - 1], *b = &p[low];
    if (a->quality == quality || a->quality == b->quality) return a->share;
    return (b->share - a->share) / (b->quality - a->quality) * (quality - a->quality) + a->share;
}

static void sum_up(const struct quality_point *p, size_t n, struct quality_curve *out) {
    double area = 0, width = p[n - 1].share - p[0].share, gap = out->strong - out->weak;
    for (size_t i = 0; i + 1 < n; i++) area += (p[i + 1].share - p[i].share) * (p[i].quality + p[i + 1].quality) / 2;
    out->apgr = gap == 0 || width == 0 ? NAN : (area - out->weak * width) / (gap * width);
    out->cpt50 = gap == 0 ? NAN : 100 * interpolate(p, n, out->weak + 0.5 * gap);
    out->cpt80 = gap == 0 ? NAN : 100 * interpolate(p, n, out->weak + 0.8 * gap);
}

void quality_measure(const float *score, const float *weak, const float *strong, const uint32_t *rows, size_t n,
                     struct quality_curve *out) {
    *out = (struct quality_curve){NAN, NAN, NAN, NAN, NAN, {{0, 0}}};
    if (n == 0) return;
    float *sorted = mem_new_array(n, sizeof *sorted);
    double at[QUALITY_POINTS], quality[QUALITY_POINTS + 1] = {0}, w = 0, s = 0;
    size_t calls[QUALITY_POINTS + 1] = {0};
    for (size_t i = 0; i < n; i++) sorted[i] = score[rows ? rows[i] : i];
    qsort(sorted, n, sizeof *sorted, ascending);
    thresholds(sorted, n, at);
    free(sorted);
    // A row is strong at the first `k` thresholds; what it gains is added up from the last one down.
    for (size_t i = 0; i < n; i++) {
        size_t r = rows ? rows[i] : i;
        int k = 0;
        while (k < BINS && (double)score[r] >= at[k]) k++;
        if (k == BINS && (double)score[r] > at[BINS]) k++;
        calls[k]++;
        quality[k] += (double)strong[r] - (double)weak[r];
        w += (double)weak[r];
        s += (double)strong[r];
    }
    out->weak = w / (double)n;
    out->strong = s / (double)n;
    for (int b = BINS; b >= 0; b--) {
        calls[b] += calls[b + 1];
        quality[b] += quality[b + 1];
    }
    for (int b = 0; b <= BINS; b++)
        out->points[b] = (struct quality_point){(double)calls[b + 1] / (double)n, (w + quality[b + 1]) / (double)n};
    sort_points(out->points, QUALITY_POINTS);
    sum_up(out->points, QUALITY_POINTS, out);
}

void quality_random(const float *weak, const float *strong, size_t n, struct quality_curve *out) {
    *out = (struct quality_curve){NAN, NAN, NAN, NAN, NAN, {{0, 0}}};
    if (n == 0) return;
    float *score = mem_new_array(n, sizeof *score);
    struct quality_point sum[QUALITY_POINTS] = {{0, 0}};
    for (uint64_t run = 0; run < RANDOM_RUNS; run++) {
        struct quality_curve c;
        for (size_t i = 0; i < n; i++) score[i] = (float)(hash_mix((run << 40) + i + 1) >> 40) * 0x1p-24f;
        quality_measure(score, weak, strong, NULL, n, &c);
        out->weak = c.weak;
        out->strong = c.strong;
        for (int b = 0; b <= BINS; b++) {
            sum[b].share += c.points[b].share / RANDOM_RUNS;
            sum[b].quality += c.points[b].quality / RANDOM_RUNS;
        }
    }
    free(score);
    memcpy(out->points, sum, sizeof sum);
    sum_up(out->points, QUALITY_POINTS, out);
}

// ---------------------------------------------------------------- at a share

struct ranked {
    float score, weak, strong;
};

static int by_score(const void *a, const void *b) {
    return ascending(&((const struct ranked *)b)->score, &((const struct ranked *)a)->score);
}

double quality_at(const float *score, const float *weak, const float *strong, size_t n, double share) {
    if (n == 0) return NAN;
    struct ranked *r = mem_new_array(n, sizeof *r);
    double sum = 0, left = share * (double)n;
    for (size_t i = 0; i < n; i++) {
        r[i] = (struct ranked){score[i], weak[i], strong[i]};
        sum += (double)weak[i];
    }
    qsort(r, n, sizeof *r, by_score);
    for (size_t i = 0, j; i < n && left > 0; i = j) {
        double gain = 0;
        for (j = i; j < n && r[j].score == r[i].score; j++) gain += (double)r[j].strong - (double)r[j].weak;
        double part = left < (double)(j - i) ? left / (double)(j - i) : 1;
        sum += part * gain;
        left -= (double)(j - i);
    }
    free(r);
    return sum / (double)n;
}
