#include "intent/compare.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "intent/quality.h"

enum { DRAWS = 200, DRAWS_OF_MANY = 50, MANY = 20000 };

static double apgr(const float *score, const float *zero, const float *gain, const uint32_t *rows, size_t n) {
    struct quality_curve c;
    quality_measure(score, zero, gain, rows, n, &c);
    return c.apgr;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void compare_routers(const float *score, const float *other, const float *gain, size_t n, struct comparison *out) {
    uint32_t *rows = mem_new_array(n + 1, sizeof *rows), *drawn = mem_new_array(n + 1, sizeof *drawn);
    float *zero = mem_new_array(n + 1, sizeof *zero); // the local answer: what is gained is beyond it
    double found[DRAWS];
    size_t m = 0, known = 0, better = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(other[i])) rows[m++] = (uint32_t)i;
    *out = (struct comparison){m, apgr(score, zero, gain, rows, m), apgr(other, zero, gain, rows, m), NAN, NAN, NAN, 0};
    out->gain = out->apgr - out->other_apgr;
    size_t draws = m > MANY ? DRAWS_OF_MANY : DRAWS;
    for (size_t k = 0; m && k < draws; k++) {
        for (size_t i = 0; i < m; i++) drawn[i] = rows[hash_mix((uint64_t)k << 40 ^ (i + 1) * 0x9e3779b97f4a7c15u) % m];
        double d = apgr(score, zero, gain, drawn, m) - apgr(other, zero, gain, drawn, m);
        if (!isfinite(d)) continue;
        better += d > 0;
        found[known++] = d;
    }
    if (known) {
        qsort(found, known, sizeof *found, ascending);
        out->gain_low = found[(size_t)(0.025 * (double)(known - 1))];
        out->gain_high = found[(size_t)ceil(0.975 * (double)(known - 1))];
        out->sure = (double)better / (double)known;
    }
    free(rows);
    free(drawn);
    free(zero);
}
