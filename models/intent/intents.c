// The table of intents: one column for each intent of CLINC150, a few for other known kinds, one for what is outside.
//
// Each column is fitted by ridge regression to 1 on its own rows and -1 on all others. How much a text looks like
// what is outside, less how much it looks like the nearest intent, tells the unforeseen better than either.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fit.h"

static const double PENALTY = 0.3;
enum { ITERATIONS = 15, WIDE = FEATURES_BITS - FEATURES_INTENT_BITS };

struct intents {
    struct design design;
    uint32_t *row;                   // of the prompts
    double (*beta)[WEIGHTS_INTENTS]; // [bucket, then the constant][column]
};

static void build(struct fit *f, struct intents *t) {
    struct features *x = mem_new(sizeof *x);
    struct design *d = &t->design;
    size_t max = f->prompts.count;
    t->row = mem_new_array(max, sizeof *t->row);
    d->begin = mem_new_array(max + 1, sizeof *d->begin);
    d->column = mem_new_array(max * (FEATURES_INTENT_MAX + 1), sizeof *d->column);
    d->value = mem_new_array(max * (FEATURES_INTENT_MAX + 1), sizeof *d->value);
    for (uint32_t r = 0; r < max; r++) {
        if (f->prompts.at[r].intent == INTENT_NONE) continue;
        struct intent_input in = input_of(&f->prompts.at[r]);
        features_read(&in, x);
        if (x->intent_count == 0) continue;
        size_t used = d->begin[d->rows];
        for (uint32_t i = 0; i < x->intent_count; i++, used++) {
            d->column[used] = (uint32_t)x->intent[i] << WIDE;
            d->value[used] = 1 / sqrtf((float)x->intent_count);
        }
        d->column[used] = (1u << FEATURES_BITS) + FEATURES_COUNTS; // the constant
        d->value[used++] = 1;
        t->row[d->rows++] = r;
        d->begin[d->rows] = used;
    }
    free(x);
}

static uint32_t bucket_rows(void) {
    return ridge_columns(WIDE);
}

static void fit_fold(struct fit *f, struct intents *t, int fold) {
    uint32_t n = t->design.rows, columns = bucket_rows();
    for (int c = 0; c < WEIGHTS_INTENTS; c++) {
        size_t own = 0;
        for (uint32_t i = 0; i < n; i++) {
            const struct row *r = &f->prompts.at[t->row[i]];
            f->fold_weight[i] = r->fold == fold                                                  ? 0
                                : r->intent == INTENT_BANKING || r->intent == INTENT_INSTRUCTION ? 0.3f
                                                                                                 : 1;
            f->target[i] = r->intent == c ? 1 : -1;
            own += r->intent == c;
        }
        if (own) ridge_fit(&t->design, WIDE, f->target, f->fold_weight, PENALTY, ITERATIONS, f->beta);
        for (uint32_t b = 0; b < columns; b++) t->beta[b][c] = own ? f->beta[b] : b + 1 == columns ? -2 : 0;
    }
}

static void quantise(struct fit *f, const struct intents *t) {
    struct weights *w = &f->weights;
    double largest = 1e-12;
    for (int b = 0; b < WEIGHTS_INTENT_ROWS; b++)
        for (int c = 0; c < WEIGHTS_INTENTS; c++) largest = fmax(largest, fabs(t->beta[b][c]));
    w->intent_step = (float)(largest / 127);
    for (int b = 0; b < WEIGHTS_INTENT_ROWS; b++)
        for (int c = 0; c < WEIGHTS_INTENTS; c++)
            f->intents[b][c] = (uint8_t)(WEIGHTS_ZERO + lround(t->beta[b][c] / (double)w->intent_step));
    for (int c = 0; c < WEIGHTS_INTENTS; c++) w->intent_bias[c] = (float)t->beta[bucket_rows() - 1][c];
}

// P(outside) among the short texts of CLINC150, where one in two were outside.
static void scale(struct fit *f) {
    double mean[2] = {0}, n[2] = {0};
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (isnan(f->outside[i]) || strcmp(r->set, "clinc150_train") != 0) continue;
        int o = r->intent == INTENT_OUTSIDE;
        mean[o] += (double)f->outside[i], n[o]++;
    }
    mean[0] /= n[0], mean[1] /= n[1];
    static const float LONG_TEXT = -2; // a logit: who says much says what it is about
    f->weights.bias[OUTPUT_AMBIGUITY] = LONG_TEXT;
    // half way between the means is one half, the means are three quarters and a quarter
    f->weights.step[OUTPUT_AMBIGUITY] = (float)(2 * log(3) / (mean[1] - mean[0]));
    f->weights.header.ambiguity_offset = (float)(-(mean[0] + mean[1]) / 2);
}

void intents_fit(struct fit *f) {
    struct intents t = {0};
    build(f, &t);
    t.beta = mem_new_array(bucket_rows(), sizeof *t.beta);
    f->intents = mem_new(sizeof *f->intents * WEIGHTS_INTENT_ROWS);
    f->weights.intents = (const uint8_t(*)[WEIGHTS_INTENTS])f->intents;
    f->outside = mem_new_array(f->prompts.count, sizeof *f->outside);
    for (size_t i = 0; i < f->prompts.count; i++) f->outside[i] = NAN;
    struct features *x = mem_new(sizeof *x);
    for (int fold = 0; fold <= FOLDS; fold++) {
        fit_fold(f, &t, fold);
        quantise(f, &t);
        for (size_t i = 0; i < f->prompts.count; i++) {
            const struct row *r = &f->prompts.at[i];
            if (r->fold != fold && !(fold == FOLDS && (r->measured_only || r->fold == FOLD_ALWAYS))) continue;
            struct intent_input in = input_of(r);
            features_read(&in, x);
            if (x->intent_count) f->outside[i] = weights_outside(&f->weights, x);
        }
    }
    scale(f);
    free(x);
    fprintf(stderr, "  fitted intents\n");
}
