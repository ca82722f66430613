// RouteLLM's measure of a router (arXiv 2406.18665): average performance gap recovered, and the share of
// strong calls at which half or four fifths of the gap are recovered.
#ifndef SLUICE_MODELS_CURVE_H
#define SLUICE_MODELS_CURVE_H

#include <stddef.h>

struct curve {
    double apgr, cpt50, cpt80; // cpt in percent
};

struct curve curve_measure(const float *score, const float *weak, const float *strong, size_t n);
// Area under the receiver's curve: P(score of a positive > score of a negative).
double curve_auroc(const float *score, const float *positive, size_t n);
double curve_spearman(const float *a, const float *b, size_t n);

#endif
