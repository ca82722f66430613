// The prompts that the weights are fitted to, with a target for each head.
#ifndef SLUICE_MODELS_ROWS_H
#define SLUICE_MODELS_ROWS_H

#include "base/err.h"
#include "intent/weights.h"

struct row {
    const char *set;      // "mmlu", "clinc150_train", ... "synthetic"
    struct span category; // domain or category, as the set names it
    struct span text, system;
    float weak, strong;  // NAN: not a routing row
    float out_words;     // NAN: not known
    float wanted;        // how much it wants the frontier: -1 routine .. 1 hard; NAN: measured only
    float weight;        // of the row in the fit
    float complexity;    // NAN: not a row of that head
    int task;            // enum weights_task, or -1
    bool routine, hard;  // of the reference traffic
    bool measured_only;  // never fitted to
    float judged;        // a difficulty or ambiguity label to measure against; NAN
    int fold;            // rows with the same wording share one; FOLD_ALWAYS: fitted to in every fold
    int intent;          // column of the intents, or INTENT_NONE: not a row of that head
    struct span dataset; // of a T0 row
};

struct rows {
    struct row *at;
    size_t count, cap;
};

enum { FOLDS = 5, FOLD_ALWAYS = -1 };
// Columns of the intents beside those of CLINC150.
enum { INTENT_NONE = -1, INTENT_OUTSIDE = WEIGHTS_OUTSIDE, INTENT_BANKING = 150, INTENT_INSTRUCTION, INTENT_QUESTION };

struct row *rows_add(struct rows *rows);
// Reads a JSONL file; its base name says which set it is. -1 with the reason.
int rows_read(struct rows *rows, const char *path, struct err *e) __attribute__((warn_unused_result));
// Own wordings of all kinds of request; rows already read serve as material. -1 with the reason.
int rows_synthesise(struct rows *rows, const char *path, uint64_t seed, struct err *e)
    __attribute__((warn_unused_result));
// Puts rows that share a run of twelve words into one fold, and the rows of a T0 data set.
void rows_fold(struct rows *rows);

#endif
