// Makes a map of requests (place.h) and fits a sum over it to outcomes.
//
// The buckets with coordinates are those that come in most rows, and in PLACE_LEAST_ROWS at least. The coordinates are
// the first right singular vectors (any basis of their space: only angles matter) of the matrix of rows by these
// buckets, in which a bucket weighs log((rows + 1) / (rows with it + 1)) and each row has length 1; found by subspace
// iteration from a fixed start. The landmarks are centres of spherical k-means (Dhillon and Modha, 2001). No outcome
// is looked at for either. Then
//   y ~ constant + sum_m weight_m near_m + sum_i input_i weight_i
// is a ridge regression, all columns brought to mean 0, by Cholesky's method.
#ifndef SLUICE_INTENT_PLACE_FIT_H
#define SLUICE_INTENT_PLACE_FIT_H

#include "intent/outcomes.h"
#include "intent/place.h"

enum {
    PLACE_LEAST_ROWS = 3,
    PLACE_MAP_ROWS = 8000,  // of more rows so many make the map
    PLACE_FIT_ROWS = 24000, // of more rows so many are fitted to
};

struct place_model {
    struct place place;
    int8_t (*row)[PLACE_DIMS]; // of place, owned
    uint32_t known;
    float input[OUTCOME_INPUTS], constant;
};

// Over the rows whose weight is above 0, of which there must be some; `inputs` of them are scaled.
void place_fit(const struct outcomes *o, const float *y, const float *weight, struct place_model *out);
float place_predict(const struct place_model *m, const struct outcomes *o, uint32_t row);
void place_release(struct place_model *m);

#endif
