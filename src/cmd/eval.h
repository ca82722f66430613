// What `sluice eval` measures, between the command and what writes it.
#ifndef SLUICE_CMD_EVAL_H
#define SLUICE_CMD_EVAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "price/price.h"

// One entry for each row that was scored.
struct eval_rows {
    size_t n;
    float *score, *p_local, *weak, *strong, *length;
    float *usd;           // what the frontier is expected to cost for it; all 0 without a price
    const char *frontier; // the model of the price, or NULL
    const struct price *price;
    uint16_t *label; // index into labels; 0 = none
    const char *const *labels;
    size_t label_count;
    double target_local_share; // where rows by task are counted
};

struct eval_rows eval_rows_new(size_t max);
void eval_rows_free(struct eval_rows *r);

// Every figure, with 95 % intervals from resampled rows; docs/learning.md describes the object.
json_t *eval_measure(const struct eval_rows *r);
// For a terminal.
void eval_print(const json_t *figures);

#endif
