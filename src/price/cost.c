#include <math.h>

#include "price/internal.h"

static const struct {
    const char *name;
    enum price_service service;
} SERVICES[] = {
    {"default", PRICE_STANDARD},   {"standard", PRICE_STANDARD},      {"auto", PRICE_STANDARD},
    {"on_demand", PRICE_STANDARD}, {"standard_only", PRICE_STANDARD}, {"batch", PRICE_BATCH},
    {"priority", PRICE_PRIORITY},  {"flex", PRICE_FLEX},
};

enum price_service price_service_from(struct span name) {
    if (!name.len) return PRICE_STANDARD;
    for (size_t i = 0; i < sizeof SERVICES / sizeof *SERVICES; i++)
        if (span_is_nocase(name, span_from(SERVICES[i].name))) return SERVICES[i].service;
    return PRICE_OTHER;
}

const char *price_service_name(enum price_service s) {
    static const char *const NAMES[PRICE_SERVICES] = {"standard", "batch", "priority", "flex", "other"};
    return NAMES[s];
}

// ---------------------------------------------------------------- rates

// The card with the highest limit below `context` that lists the class; NULL when none does.
static const struct price_card *listed(const struct price *p, enum price_class c, enum price_service s,
                                       int64_t context) {
    const struct price_card *best = NULL;
    for (uint32_t i = 0; i < p->card_count; i++) {
        const struct price_card *card = &p->cards[i];
        bool applies = card->service == s && (card->above == 0 || context > card->above) && !isnan(card->usd[c]);
        if (applies && (!best || card->above > best->above)) best = card;
    }
    return best;
}

static double rate_of(const struct price *p, enum price_class c, enum price_service s, int64_t context) {
    const struct price_card *card = listed(p, c, s, context);
    if (!card && c == PRICE_CACHED) return rate_of(p, PRICE_INPUT, s, context);
    if (!card && c == PRICE_REASONING) return rate_of(p, PRICE_OUTPUT, s, context);
    if (!card) return NAN;
    // long prompts cost more, and by how much is told for the standard service only
    const struct price_card *standard = s == PRICE_STANDARD ? NULL : listed(p, c, PRICE_STANDARD, context);
    if (standard && standard->above > card->above) return NAN;
    return card->usd[c];
}

double price_rate(const struct price *p, enum price_class c, enum price_service s, int64_t context) {
    bool told = p->told_most && s == PRICE_STANDARD && context <= p->told_most;
    return told ? p->told[c] : rate_of(p, c, s, context);
}

void price_tell(struct price *p) {
    int64_t most = INT64_MAX;
    for (uint32_t i = 0; i < p->card_count; i++) {
        const struct price_card *card = &p->cards[i];
        if (card->service == PRICE_STANDARD && card->above > 0 && card->above < most) most = card->above;
    }
    for (int c = 0; c < PRICE_CLASSES; c++) p->told[c] = rate_of(p, (enum price_class)c, PRICE_STANDARD, 0);
    p->told_most = most;
}

double price_per_million(double usd_per_token) {
    return round(usd_per_token * 1e6 * 1e9) / 1e9;
}

// ---------------------------------------------------------------- usage

// Far above any request, and far from overflow.
#define MOST_TOKENS ((int64_t)1 << 50)

static int64_t clamp(int64_t v, int64_t most) {
    return v < 0 ? 0 : v > most ? most : v;
}

struct price_usage price_usage_openai(int64_t prompt, int64_t completion, int64_t cached, int64_t reasoning) {
    return (struct price_usage){.input = prompt, .output = completion, .cached = cached, .reasoning = reasoning};
}

struct price_usage price_usage_anthropic(int64_t input, int64_t output, int64_t read, int64_t write_5m,
                                         int64_t write_1h) {
    read = clamp(read, MOST_TOKENS);
    write_5m = clamp(write_5m, MOST_TOKENS);
    write_1h = clamp(write_1h, MOST_TOKENS);
    return (struct price_usage){.input = input < 0 ? -1 : clamp(input, MOST_TOKENS) + read + write_5m + write_1h,
                                .output = output,
                                .cached = read,
                                .cache_write = write_5m + write_1h,
                                .cache_write_1h = write_1h};
}

// ---------------------------------------------------------------- the bill

// Parts never exceed their whole, so each token is in exactly one class, whatever a provider tells.
static void sort_tokens(const struct price_usage *u, int64_t tokens[PRICE_CLASSES]) {
    int64_t input = clamp(u->input, 4 * MOST_TOKENS), output = clamp(u->output, 4 * MOST_TOKENS);
    int64_t cached = clamp(u->cached, input);
    int64_t written = clamp(u->cache_write, input - cached);
    int64_t written_1h = clamp(u->cache_write_1h, written);
    int64_t reasoning = clamp(u->reasoning, output);
    tokens[PRICE_INPUT] = input - cached - written;
    tokens[PRICE_CACHED] = cached;
    tokens[PRICE_WRITE] = written - written_1h;
    tokens[PRICE_WRITE_1H] = written_1h;
    tokens[PRICE_OUTPUT] = output - reasoning;
    tokens[PRICE_REASONING] = reasoning;
}

void price_make_bill(const struct price *p, const struct price_usage *u, struct price_bill *out) {
    bool told = u->input >= 0 && u->output >= 0;
    sort_tokens(u, out->tokens);
    out->total = told && p ? 0 : NAN;
    for (int c = 0; c < PRICE_CLASSES; c++) {
        out->usd[c] = 0;
        if (!out->tokens[c]) continue; // a price that is not needed may be unknown
        out->usd[c] = p ? (double)out->tokens[c] * price_rate(p, (enum price_class)c, u->service, u->input) : NAN;
        out->total += out->usd[c];
    }
}

double price_cost_usd(const struct price *p, const struct price_usage *u) {
    struct price_bill bill;
    price_make_bill(p, u, &bill);
    return bill.total;
}
