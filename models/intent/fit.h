// What the steps of the fit share.
#ifndef SLUICE_MODELS_FIT_H
#define SLUICE_MODELS_FIT_H

#include "ridge.h"
#include "rows.h"

enum head { FRONTIER, TASK, COMPLEXITY, LENGTH, HEADS };
static const float SCORE_SLOPE = 3;

struct fit {
    struct rows prompts;
    struct design design;
    struct weights weights;
    float *target, *weight, *fold_weight; // of the head in hand
    float *prose;                         // and kind: of each row
    enum features_kind *kind;
    float *unseen[HEADS]; // [row * outputs + output], predicted by a fit without the row's fold
    float *outside;       // the same of weights_outside(); NAN: not a short text
    double *beta;
    uint8_t (*rows)[WEIGHTS_ROW_OUTPUTS]; // what the weights point to
    uint8_t (*intents)[WEIGHTS_INTENTS];
    uint8_t *frontier;
};

struct intent_input input_of(const struct row *r);
float score_of(const struct fit *f, size_t row); // unseen
// For a quantile of the scores where rows do not count alike; by qsort().
struct weighted {
    float score;
    double weight;
};
int weighted_by_score(const void *a, const void *b);
// The table of intents, and the scale of the ambiguity.
void intents_fit(struct fit *f);
// Share of a set's rows whose route at `threshold` is another one after a disturbance of a kind.
void report(const struct fit *f);
void report_disturbed(const struct fit *f);

#endif
