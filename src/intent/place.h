// Where a request lies among others: whom it resembles, whatever its single words weigh.
//
// The buckets (reading.h) that come most often have PLACE_DIMS coordinates each. A request lies in the direction of the
// sum of those of its buckets (latent semantic analysis: Deerwester et al., 1990). PLACE_MARKS landmarks are spread
// over where requests lie, and
//   near_m = max(0, cosine of the request and landmark m) ^ 3
//   sum    = sum over m of weight_m * near_m
// Requests that have few words in common but are about the same matter are near to the same landmarks. place_fit.h
// makes such a map.
#ifndef SLUICE_INTENT_PLACE_H
#define SLUICE_INTENT_PLACE_H

#include "intent/reading.h"

enum {
    PLACE_DIMS = 32,
    PLACE_MARKS = 128,
    PLACE_WORDS = 4096, // at most so many buckets have coordinates
    PLACE_GROUPS = (1 << READING_BITS) / 64,
};

struct place {
    uint64_t known[PLACE_GROUPS];        // bit b % 64 of group b / 64: bucket b has coordinates
    uint16_t before[PLACE_GROUPS];       // how many buckets of earlier groups have some: place_index
    const int8_t (*row)[PLACE_DIMS];     // of the known buckets in order; not owned
    float mark[PLACE_DIMS][PLACE_MARKS]; // landmarks, of length 1
    float weight[PLACE_MARKS];
};

// Fills `before`; returns how many buckets have coordinates.
uint32_t place_index(struct place *p);

// The direction of a request, of length 1; 0 when none of its buckets is known.
void place_find(const struct place *p, const uint32_t *buckets, uint32_t count, float at[static PLACE_DIMS]);
void place_near(const struct place *p, const float at[static PLACE_DIMS], float near[static PLACE_MARKS]);
// The sum.
float place_weigh(const struct place *p, const uint32_t *buckets, uint32_t count);

#endif
