#include "report/rates.h"

#include <math.h>

// Sizes at which a price changes; more of them than we keep make the model unknown rather than wrong.
static bool collect_levels(struct rates *r, const struct price *p) {
    r->levels = 1;
    for (uint32_t i = 0; i < p->card_count; i++) {
        int64_t above = p->cards[i].above;
        uint32_t at = 0;
        while (at < r->levels && r->above[at] < above) at++;
        if (at < r->levels && r->above[at] == above) continue;
        if (r->levels == RATES_LEVELS) return false;
        for (uint32_t k = r->levels++; k > at; k--) r->above[k] = r->above[k - 1];
        r->above[at] = above;
    }
    return true;
}

void rates_set(struct rates *r, const struct price_book *book, struct span model) {
    const struct price *p = price_find(book, model);
    *r = (struct rates){.known = false};
    if (!p || !collect_levels(r, p)) return;
    r->known = true;
    for (int s = 0; s < PRICE_SERVICES; s++)
        for (uint32_t l = 0; l < r->levels; l++)
            for (int c = 0; c < PRICE_CLASSES; c++) {
                double usd = price_rate(p, (enum price_class)c, (enum price_service)s, r->above[l] + 1);
                r->pico[s][l][c] = isnan(usd) ? -1 : llround(usd * 1e12);
            }
}

bool rates_cost(const struct rates *r, const struct usage_row *row, bool single, struct row_cost *out) {
    if (!r->known || row->input < 0 || row->output < 0) return false;
    uint32_t level = 0;
    if (single)
        while (level + 1 < r->levels && row->input > r->above[level + 1]) level++;
    const int64_t *rate = r->pico[row->service][level];
    const int64_t tokens[PRICE_CLASSES] = {
        [PRICE_INPUT] = row->input - row->cached - row->cache_write,
        [PRICE_CACHED] = row->cached,
        [PRICE_WRITE] = row->cache_write - row->cache_write_1h,
        [PRICE_WRITE_1H] = row->cache_write_1h,
        [PRICE_OUTPUT] = row->output - row->reasoning,
        [PRICE_REASONING] = row->reasoning,
    };
    pico input = 0, output = 0;
    for (int c = 0; c < PRICE_CLASSES; c++) {
        if (!tokens[c]) continue;
        if (rate[c] < 0) return false;
        *(c < PRICE_OUTPUT ? &input : &output) += (pico)tokens[c] * rate[c];
    }
    *out = (struct row_cost){.total = input + output, .input = input};
    return true;
}
