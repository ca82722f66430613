// Weighted ridge regression on sparse rows, by conjugate gradients.
#ifndef SLUICE_MODELS_RIDGE_H
#define SLUICE_MODELS_RIDGE_H

#include <stdint.h>

// Rows in compressed form; columns: buckets of the head, then counts, then the constant 1.
struct design {
    uint32_t rows;
    uint64_t *begin; // rows + 1
    uint32_t *column;
    float *value;
};

// Minimises sum(weight * (x beta - y)^2) + penalty * |beta|^2 over the rows whose weight is not 0; the last
// column (the constant) is not penalised. Column c of the design is c >> shift while c < 1 << FEATURES_BITS.
void ridge_fit(const struct design *d, uint32_t shift, const float *y, const float *weight, double penalty,
               int iterations, double *beta);
double ridge_predict(const struct design *d, uint32_t shift, uint32_t row, const double *beta);
uint32_t ridge_columns(uint32_t shift);

#endif
