// What a request's form tells: its plain inputs (outcomes.h) taken together, not one by one.
//
// FORM_GROUPS times FORM_TESTS tests ask whether a scaled input is at or above a bound. A fern (Özuysal et al., 2010)
// takes one test of each group; their answers are the number of a cell, and the cell has a weight:
//   sum = step * sum over ferns of cell[fern][number]
// Two requests share as many cells as few tests tell them apart, so the sum is one over requests of like form, by a
// Laplacian kernel on the ranks of the inputs (random binning: Rahimi and Recht, 2007). form_fit.h makes it.
#ifndef SLUICE_INTENT_FORM_H
#define SLUICE_INTENT_FORM_H

#include "intent/outcomes.h"

enum {
    FORM_GROUPS = 8,  // tests of a fern, and bits of a cell's number
    FORM_TESTS = 128, // of a group
    FORM_SETS = 4,    // of ferns: each takes all tests of all groups once
    FORM_FERNS = FORM_SETS * FORM_TESTS,
    FORM_CELLS = 1 << FORM_GROUPS,
};

struct form {
    uint8_t input[FORM_GROUPS][FORM_TESTS]; // which input a test looks at
    float bound[FORM_GROUPS][FORM_TESTS];
    const int8_t (*cell)[FORM_CELLS]; // of each fern; not owned
    float step;
};

// The cell of each fern.
void form_find(const struct form *f, const float inputs[static OUTCOME_INPUTS], uint8_t number[static FORM_FERNS]);
// The sum.
float form_weigh(const struct form *f, const float inputs[static OUTCOME_INPUTS]);

#endif
