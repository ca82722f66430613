// Fits a head of its own to outcomes.
//
// The target is d = strong - weak, what the frontier gains. Where an outcome tells of one model only, as those of live
// traffic do, the other side is estimated from the rows that know it (an X-learner: Künzel et al., PNAS 2019):
//   d = s(x) - weak     where the local answer is known,     s: ridge over the rows with a known frontier answer
//   d = strong - w(x)   where the frontier answer is known,  w: ridge over the rows with a known local answer
// s and w are never asked for a row that they were fitted to. The mean of s is drawn towards 1 as by LEARN_PRIOR_ROWS
// outcomes, so that it is defined without any: a frontier of which nothing is known is taken to answer well.
//
// The head is the mean of two ridge fits (solve.h), over words as they are and over words weighed by how rare they
// are, of a sum over a request's form (form_fit.h), and of one over what it resembles (place_fit.h). Each of the two, in
// this order, has a share in the mean of it and what was before it:
//   sum(more * rest) / sum(more^2) * rows / (rows + 500)
// more: what that sum says beyond what was before it, rest: what that leaves unexplained. The form's is 0 or 0.5,
// whichever is nearer, the other's between 0 and 0.7. The base's outputs are among the
// inputs; with few outcomes the penalty leaves little beside them. The penalty is chosen by squared error in folds, and
// so is the share; for the rows of a fold by the other folds only. All that is reported, p_local and the quantiles come
// from scores of fits without the row's fold.
#ifndef SLUICE_INTENT_LEARN_H
#define SLUICE_INTENT_LEARN_H

#include "intent/learned.h"

enum {
    LEARN_FOLDS = 5,
    LEARN_MIN_ROWS = 50,
    LEARN_MAX_ROWS = 200000,
    LEARN_CHOOSE_ROWS = 8000, // of more rows so many choose the penalty
    LEARN_PRIOR_ROWS = 10,
};

struct learn_options {
    uint32_t folds; // 2 ...; 0 = LEARN_FOLDS
    uint64_t seed;  // of the folds
    // Called after each of `total` steps; may be NULL.
    void (*progress)(void *context, uint32_t done, uint32_t total);
    void *context;
};

struct learn_result {
    float *sum;     // of each row: higher wants the frontier. From a fit without its fold, or without it at all
    float *gain;    // the target of each used row
    float *as_well; // P(local does as well) as the outcome has it: 0 or 1, between them where a side was estimated
    uint32_t used, one_sided;
    struct learned learned; // names, time and figures are the caller's to fill in
    uint8_t *table, *filter;
    int8_t (*coordinates)[PLACE_DIMS];
    int8_t (*cells)[FORM_CELLS];
};

// `use`: which rows to learn from, NULL = all that know an outcome. Groups (outcomes_group) must be set. -1 with the
// reason where the outcomes do not suffice.
int learn_fit(const struct outcomes *o, const bool *use, const struct learn_options *options, struct learn_result *out,
              struct err *e) __attribute__((warn_unused_result));
void learn_release(struct learn_result *r);

#endif
