// Reads LiteLLM's format. The grammar of a price's name is
//
//   BASE [_above_<N>k_tokens] [_batches | _priority | _flex]
//
// with BASE from the table below; other members (images, audio, pixels, what a model supports) are skipped. Some
// entries have their steps as `tiered_pricing`: [{"range": [from, to], BASE: usd ...}] instead.
#include <math.h>
#include <stdlib.h>

#include "price/internal.h"
#include "wire/json.h"

static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 16u << 20};

// The longer names first: one begins with another.
static const struct {
    struct span name;
    enum price_class class;
} BASES[] = {
    {SPAN("input_cost_per_token"), PRICE_INPUT},
    {SPAN("output_cost_per_token"), PRICE_OUTPUT},
    {SPAN("cache_read_input_token_cost"), PRICE_CACHED},
    {SPAN("cache_creation_input_token_cost_above_1hr"), PRICE_WRITE_1H},
    {SPAN("cache_creation_input_token_cost"), PRICE_WRITE},
    {SPAN("output_cost_per_reasoning_token"), PRICE_REASONING},
};

static const struct {
    struct span suffix;
    enum price_service service;
} SUFFIXES[] = {
    {SPAN(""), PRICE_STANDARD},          {SPAN("_batches"), PRICE_BATCH}, {SPAN("_batch"), PRICE_BATCH},
    {SPAN("_priority"), PRICE_PRIORITY}, {SPAN("_flex"), PRICE_FLEX},
};

enum { MAX_CARDS = 32 };

// One model while it is read.
struct reader {
    const struct json_doc *doc;
    struct price price;
    struct price_card cards[MAX_CARDS];
    uint32_t count;
    uint32_t steps; // the node of tiered_pricing, or 0: read last, because it is more exact than what stands beside it
    bool in_steps;
    char why[200]; // the first thing that is wrong, or ""
};

// ---------------------------------------------------------------- values

static struct span rest_of(struct span s, size_t from) {
    return span_sub(s, from, s.len);
}

static void wrong(struct reader *r, struct span key, const char *what) {
    if (!*r->why) snprintf(r->why, sizeof r->why, "%.*s %s", (int)(key.len < 90 ? key.len : 90), key.at, what);
}

// A price, or NAN with the reason.
static double read_usd(struct reader *r, struct span key, uint32_t node) {
    double usd = NAN;
    char what[100];
    if (json_is(r->doc, node, JSON_STRING)) {
        wrong(r, key, "is a string; write the number without quotes");
    } else if (!json_real(r->doc, node, &usd)) {
        wrong(r, key, "is no number of US dollars per token");
    } else if (usd < 0) {
        wrong(r, key, "is negative");
    } else if (usd > PRICE_MOST_USD_PER_TOKEN) {
        bool per_million = usd / 1e6 <= PRICE_MOST_USD_PER_TOKEN;
        if (per_million)
            snprintf(what, sizeof what, "is %g: a price per million tokens? Per token it is %g", usd, usd / 1e6);
        else
            snprintf(what, sizeof what, "is %g; it must be US dollars per token, at most %g", usd,
                     PRICE_MOST_USD_PER_TOKEN);
        wrong(r, key, what);
    } else {
        return usd;
    }
    return NAN;
}

// Some lists write 200000.0, and a few write the words of the field's description.
static int64_t read_tokens(struct reader *r, struct span key, uint32_t node) {
    double tokens = 0;
    if (json_is(r->doc, node, JSON_NULL)) return 0;
    if (json_real(r->doc, node, &tokens) && tokens >= 0 && tokens <= 1e12) return (int64_t)tokens;
    wrong(r, key, "must be a number of tokens");
    return 0;
}

// ---------------------------------------------------------------- prices

static struct price_card *card_of(struct reader *r, enum price_service service, int64_t above) {
    for (uint32_t i = 0; i < r->count; i++)
        if (r->cards[i].service == service && r->cards[i].above == above) return &r->cards[i];
    if (r->count == MAX_CARDS) return NULL;
    struct price_card *card = &r->cards[r->count++];
    *card = (struct price_card){.service = service, .above = above};
    for (int c = 0; c < PRICE_CLASSES; c++) card->usd[c] = NAN;
    return card;
}

static void put_usd(struct reader *r, struct span key, uint32_t node, enum price_class c, enum price_service s,
                    int64_t above) {
    if (json_is(r->doc, node, JSON_NULL)) return;
    double usd = read_usd(r, key, node);
    if (isnan(usd)) return;
    struct price_card *card = card_of(r, s, above);
    if (!card) wrong(r, key, "is one step too many");
    else if (!isnan(card->usd[c]) && !r->in_steps) wrong(r, key, "is there twice");
    else card->usd[c] = usd;
}

// "_above_272k_tokens" at the front of a suffix: its limit, and the suffix behind it. 0 when there is none.
static int64_t read_above(struct span *suffix) {
    static const struct span ABOVE = SPAN("_above_"), TOKENS = SPAN("k_tokens");
    int64_t n = 0;
    size_t at = ABOVE.len;
    if (!span_starts(*suffix, ABOVE)) return 0;
    for (; at < suffix->len && suffix->at[at] >= '0' && suffix->at[at] <= '9' && n < 1000000; at++)
        n = n * 10 + (suffix->at[at] - '0');
    if (!n || !span_starts(rest_of(*suffix, at), TOKENS)) return 0;
    *suffix = rest_of(*suffix, at + TOKENS.len);
    return n * 1000;
}

// The member's class, step and service; false when it is no price of ours.
static bool read_key(struct span key, enum price_class *c, enum price_service *s, int64_t *above) {
    for (size_t i = 0; i < sizeof BASES / sizeof *BASES; i++) {
        if (!span_starts(key, BASES[i].name)) continue;
        struct span suffix = rest_of(key, BASES[i].name.len);
        *c = BASES[i].class;
        *above = read_above(&suffix);
        for (size_t k = 0; k < sizeof SUFFIXES / sizeof *SUFFIXES; k++) {
            if (!span_is(suffix, SUFFIXES[k].suffix)) continue;
            *s = SUFFIXES[k].service;
            return true;
        }
        return false;
    }
    return false;
}

// One step of `tiered_pricing`.
static void read_step(struct reader *r, uint32_t step) {
    const struct json_doc *d = r->doc;
    uint32_t range = json_is(d, step, JSON_OBJECT) ? json_get(d, step, "range") : 0;
    double from = 0;
    if (!json_is(d, range, JSON_ARRAY) || d->nodes[range].next == range + 1 || !json_real(d, range + 1, &from) ||
        !(from >= 0 && from <= 1e12)) {
        wrong(r, SPAN("tiered_pricing"), "has a step without a range [from, to]");
        return;
    }
    for (uint32_t k = step + 1; k < d->nodes[step].next; k = d->nodes[k + 1].next) {
        enum price_class c;
        enum price_service s;
        int64_t above;
        if (read_key(json_text(d, k), &c, &s, &above) && !above)
            put_usd(r, json_text(d, k), k + 1, c, s, (int64_t)from);
    }
}

static void read_steps(struct reader *r, uint32_t steps) {
    const struct json_doc *d = r->doc;
    if (!json_is(d, steps, JSON_ARRAY)) return;
    r->in_steps = true;
    for (uint32_t s = steps + 1; s < d->nodes[steps].next; s = d->nodes[s].next) read_step(r, s);
}

// ---------------------------------------------------------------- a model

static void read_member(struct reader *r, struct span key, uint32_t value, struct price_book *b) {
    enum price_class c;
    enum price_service s;
    int64_t above;
    if (read_key(key, &c, &s, &above)) put_usd(r, key, value, c, s, above);
    else if (span_is(key, SPAN("max_input_tokens"))) r->price.max_input_tokens = read_tokens(r, key, value);
    else if (span_is(key, SPAN("max_output_tokens"))) r->price.max_output_tokens = read_tokens(r, key, value);
    else if (span_is(key, SPAN("litellm_provider")))
        r->price.provider = arena_copy(&b->arena, json_text(r->doc, value));
    else if (span_is(key, SPAN("mode"))) r->price.mode = arena_copy(&b->arena, json_text(r->doc, value));
    else if (span_is(key, SPAN("tiered_pricing"))) r->steps = value;
}

// Names are printed, so escapes that a terminal would obey are none.
static bool is_name(struct span s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f) return false;
    return s.len > 0;
}

// The provider's name and mode are there as long as the book, so an entry without them shares one "".
static void read_model(struct price_book *b, const struct json_doc *d, struct span name, uint32_t node,
                       const char *file, uint32_t line, size_t *good) {
    struct reader r = {.doc = d, .price = {.provider = "", .mode = "", .source = file, .line = line}};
    struct price *old = book_get(b, name);
    if (!is_name(name)) {
        snprintf(r.why, sizeof r.why, "is no name of a model");
    } else if (!json_is(d, node, JSON_OBJECT)) {
        snprintf(r.why, sizeof r.why, "must be an object");
    } else {
        for (uint32_t k = node + 1; k < d->nodes[node].next; k = d->nodes[k + 1].next) {
            // what a model supports is half of the file, and no price begins with an s
            if (d->text[d->nodes[k].start + 1] != 's') read_member(&r, json_text(d, k), k + 1, b);
        }
        read_steps(&r, r.steps);
    }
    if (old && old->source == file) snprintf(r.why, sizeof r.why, "is there twice, first in line %u", old->line);
    if (old && (*r.why || !r.count)) // an entry replaces the one before, also by none
        old->card_count = 0, old->told_most = 0;
    if (*r.why) {
        book_fault(b, line, name, "%s", r.why);
        return;
    }
    if (!r.count) {
        b->unpriced++; // images, audio and the like have no price per token: unknown, so not in the book
        return;
    }
    struct price_card *cards = arena_alloc_array(&b->arena, r.count, sizeof *cards);
    memcpy(cards, r.cards, r.count * sizeof *cards);
    struct price *p = old ? old : book_add(b, name);
    r.price.name = p->name;
    r.price.cards = cards;
    r.price.card_count = r.count;
    price_tell(&r.price);
    *p = r.price;
    (*good)++;
}

// ---------------------------------------------------------------- a file

// Counts lines as it goes on; places come in order.
struct place {
    const char *text;
    size_t at;
    uint32_t line;
};

static uint32_t line_at(struct place *p, size_t offset) {
    const char *newline;
    while (p->at < offset && (newline = memchr(p->text + p->at, '\n', offset - p->at))) {
        p->at = (size_t)(newline - p->text) + 1;
        p->line++;
    }
    p->at = offset;
    return p->line;
}

// The last member of the root that begins before `end`: whose entry it is that is no JSON.
static struct span model_before(struct span text, size_t end) {
    struct span model = SPAN_NONE;
    int depth = 0;
    for (size_t i = 0; i < end; i++) {
        char c = text.at[i];
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        if (c != '"') continue;
        if (i + 1 == text.len) break;
        size_t n = json_string_length(span_sub(text, i + 1, text.len));
        if (n == SIZE_MAX) break;
        if (depth == 1 && i + 1 + n < end) model = span_sub(text, i + 1, n);
        i += n + 1;
    }
    return model;
}

static int not_json(struct span text, const char *file, enum json_status status, size_t at, struct err *e) {
    struct place place = {text.at, 0, 1};
    struct span model = model_before(text, at);
    return err_set(e, "%s:%u: %s%s%.*s", file, line_at(&place, at), json_status_text(status),
                   model.len ? ", at the model " : "", (int)(model.len < 80 ? model.len : 80),
                   model.len ? model.at : "");
}

static void read_models(struct price_book *b, const struct json_doc *d, const char *file, size_t *good) {
    struct place place = {d->text, 0, 1};
    for (uint32_t k = 1; k < d->nodes[0].next; k = d->nodes[k + 1].next) {
        struct span name = json_text(d, k);
        char plain[512];
        if (d->nodes[k].escaped && name.len <= sizeof plain) name = span_make(plain, json_unescape(name, plain));
        if (span_is(name, SPAN("sample_spec"))) continue; // LiteLLM's list documents itself here
        read_model(b, d, name, k + 1, file, line_at(&place, d->nodes[k].start), good);
    }
}

int book_read(struct price_book *b, struct span text, const char *file, double most_loss, struct err *e) {
    struct json_doc doc = {0};
    size_t at = 0, good = 0, faults = b->fault_count;
    int status = -1;
    text = span_unmarked(text);
    enum json_status parsed = json_parse(&doc, text, &LIMITS, &at);
    file = arena_copy(&b->arena, span_from(file));
    if (parsed != JSON_OK) {
        not_json(text, file, parsed, at, e);
        goto out;
    }
    if (doc.nodes[0].type != JSON_OBJECT) {
        err_set(e, "%s:1: must be an object of models, as LiteLLM's model_prices_and_context_window.json", file);
        goto out;
    }
    read_models(b, &doc, file, &good);
    faults = b->fault_count - faults;
    double lost = faults ? 100 * (double)faults / (double)(faults + good) : 0;
    const struct price_fault *first = price_book_fault(b, b->fault_count - faults);
    if (lost > most_loss)
        err_set(e, "%s:%u: %s: %s (%zu of %zu models cannot be read, %.1f %%; data.prices_max_loss allows %g)", file,
                first ? first->line : 0, first ? first->model : "", first ? first->why : "", faults, faults + good,
                lost, most_loss);
    else status = 0;
out:
    json_free(&doc);
    return status;
}
