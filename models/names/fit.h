// Training of the name tagger; see train.sh for the steps and DATA_CARD.md for what they yield.
#ifndef MODELS_NAMES_FIT_H
#define MODELS_NAMES_FIT_H

#include <stdio.h>

#include "gate/name_decode.h"

enum { FOLDS = 5, ROW_SPANS = 64 };
enum { SPAN_SKIP = NAME_TYPES }; // neither right nor wrong

struct gold {
    uint32_t start, end; // bytes
    uint8_t type;        // enum name_type, or SPAN_SKIP
};

struct row {
    struct span text;
    char set[24];
    uint32_t fold; // by group: copies and siblings of a row share it
    struct gold *spans;
    uint32_t count;
};

struct rows {
    struct row *at;
    size_t count;
};

// Which rows to learn from.
struct choice {
    int without_fold;        // of the sets with gold labels, or -1
    const char *without_set; // sets that begin like this, or NULL
};

// A model as it ships, and where its bytes are.
struct model {
    struct names names;
    char *body; // buckets of features, then of words
    size_t body_len;
};

// Ends the program when the file is not as prepare.mjs writes it.
struct rows rows_load(const char *path);
bool row_is_chosen(const struct row *r, const struct choice *c);
bool row_is_gold(const struct row *r); // has a set of its own, not made from templates or by swapping
// The gold span that holds a token, or NULL.
const struct gold *row_gold(const struct row *r, const struct name_token *t);

// Builds the filter of OUT/words.tsv; *slots is owned by the caller.
void filter_build(const char *path, uint32_t buckets, struct name_filter *out, uint16_t **slots);

// Learns, keeps the best features and quantises; the bias and the calibration are left at their defaults.
struct model perceptron_train(const struct rows *rows, const struct choice *choice, const struct name_filter *filter,
                              uint32_t buckets, uint32_t epochs);
void model_free(struct model *m);

struct tally {
    uint32_t gold, found, same, said, right, right_same; // spans; "same" is of the same type
};

struct measure {
    struct tally by_type[NAME_TYPES], all;
    uint32_t rows, rows_with_person;
    struct points *points; // or NULL
};

// For calibration: margins of what was said, and whether it was right.
struct points {
    float *margin[NAME_TYPES];
    bool *right[NAME_TYPES];
    size_t count[NAME_TYPES];
};
enum { MAX_POINTS = 1 << 16 };

// Adds a row to the figures.
void measure_row(struct measure *m, const struct names *names, const struct row *r);
void measure_print(const char *title, const struct measure *m);
// Fits the logistic of each type into the header.
void points_fit(const struct points *p, struct names_header *h);

#endif
