#include "price/price.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

// Sixteen times the dearest model of LiteLLM's list; more is a price per million in the wrong place.
#define MOST_USD_PER_TOKEN 0.01

struct entry {
    char *name; // NULL: free
    size_t len;
    uint64_t hash;
    struct price price;
};

struct price_book {
    struct entry *slots; // open addressing, at most half full
    size_t cap;          // a power of two
    size_t count;
};

// ---------------------------------------------------------------- the table

static struct entry *slot_of(const struct price_book *b, struct span name, uint64_t hash) {
    size_t i = hash & (b->cap - 1);
    for (;; i = (i + 1) & (b->cap - 1)) {
        struct entry *e = &b->slots[i];
        if (!e->name || (e->hash == hash && span_is(span_make(e->name, e->len), name))) return e;
    }
}

static void grow(struct price_book *b) {
    struct price_book bigger = {.cap = b->cap * 2};
    bigger.slots = mem_new_array(bigger.cap, sizeof *bigger.slots);
    for (size_t i = 0; i < b->cap; i++) {
        const struct entry *e = &b->slots[i];
        if (e->name) *slot_of(&bigger, span_make(e->name, e->len), e->hash) = *e;
    }
    free(b->slots);
    b->slots = bigger.slots;
    b->cap = bigger.cap;
}

static void put(struct price_book *b, struct span name, const struct price *p) {
    if ((b->count + 1) * 2 > b->cap) grow(b);
    uint64_t hash = hash_bytes(name.at, name.len, 0);
    struct entry *e = slot_of(b, name, hash);
    if (!e->name) {
        *e = (struct entry){.name = mem_copy_span(name), .len = name.len, .hash = hash};
        b->count++;
    }
    e->price = *p;
}

static const struct price *find_exact(const struct price_book *b, struct span name) {
    const struct entry *e = slot_of(b, name, hash_bytes(name.at, name.len, 0));
    return e->name ? &e->price : NULL;
}

// The length of s without "-2025-12-11" or "-20251211" at its end.
static size_t without_date(struct span s) {
    static const char *const DATES[] = {"-dddd-dd-dd", "-dddddddd"};
    for (size_t k = 0; k < sizeof DATES / sizeof *DATES; k++) {
        size_t n = strlen(DATES[k]), i = 0;
        if (s.len <= n) continue;
        const char *tail = s.at + s.len - n;
        while (i < n && (DATES[k][i] == 'd' ? isdigit((unsigned char)tail[i]) != 0 : tail[i] == DATES[k][i])) i++;
        if (i == n) return s.len - n;
    }
    return s.len;
}

const struct price *price_find(const struct price_book *b, struct span model) {
    if (model.len == 0) return NULL;
    const struct price *p = find_exact(b, model);
    if (p) return p;
    const char *slash = memrchr(model.at, '/', model.len);
    if (slash) {
        model = span_sub(model, (size_t)(slash - model.at) + 1, model.len);
        if (model.len && (p = find_exact(b, model))) return p;
    }
    size_t n = without_date(model);
    return n < model.len ? find_exact(b, span_make(model.at, n)) : NULL;
}

size_t price_book_count(const struct price_book *b) {
    return b->count;
}

void price_book_free(struct price_book *b) {
    if (!b) return;
    for (size_t i = 0; i < b->cap; i++) free(b->slots[i].name);
    free(b->slots);
    free(b);
}

// ---------------------------------------------------------------- reading

static const struct {
    const char *key;
    size_t offset;
} COSTS[] = {
    {"input_cost_per_token", offsetof(struct price, input)},
    {"output_cost_per_token", offsetof(struct price, output)},
    {"cache_read_input_token_cost", offsetof(struct price, cached_input)},
    {"cache_creation_input_token_cost", offsetof(struct price, cache_write)},
    {"cache_creation_input_token_cost_above_1hr", offsetof(struct price, cache_write_1h)},
    {"output_cost_per_reasoning_token", offsetof(struct price, reasoning)},
};

static const struct {
    const char *key;
    size_t offset;
} COUNTS[] = {
    {"max_input_tokens", offsetof(struct price, max_input_tokens)},
    {"max_output_tokens", offsetof(struct price, max_output_tokens)},
};

static int read_entry(const char *file, const char *model, const json_t *v, struct price *p, struct err *e) {
    if (!json_is_object(v)) return err_set(e, "%s: %.80s: must be an object", file, model);
    for (size_t i = 0; i < sizeof COSTS / sizeof *COSTS; i++) {
        const json_t *cost = json_object_get(v, COSTS[i].key);
        double *at = (double *)(void *)((char *)p + COSTS[i].offset);
        *at = NAN;
        if (!cost || json_is_null(cost)) continue;
        double usd = json_is_number(cost) ? json_number_value(cost) : NAN;
        if (!(usd >= 0 && usd <= MOST_USD_PER_TOKEN))
            return err_set(e, "%s: %.80s: %s must be US dollars per token, from 0 to %g", file, model, COSTS[i].key,
                           MOST_USD_PER_TOKEN);
        *at = usd;
    }
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        const json_t *count = json_object_get(v, COUNTS[i].key);
        int64_t *at = (int64_t *)(void *)((char *)p + COUNTS[i].offset);
        *at = 0;
        if (!count || json_is_null(count)) continue;
        double tokens = json_is_number(count) ? json_number_value(count) : NAN; // some lists write 200000.0
        if (!(tokens >= 0 && tokens <= 1e12))
            return err_set(e, "%s: %.80s: %s must be a number of tokens", file, model, COUNTS[i].key);
        *at = (int64_t)tokens;
    }
    return 0;
}

static int read_book(struct price_book *b, const char *file, json_t *root, struct err *e) {
    const char *model;
    json_t *v;
    if (!json_is_object(root)) return err_set(e, "%s: must be an object of models", file);
    json_object_foreach(root, model, v) {
        struct price p;
        if (strcmp(model, "sample_spec") == 0) continue; // LiteLLM's list documents itself here
        if (read_entry(file, model, v, &p, e)) return -1;
        // images, audio and the like have no price per token: unknown, so not in the book
        if (isnan(p.input) && isnan(p.output)) continue;
        put(b, span_from(model), &p);
    }
    return 0;
}

static int read_json(struct price_book *b, const char *file, json_t *root, const json_error_t *fault, struct err *e) {
    if (!root) return err_set(e, "%s:%d: %s", file, fault->line, fault->text);
    int status = read_book(b, file, root, e);
    json_decref(root);
    return status;
}

struct price_book *price_book_load(struct span builtin, const char *override_path, struct err *e) {
    struct price_book *b = mem_new(sizeof *b);
    json_error_t fault;
    b->cap = 16;
    b->slots = mem_new_array(b->cap, sizeof *b->slots);
    json_t *root = json_loadb(builtin.at ? builtin.at : "", builtin.len, JSON_REJECT_DUPLICATES, &fault);
    if (read_json(b, "built-in prices", root, &fault, e)) goto fail;
    if (*override_path) {
        root = json_load_file(override_path, JSON_REJECT_DUPLICATES, &fault);
        if (read_json(b, override_path, root, &fault, e)) goto fail;
    }
    return b;
fail:
    price_book_free(b);
    return NULL;
}

// ---------------------------------------------------------------- the formula

static int64_t clamp(int64_t v, int64_t most) {
    return v < 0 ? 0 : v > most ? most : v;
}

static double known_or(double price, double otherwise) {
    return isnan(price) ? otherwise : price;
}

double price_cost_usd(const struct price *p, const struct price_usage *u) {
    if (!p || isnan(p->input) || isnan(p->output) || u->input < 0 || u->output < 0) return NAN;
    // Parts never exceed their whole, so each token is in exactly one of the six terms.
    int64_t cached = clamp(u->cached, u->input);
    int64_t written = clamp(u->cache_write, u->input - cached);
    int64_t written_1h = clamp(u->cache_write_1h, written);
    int64_t reasoning = clamp(u->reasoning, u->output);
    double write = known_or(p->cache_write, p->input);
    return (double)(u->input - cached - written) * p->input + (double)cached * known_or(p->cached_input, p->input) +
           (double)(written - written_1h) * write + (double)written_1h * known_or(p->cache_write_1h, write) +
           (double)(u->output - reasoning) * p->output + (double)reasoning * known_or(p->reasoning, p->output);
}
