// How good a router is, by RouteLLM's measure (Ong et al., arXiv 2406.18665; routellm/evals/evaluate.py).
//
// Thresholds are the eleven quantiles of the scores (linear interpolation, as pandas.qcut). At each, prompts whose
// score is at or above it go to the strong model (at the last one: above it, so none): a point of strong calls in
// percent and mean quality. Over the points, sorted by calls,
//   APGR   = (area under the curve - area under weak) / (area under strong - area under weak), by trapezoids
//   CPT(p) = the share of calls at which weak + p (strong - weak) is reached, by numpy.interp's bisection
// Equal scores share a point. Figures without meaning (no gap, no rows) are NAN.
#ifndef SLUICE_INTENT_QUALITY_H
#define SLUICE_INTENT_QUALITY_H

#include <stddef.h>
#include <stdint.h>

enum { QUALITY_POINTS = 11 };

struct quality_point {
    double share;   // of strong calls, 0..1
    double quality; // mean
};

struct quality_curve {
    double weak, strong;                         // mean quality of each alone
    double apgr, cpt50, cpt80;                   // cpt in percent of strong calls
    struct quality_point points[QUALITY_POINTS]; // ascending
};

// `rows` of the vectors, by index: NULL = 0 .. n - 1.
void quality_measure(const float *score, const float *weak, const float *strong, const uint32_t *rows, size_t n,
                     struct quality_curve *out);
// A random router: RouteLLM averages ten, points with the same share together.
void quality_random(const float *weak, const float *strong, size_t n, struct quality_curve *out);

// The mean quality when a share of the calls is strong, those with the highest scores; rows with one score are taken
// in equal parts.
double quality_at(const float *score, const float *weak, const float *strong, size_t n, double share);

#endif
