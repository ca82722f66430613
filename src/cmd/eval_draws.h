// How `sluice eval` gets scores for its rows: of weights, in folds, or learned from a few.
#ifndef SLUICE_CMD_EVAL_DRAWS_H
#define SLUICE_CMD_EVAL_DRAWS_H

#include "cmd/eval.h"
#include "cmd/outcome_file.h"

// As the weights in use score them.
void eval_by_weights(const struct outcome_file *f, struct eval_rows *out);
// Learned from the other folds.
int eval_by_folds(const struct outcome_file *f, uint32_t folds, uint64_t seed, struct eval_rows *out, struct err *e)
    __attribute__((warn_unused_result));

struct eval_draw {
    double apgr, cpu_seconds;
};
// Learned from `outcomes` rows (no row of a group apart from the others), the rest scored: `out` holds the rows of the
// last draw.
int eval_by_draws(const struct outcome_file *f, uint32_t outcomes, uint32_t draws, uint64_t seed,
                  struct eval_draw *each, struct eval_rows *out, struct err *e) __attribute__((warn_unused_result));

#endif
