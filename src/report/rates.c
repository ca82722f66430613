#include "report/rates.h"

#include <math.h>

struct rates rates_of(const struct price_book *book, struct span model) {
    const struct price *p = price_find(book, model);
    return (struct rates){.known = p && !isnan(p->input) && !isnan(p->output), .price = p};
}

bool rates_cost(const struct rates *r, const struct usage_row *row, struct row_cost *out) {
    if (!r->known || row->input < 0 || row->output < 0) return false;
    struct price_usage u = {.input = row->input,
                            .output = 0,
                            .cached = row->cached,
                            .cache_write = row->cache_write,
                            .cache_write_1h = row->cache_write_1h};
    double in = price_cost_usd(r->price, &u);
    u.output = row->output;
    u.reasoning = row->reasoning;
    out->input = (pico)llround(in * 1e12);
    out->total = (pico)llround(price_cost_usd(r->price, &u) * 1e12);
    return true;
}
