#include "ranks.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

struct ranked {
    float value;
    size_t at;
};

static int by_value(const void *a, const void *b) {
    return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

// Ranks from 1, the mean rank where values tie.
static double *ranks_of(const float *v, size_t n) {
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

double ranks_auroc(const float *score, const float *positive, size_t n) {
    double *rank = ranks_of(score, n), sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (positive[i] > 0.5f) sum += rank[i], count++;
    free(rank);
    return (sum - count * (count + 1) / 2) / (count * ((double)n - count));
}

double ranks_spearman(const float *a, const float *b, size_t n) {
    double *x = ranks_of(a, n), *y = ranks_of(b, n), mean = ((double)n + 1) / 2, xy = 0, xx = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    free(x);
    free(y);
    return xy / sqrt(xx * yy);
}
