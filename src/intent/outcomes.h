// Rows to learn from: what was read of a request, and how well either side did it.
//
// Compact: of each request its buckets (reading.h), its counts and the base's outputs; about 1.2 kB a row.
#ifndef SLUICE_INTENT_OUTCOMES_H
#define SLUICE_INTENT_OUTCOMES_H

#include "intent/sample.h"

// Plain inputs beside the buckets: the counts, then the outputs of the base weights.
enum { OUTCOME_INPUTS = READING_COUNTS + WEIGHTS_OUTPUTS };

struct outcome_row {
    uint64_t begin;        // its buckets in `bucket`: first the text's ...
    uint32_t text, system; // ... so many of them, then so many of the system text
    float text_value, system_value;
    float weak, strong;                // quality of the local and of the frontier answer; NAN = not known
    float length;                      // bytes of the prompt; NAN = not known
    float input_tokens, output_tokens; // estimate, and as the score expects; 0 = not known
    float base_score, use_score;       // of the base weights, and of those in use (which may be the same)
    float use_p_local;
    bool has_base;  // else its inputs are 0
    uint32_t group; // rows that are nearly the same share one: see outcomes_group
    uint16_t label; // task or category of the data, index into labels; 0 = none
    uint16_t task;  // as the base sees it
};

struct outcomes {
    struct outcome_row *at;
    uint32_t count, cap;
    uint32_t *bucket;
    uint64_t buckets, bucket_cap;
    float (*inputs)[OUTCOME_INPUTS];
};

void outcomes_free(struct outcomes *o);
// Adds a row; weak and strong may be set in what it returns, which is valid until the next row.
struct outcome_row *outcomes_add(struct outcomes *o, const struct sample *s);

// Finds rows that are nearly the same: those that agree in one of GROUP_BANDS keys, each made of the GROUP_ROWS
// smallest hashes of their buckets under as many hash functions (MinHash: Broder, 1997). Of two rows that have four
// fifths of all that is in either in common nine in ten are found, of such that have a half in common one in eight. A
// key of more than GROUP_STOCK rows is a common template and joins nobody, and a group does not grow beyond GROUP_MOST:
// requests made from one template are traffic to learn from, not copies.
enum { GROUP_BANDS = 8, GROUP_ROWS = 6, GROUP_STOCK = 6, GROUP_MOST = 12 };
void outcomes_group(struct outcomes *o);

// A number below `folds`, the same for all rows of a group.
uint32_t outcomes_fold(const struct outcomes *o, uint32_t row, uint32_t folds, uint64_t seed);

// The rows whose weight is above 0, about `most` of them where there are more, chosen by their group. Returns how many.
uint32_t outcomes_choose(const struct outcomes *o, const float *weight, uint32_t most, uint32_t *rows);

#endif
