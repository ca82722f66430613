// How well the order of one number tells another. How well a router does is intent/quality.h.
#ifndef SLUICE_MODELS_RANKS_H
#define SLUICE_MODELS_RANKS_H

#include <stddef.h>

// Area under the receiver's curve: P(score of a positive > score of a negative).
double ranks_auroc(const float *score, const float *positive, size_t n);
double ranks_spearman(const float *a, const float *b, size_t n);

#endif
