// What a model's tokens cost, in whole 1e-12 USD, so that sums over any number of rows are exact.
//
// The price book answers per token in doubles; here each rate is rounded once, to 1e-12 USD: a price per million tokens
// with six places behind the point is exact.
#ifndef SLUICE_REPORT_RATES_H
#define SLUICE_REPORT_RATES_H

#include "price/price.h"
#include "report/row.h"

enum { RATES_LEVELS = 4 }; // sizes of prompts with prices of their own

struct rates {
    bool known;                  // the book has the model
    int64_t above[RATES_LEVELS]; // ascending; [0] is 0
    uint32_t levels;
    int64_t pico[PRICE_SERVICES][RATES_LEVELS][PRICE_CLASSES]; // -1: not known
};

void rates_set(struct rates *r, const struct price_book *book, struct span model);

struct row_cost {
    pico total, input; // the input's part
};
// What a row costs by the book. `single`: its input is one prompt, whose size may have a price of its own. False when a
// count or a price is not known.
bool rates_cost(const struct rates *r, const struct usage_row *row, bool single, struct row_cost *out);

#endif
