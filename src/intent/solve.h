// Weighted ridge regression over outcomes, by conjugate gradients.
//
// Minimises  sum(weight_r (x_r b + c - y_r)^2) + penalty * sum((b_j / scale_j)^2)  over the rows whose weight is above
// 0. x_r: its buckets, each with the row's value times SOLVE_TEXT_GAIN, and the inputs. The constant c is the
// weighted mean of y and a small correction. scale_j of a bucket is log((rows + 1) / (rows with it + 1)) ^ rarity, over
// the rows that are fitted to: a word that most prompts have may have less weight than one that few have.
#ifndef SLUICE_INTENT_SOLVE_H
#define SLUICE_INTENT_SOLVE_H

#include "intent/outcomes.h"

#define SOLVE_TEXT_GAIN 3.0f

struct solver; // the rows with the columns that occur, and memory to work in
struct solver *solver_new(const struct outcomes *o);
void solver_free(struct solver *s);

struct solution {
    float *bucket; // 1 << READING_BITS, for buckets that weigh value (the gain is in them)
    float input[OUTCOME_INPUTS];
    float constant;
};

// Memory of a solution; free with solution_free.
void solution_init(struct solution *b);
void solution_free(struct solution *b);

// `input_scale`: scale_j of the inputs.
struct solve_how {
    float penalty, rarity;
    const float *input_scale; // OUTCOME_INPUTS
};
void solver_fit(struct solver *s, const float *y, const float *weight, const struct solve_how *how);
// What the last fit says of a row, which need not have been fitted to.
float solver_predict(const struct solver *s, uint32_t row);
// Adds the last fit, times a factor.
void solver_add(const struct solver *s, float times, struct solution *b);

#endif
