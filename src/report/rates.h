// What a model's tokens cost, in whole 1e-12 USD, so that sums over any number of rows are exact.
#ifndef SLUICE_REPORT_RATES_H
#define SLUICE_REPORT_RATES_H

#include "price/price.h"
#include "report/row.h"

struct rates {
    bool known;
    const struct price *price;
};

struct rates rates_of(const struct price_book *book, struct span model);

// What a row costs by the book, and which part of it is for its input. False when it is not known.
struct row_cost {
    pico total, input;
};
bool rates_cost(const struct rates *r, const struct usage_row *row, struct row_cost *out);

#endif
