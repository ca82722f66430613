#include "curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BINS = 10 };

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

struct point {
    double share, quality;
};

static int by_share(const void *a, const void *b) {
    double x = ((const struct point *)a)->share, y = ((const struct point *)b)->share;
    return (x > y) - (x < y);
}

// Thresholds are the linear-interpolated quantiles of the scores, as pandas.qcut gives them.
static void points(const float *score, const float *weak, const float *strong, size_t n, struct point out[BINS + 1]) {
    float *sorted = mem_new_array(n, sizeof *sorted);
    memcpy(sorted, score, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (int b = 0; b <= BINS; b++) {
        double at = (double)(n - 1) * b / BINS;
        size_t low = (size_t)at, high = low + 1 < n ? low + 1 : n - 1;
        double t = (double)sorted[low] + ((double)sorted[high] - (double)sorted[low]) * (at - (double)low), quality = 0;
        size_t calls = 0;
        for (size_t i = 0; i < n; i++) {
            bool is_strong = b == BINS ? (double)score[i] > t : (double)score[i] >= t;
            calls += is_strong;
            quality += (double)(is_strong ? strong[i] : weak[i]);
        }
        out[b] = (struct point){100.0 * (double)calls / (double)n, quality / (double)n};
    }
    free(sorted);
    qsort(out, BINS + 1, sizeof *out, by_share);
}

static double crossing(const struct point p[BINS + 1], double quality) {
    for (int i = 0; i < BINS; i++) {
        if (p[i].quality >= quality) return p[i].share;
        if (p[i + 1].quality < quality) continue;
        return p[i].share +
               (p[i + 1].share - p[i].share) * (quality - p[i].quality) / (p[i + 1].quality - p[i].quality);
    }
    return 100;
}

struct curve curve_measure(const float *score, const float *weak, const float *strong, size_t n) {
    struct point p[BINS + 1];
    double w = 0, s = 0, area = 0, width;
    points(score, weak, strong, n, p);
    for (size_t i = 0; i < n; i++) w += (double)weak[i] / (double)n, s += (double)strong[i] / (double)n;
    for (int i = 0; i < BINS; i++) area += (p[i + 1].share - p[i].share) / 100 * (p[i].quality + p[i + 1].quality) / 2;
    width = (p[BINS].share - p[0].share) / 100;
    return (struct curve){(area - w * width) / ((s - w) * width), crossing(p, w + 0.5 * (s - w)),
                          crossing(p, w + 0.8 * (s - w))};
}

struct ranked {
    float value;
    size_t at;
};

static int by_value(const void *a, const void *b) {
    return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

// Ranks from 1, the mean rank where values tie.
static double *ranks(const float *v, size_t n) {
    struct ranked *r = mem_new_array(n, sizeof *r);
    double *out = mem_new_array(n, sizeof *out);
    for (size_t i = 0; i < n; i++) r[i] = (struct ranked){v[i], i};
    qsort(r, n, sizeof *r, by_value);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && r[j].value == r[i].value; j++) continue;
        for (size_t k = i; k < j; k++) out[r[k].at] = (double)(i + 1 + j) / 2;
    }
    free(r);
    return out;
}

double curve_auroc(const float *score, const float *positive, size_t n) {
    double *rank = ranks(score, n), sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (positive[i] > 0.5f) sum += rank[i], count++;
    free(rank);
    return (sum - count * (count + 1) / 2) / (count * ((double)n - count));
}

double curve_spearman(const float *a, const float *b, size_t n) {
    double *x = ranks(a, n), *y = ranks(b, n), mean = ((double)n + 1) / 2, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    free(x);
    free(y);
    return xy / sqrt(xx * yy);
}
