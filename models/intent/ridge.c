#include "ridge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "intent/features.h"

static inline uint32_t map(uint32_t column, uint32_t shift) {
    const uint32_t buckets = 1u << FEATURES_BITS;
    return column < buckets ? column >> shift : (buckets >> shift) + column - buckets;
}

uint32_t ridge_columns(uint32_t shift) {
    return ((1u << FEATURES_BITS) >> shift) + FEATURES_COUNTS + 1;
}

double ridge_predict(const struct design *d, uint32_t shift, uint32_t row, const double *beta) {
    double sum = 0;
    for (uint64_t i = d->begin[row]; i < d->begin[row + 1]; i++)
        sum += (double)d->value[i] * beta[map(d->column[i], shift)];
    return sum;
}

static void add_row(const struct design *d, uint32_t shift, uint32_t row, double times, double *out) {
    for (uint64_t i = d->begin[row]; i < d->begin[row + 1]; i++)
        out[map(d->column[i], shift)] += times * (double)d->value[i];
}

// out = X' W X v + penalty v
static void apply(const struct design *d, uint32_t shift, const float *weight, double penalty, uint32_t n,
                  const double *v, double *out) {
    for (uint32_t i = 0; i < n; i++) out[i] = i + 1 < n ? penalty * v[i] : 1e-9 * v[i];
    for (uint32_t r = 0; r < d->rows; r++)
        if (weight[r] > 0) add_row(d, shift, r, (double)weight[r] * ridge_predict(d, shift, r, v), out);
}

static double dot(const double *a, const double *b, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

void ridge_fit(const struct design *d, uint32_t shift, const float *y, const float *weight, double penalty,
               int iterations, double *beta) {
    uint32_t n = ridge_columns(shift);
    double *residual = mem_new_array(n, sizeof *residual), *step = mem_new_array(n, sizeof *step);
    double *image = mem_new_array(n, sizeof *image);
    for (uint32_t i = 0; i < n; i++) beta[i] = 0;
    for (uint32_t r = 0; r < d->rows; r++)
        if (weight[r] > 0) add_row(d, shift, r, (double)weight[r] * (double)y[r], residual);
    for (uint32_t i = 0; i < n; i++) step[i] = residual[i];
    double size = dot(residual, residual, n), first = size;
    for (int k = 0; k < iterations && size > 1e-8 * first; k++) {
        apply(d, shift, weight, penalty, n, step, image);
        double length = size / dot(step, image, n);
        for (uint32_t i = 0; i < n; i++) beta[i] += length * step[i], residual[i] -= length * image[i];
        double next = dot(residual, residual, n);
        for (uint32_t i = 0; i < n; i++) step[i] = residual[i] + next / size * step[i];
        size = next;
    }
    free(residual);
    free(step);
    free(image);
}
