// Learned weights: a head of their own for one pair of models, behind the bytes of the base weights in one file.
//
// Where a file has such a section, score and p_local come from it; task, complexity, ambiguity and output tokens from
// the base weights before it. Immutable once loaded.
//
// Little-endian, in this order, behind the base's bytes:
//   header   struct learned_header; checksum as in weights.h
//   mean, scale, weight   float[LEARNED_INPUTS] each, of the inputs: weight * clamp((input - mean) * scale, +-4)
//   quantile float[WEIGHTS_QUANTILES], of the scores of the outcomes it was made from
//   table    uint8[1 << READING_BITS], 128 stands for 0
//   filter   uint8[filter_bytes]: which requests it was made from, a Bloom filter of LEARNED_PROBES bits each
// when header.formed is not 0, what a request's form tells (form.h):
//   input, bound of struct form, then int8[FORM_FERNS][FORM_CELLS]
// and when header.placed is above 0, a map of requests (place.h):
//   known, mark, weight of struct place, then int8[placed][PLACE_DIMS]
#ifndef SLUICE_INTENT_LEARNED_H
#define SLUICE_INTENT_LEARNED_H

#include <stdio.h>

#include "intent/form.h"
#include "intent/outcomes.h"
#include "intent/place.h"

enum { LEARNED_FORMAT = 3, LEARNED_INPUTS = OUTCOME_INPUTS, LEARNED_NAME = 96, LEARNED_PROBES = 4 };
enum { LEARNED_FILTER_MAX_BYTES = 128 * 1024 };
#define LEARNED_MAGIC "SLUICELN"

struct learned_header {
    char magic[8];
    uint32_t format;
    uint32_t size; // of the section
    uint64_t checksum;
    uint32_t base; // weights_base() of the bytes before it
    uint32_t reading, inputs, quantiles, filter_bytes;
    uint32_t rows, one_sided; // outcomes; of them such that tell of one model only
    char local[LEARNED_NAME]; // the pair of models, ended by NUL
    char frontier[LEARNED_NAME];
    uint32_t placed;                       // buckets with coordinates; 0 = there is no map
    int64_t made_us;                       // wall clock, UTC
    float step, constant;                  // of the table; of the sum
    float local_slope, local_offset;       // p_local = logistic(offset - slope * sum); score = 1 - p_local
    float apgr, gain, gain_low, gain_high; // cross-validated, when it was made; NAN = not known
    float base_apgr;                       // of the base on the same rows
    float penalty;
    uint32_t formed; // 0 = the form tells nothing
    float form_step;
};

struct learned {
    struct learned_header header;
    float mean[LEARNED_INPUTS], scale[LEARNED_INPUTS], weight[LEARNED_INPUTS];
    float quantile[WEIGHTS_QUANTILES];
    const uint8_t *table;
    const uint8_t *filter;
    struct form form;   // when header.formed is not 0
    struct place place; // when header.placed is above 0
};

// From the bytes behind the base's, which the caller keeps. NULL with the reason.
struct learned *learned_load(struct span bytes, uint32_t base, struct err *e);
// Writes the section; fills magic, sizes and checksum. -1 with the reason.
int learned_write(const struct learned *l, FILE *out, struct err *e) __attribute__((warn_unused_result));

// The raw sum: higher wants the frontier. `outputs`: of the base.
float learned_apply(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS]);
// An input as the head sees it: centred, scaled, bounded.
float learned_scale_input(const struct learned *l, uint32_t i, float input);
void learned_scale_inputs(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS],
                          float inputs[static LEARNED_INPUTS]);
float learned_p_local(const struct learned *l, float sum);
// What was learned makes of a request.
void learned_score(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS],
                   float *score, float *p_local);

// What stands for a request in the filter: the same for the same buckets, whatever their order.
uint64_t learned_mark(const uint32_t *buckets, uint32_t count);
// The bytes of a filter for so many rows.
uint32_t learned_filter_bytes(uint32_t rows);
void learned_filter_add(uint8_t *filter, uint32_t bytes, uint64_t mark);
// False: it was certainly not made from this request.
bool learned_has_seen(const struct learned *l, uint64_t mark);

#endif
