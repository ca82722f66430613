// The price book and the one formula for what a request cost.
//
// The book is in the format of LiteLLM's model_prices_and_context_window.json: the built-in
// data/prices.json, with an optional override file on top. Prices are US dollars per token.
#ifndef SLUICE_PRICE_PRICE_H
#define SLUICE_PRICE_PRICE_H

#include "base/err.h"
#include "base/span.h"

struct price {
    double input, output;     // USD per token; NAN = unknown
    double cached_input;      // NAN: cached tokens cost as input
    double cache_write;       // 5 minutes; NAN: as input
    double cache_write_1h;    // NAN: as cache_write
    double reasoning;         // NAN: as output
    int64_t max_input_tokens; // 0 = unknown
    int64_t max_output_tokens;
};

struct price_book;

// Built-in book, with an override file on top when `override_path` is not "". NULL on failure.
struct price_book *price_book_load(struct span builtin, const char *override_path, struct err *e);
void price_book_free(struct price_book *b);
size_t price_book_count(const struct price_book *b);
// The price of a model by exact name, then without a "provider/" prefix, then also without a date suffix
// ("-20251211", "-2025-12-11"); NULL = unknown.
const struct price *price_find(const struct price_book *b, struct span model);

struct price_usage {
    int64_t input, output;       // as in struct usage; -1 = not told
    int64_t cached, cache_write; // parts of input that do not overlap
    int64_t cache_write_1h;      // part of cache_write
    int64_t reasoning;           // part of output
};

// USD, or NAN when the price or a count is unknown. Every token is billed exactly once. p may be NULL.
double price_cost_usd(const struct price *p, const struct price_usage *u);

#endif
