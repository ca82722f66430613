// Fits the sum over a request's form (form.h) to outcomes.
//
// A test looks at one input, each as often as the others but for chance, and its bound is the value that one of the
// rows has there: where many rows lie there are many bounds. Both are drawn by a fixed hash; no outcome is looked at.
// Then
//   y ~ constant + sum over ferns of cell[fern][number] / sqrt(FORM_FERNS)
// is a ridge regression, by conjugate gradients.
#ifndef SLUICE_INTENT_FORM_FIT_H
#define SLUICE_INTENT_FORM_FIT_H

#include "intent/form.h"

enum { FORM_FIT_ROWS = 24000 }; // of more rows so many are fitted to

struct form_model {
    struct form form;
    int8_t (*cell)[FORM_CELLS]; // of form, owned
    float constant;
};

// Over the rows whose weight is above 0, of which there must be some; `inputs` are scaled.
void form_fit(const struct outcomes *o, const float *y, const float *weight, struct form_model *out);
float form_predict(const struct form_model *m, const struct outcomes *o, uint32_t row);
void form_release(struct form_model *m);

#endif
