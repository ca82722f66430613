// The price book, and the one formula for what a request cost.
//
// The book is in the format of LiteLLM's model_prices_and_context_window.json: the built-in data/prices.json, with an
// optional file on top whose entries replace whole entries. Prices are US dollars per token. docs/prices.md is the
// manual: which fields count, how names are found, and what happens where a price is missing.
//
// A book is immutable once loaded and may be read by any thread.
#ifndef SLUICE_PRICE_PRICE_H
#define SLUICE_PRICE_PRICE_H

#include <stdio.h>

#include "base/err.h"
#include "base/span.h"

struct config;

// Every token of a request is in exactly one class.
enum price_class {
    PRICE_INPUT,     // read anew
    PRICE_CACHED,    // read from the provider's cache
    PRICE_WRITE,     // written to it for 5 minutes
    PRICE_WRITE_1H,  // for an hour
    PRICE_OUTPUT,    // without reasoning
    PRICE_REASONING, // output that is not shown
    PRICE_CLASSES
};

// How the provider served the request. OTHER is a name that is not in our table: its price is not known.
enum price_service { PRICE_STANDARD, PRICE_BATCH, PRICE_PRIORITY, PRICE_FLEX, PRICE_OTHER, PRICE_SERVICES };

// "default", "batch", "priority" ... as OpenAI and Anthropic write it; "" is standard.
enum price_service price_service_from(struct span name);
const char *price_service_name(enum price_service s);

// Prices for one service and for prompts of more than `above` tokens.
struct price_card {
    enum price_service service;
    int64_t above;             // 0: any prompt
    double usd[PRICE_CLASSES]; // per token; NAN = not listed
};

struct price {
    const char *name, *provider, *mode; // as in the file; provider and mode may be ""
    const char *source;                 // "built-in", or the file's path
    uint32_t line;                      // there
    uint32_t card_count;
    const struct price_card *cards;
    int64_t max_input_tokens, max_output_tokens; // 0 = unknown
    // What price_rate says of the standard service for prompts of up to so many tokens, told once; 0 = not yet.
    int64_t told_most;
    double told[PRICE_CLASSES];
};

// ---------------------------------------------------------------- the book

enum {
    PRICE_BOOK_MAX_BYTES = 64 << 20, // LiteLLM's has 1.6 MB
    PRICE_BOOK_MAX_FAULTS = 1000,    // faults that are kept; the rest is counted
};
#define PRICE_BOOK_MOST_LOSS 5.0      // percent; the default of data.prices_max_loss
#define PRICE_MOST_USD_PER_TOKEN 0.01 // more is a price per million in the wrong place

struct price_fault {
    uint32_t line;
    char *model;
    char *why;
};

struct price_book;

// Built-in book, with a file on top when `path` is not "". An entry that cannot be understood is a fault: its model is
// not in the book. NULL when a file is no JSON, or when more than `most_loss` percent of a file's models are faults.
struct price_book *price_book_load(struct span builtin, const char *path, double most_loss, struct err *e);
// The book that a configuration names: data.prices on top of the built-in one, within data.prices_max_loss.
struct price_book *price_book_of(const struct config *config, struct err *e);
void price_book_free(struct price_book *b);
size_t price_book_count(const struct price_book *b);
const struct price *price_book_at(const struct price_book *b, size_t i); // in the order of the files
size_t price_book_unpriced(const struct price_book *b); // entries without a price per token: images, audio, search
size_t price_book_fault_count(const struct price_book *b);
// NULL past the end, and past PRICE_BOOK_MAX_FAULTS.
const struct price_fault *price_book_fault(const struct price_book *b, size_t i);
// -1 with the reason when `fresh` lacks more than `most_loss` percent of the models of `old`.
int price_book_check_loss(const struct price_book *old, const struct price_book *fresh, double most_loss, struct err *e)
    __attribute__((warn_unused_result));

// How a name was found; flags.
enum price_found { PRICE_EXACT = 0, PRICE_WITHOUT_PROVIDER = 1, PRICE_WITHOUT_DATE = 2 };

// The price of a model: by its exact name; then without "provider/" parts from the left; then the same without a date
// or "-latest" at the end. NULL = unknown; one without cards has lost its price to a fault. `found` may be NULL.
const struct price *price_find_how(const struct price_book *b, struct span model, unsigned *found);
const struct price *price_find(const struct price_book *b, struct span model);
// "exact", "without the provider", ... a constant.
const char *price_found_text(unsigned found);
// Names that resemble `model`, the nearest first. Returns how many, at most `most`.
size_t price_nearest(const struct price_book *b, struct span model, const struct price **out, size_t most);
// Says that the book does not have the model, what is near it, and how to mend it; -1.
int price_set_unknown(const struct price_book *b, const char *model, struct err *e);

// ---------------------------------------------------------------- the formula

struct price_usage {
    int64_t input, output;       // as in struct usage, cache and reasoning included; -1 = not told
    int64_t cached, cache_write; // parts of input that do not overlap
    int64_t cache_write_1h;      // part of cache_write
    int64_t reasoning;           // part of output
    enum price_service service;
};

// Usage as each protocol tells it. OpenAI: cached tokens are part of the prompt, reasoning part of the completion.
// Anthropic: input excludes the cache; reads and both kinds of writes are beside it. -1 = not told.
struct price_usage price_usage_openai(int64_t prompt, int64_t completion, int64_t cached, int64_t reasoning);
struct price_usage price_usage_anthropic(int64_t input, int64_t output, int64_t read, int64_t write_5m,
                                         int64_t write_1h);

struct price_bill {
    int64_t tokens[PRICE_CLASSES]; // their sum is input + output
    double usd[PRICE_CLASSES];     // 0 where there are no tokens; NAN where their price is not known
    double total;                  // NAN when a class with tokens has no known price, or a count is not told
};
void price_make_bill(const struct price *p, const struct price_usage *u, struct price_bill *out);
// The bill's total: USD, or NAN = unknown. p may be NULL.
double price_cost_usd(const struct price *p, const struct price_usage *u);

// USD per token of a class for a prompt of `context` tokens, or NAN. Where a price is not listed: cached tokens cost as
// input, the most that they can, and reasoning as output, which it is unless listed apart; writes are unknown, for they
// cost more than input.
double price_rate(const struct price *p, enum price_class c, enum price_service s, int64_t context);

// As people write prices: 1.75 of 1.75e-6, without the last digits of the product.
double price_per_million(double usd_per_token);

#endif
