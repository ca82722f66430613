// What `sluice roi` has computed, between the command and what writes it.
#ifndef SLUICE_CMD_ROI_H
#define SLUICE_CMD_ROI_H

#include <jansson.h>

#include "price/forecast.h"
#include "price/price.h"
#include "price/verdict.h"

enum { ROI_MAX_MODELS = 8, ROI_SHARE_STEPS = 20, ROI_CASH_MONTHS = 36 };

// One model's answer.
struct roi_case {
    char model[128];            // as asked; "" when the prices were given by hand
    const struct price *price;  // NULL then
    unsigned found;             // how: price_found_text
    bool given[SAVINGS_INPUTS]; // on the command line; the others are presets or the book's
    bool has_range;
    struct savings_inputs low, middle, high; // all the same where no range was given
    struct savings savings;                  // at the middle
    struct savings_month cash[ROI_CASH_MONTHS + 1];
    struct forecast_swing swings[SAVINGS_INPUTS];
    size_t swing_count;
    struct forecast forecast; // when has_range
    struct verdict_answer verdict;
};

struct roi {
    struct roi_case cases[ROI_MAX_MODELS];
    size_t count; // the first is the one that the answer is about
    bool sensitive, interactive, reasoning, sporadic;
    enum price_service service;
    int64_t seed;
};

// The saving when another share goes to the local model, 0 to 1 in ROI_SHARE_STEPS steps.
double roi_saving_at(const struct roi_case *c, double local_share);

// Everything as JSON; the caller's reference. docs/roi.md describes it.
json_t *roi_json(const struct roi *roi);
// For a terminal.
void roi_print(const struct roi *roi, bool colour);

#endif
