#include "route/session.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { WAYS = 4, EDGE_BYTES = 48, TOKEN_BITS = 24, FRONTIER_BITS = 4, TIME_BITS = 35 };
_Static_assert(1 + FRONTIER_BITS + TOKEN_BITS + TIME_BITS == 64, "a value is a word");

// Two words that belong together, without a lock (Hyatt and Mann, A lockless transposition table, 2002): what was torn
// apart by two writers does not give the key.
struct place {
    _Atomic uint64_t mixed; // key ^ value
    _Atomic uint64_t value; // 0: free
};

// A set is one line of the cache.
enum { LINE = 64 };
_Static_assert(WAYS * sizeof(struct place) == LINE, "a set is a line");

struct sessions {
    size_t sets;
    struct place *places; // in `room`, where a line begins
    char room[];
};

struct sessions *sessions_new(size_t places) {
    size_t sets = (places + WAYS - 1) / WAYS;
    struct sessions *s = mem_new(sizeof *s + LINE + sets * LINE);
    s->sets = sets;
    s->places = (struct place *)(void *)(s->room + (LINE - (uintptr_t)s->room % LINE) % LINE);
    return s;
}

void sessions_free(struct sessions *s) {
    free(s);
}

static inline size_t put_edges(char *to, struct span text) {
    uint64_t len = text.len;
    memcpy(to, &len, sizeof len);
    if (text.len >= 2 * EDGE_BYTES) { // of a length that is known when compiling
        memcpy(to + sizeof len, text.at, EDGE_BYTES);
        memcpy(to + sizeof len + EDGE_BYTES, text.at + text.len - EDGE_BYTES, EDGE_BYTES);
        return sizeof len + 2 * EDGE_BYTES;
    }
    size_t first = text.len < EDGE_BYTES ? text.len : EDGE_BYTES,
           last = text.len - first < EDGE_BYTES ? text.len - first : EDGE_BYTES;
    if (first) memcpy(to + sizeof len, text.at, first);
    if (last) memcpy(to + sizeof len + first, text.at + text.len - last, last);
    return sizeof len + first + last;
}

uint64_t session_key(const uint8_t secret[static 16], struct span system, struct span first_turn) {
    char bytes[2 * (sizeof(uint64_t) + 2 * EDGE_BYTES)];
    size_t n = put_edges(bytes, system);
    n += put_edges(bytes + n, first_turn);
    uint64_t key[2];
    hash_keyed_128(bytes, n, secret, key); // of half the rounds: nobody gets to see it
    return key[0] ? key[0] : 1;
}

// ---------------------------------------------------------------- the table

static uint64_t pack(const struct session *s, uint64_t now_s) {
    uint64_t tokens = s->tokens >> TOKEN_BITS ? ((uint32_t)1 << TOKEN_BITS) - 1 : s->tokens;
    return now_s << (64 - TIME_BITS) | tokens << (1 + FRONTIER_BITS) | (uint64_t)(s->frontier & 15) << 1 | s->local;
}

static uint64_t time_of(uint64_t value) {
    return value >> (64 - TIME_BITS);
}

static struct place *set_of(const struct sessions *s, uint64_t key) {
    return &s->places[(size_t)(((unsigned __int128)key * s->sets) >> 64) * WAYS];
}

void session_prefetch(const struct sessions *s, uint64_t key) {
    if (s->sets) __builtin_prefetch(set_of(s, key), 1);
}

static uint64_t load(_Atomic uint64_t *at) {
    return atomic_load_explicit(at, memory_order_relaxed);
}

struct session session_find(struct sessions *s, uint64_t key, uint64_t now_s, uint64_t lasts_s) {
    struct place *set = s->sets ? set_of(s, key) : NULL;
    for (int i = 0; set && i < WAYS; i++) {
        uint64_t value = load(&set[i].value);
        if (!value || (load(&set[i].mixed) ^ value) != key) continue;
        if (time_of(value) + lasts_s < now_s) return (struct session){.known = false};
        return (struct session){.known = true,
                                .local = value & 1,
                                .frontier = value >> 1 & 15,
                                .tokens = (uint32_t)(value >> (1 + FRONTIER_BITS)) & (((uint32_t)1 << TOKEN_BITS) - 1)};
    }
    return (struct session){.known = false};
}

void session_note(struct sessions *s, uint64_t key, const struct session *what, uint64_t now_s) {
    if (!s->sets) return;
    struct place *set = set_of(s, key), *to = set;
    for (int i = 0; i < WAYS; i++) {
        uint64_t value = load(&set[i].value);
        bool same = value && (load(&set[i].mixed) ^ value) == key;
        if (same || time_of(value) < time_of(load(&to->value))) to = &set[i];
        if (same) break;
    }
    uint64_t value = pack(what, now_s);
    atomic_store_explicit(&to->value, value, memory_order_relaxed);
    atomic_store_explicit(&to->mixed, key ^ value, memory_order_relaxed);
}

// ---------------------------------------------------------------- money

struct rates {
    double input, cached, output; // US dollars a token
    bool priced;
};

static struct rates rates_of(const struct price *p, double input_tokens) {
    // relative prices that most of the book has: cached input a tenth, output four times as much
    static const struct rates USUAL = {1e-6, 1e-7, 4e-6, false};
    if (!p) return USUAL;
    int64_t context = (int64_t)input_tokens;
    struct rates r = {price_rate(p, PRICE_INPUT, PRICE_STANDARD, context),
                      price_rate(p, PRICE_CACHED, PRICE_STANDARD, context),
                      price_rate(p, PRICE_OUTPUT, PRICE_STANDARD, context), true};
    if (!isfinite(r.cached)) r.cached = r.input;
    return isfinite(r.input) && isfinite(r.output) ? r : USUAL;
}

static double cost_of(const struct rates *p, const struct session_request *r, double cached) {
    return (r->input_tokens - cached) * p->input + cached * p->cached + r->output_tokens * p->output;
}

struct session_cost session_cost(const struct price *p, const struct session_request *r, double cached) {
    struct rates rates = rates_of(p, r->input_tokens);
    struct session_cost c = {.priced = rates.priced, .cached = fmin(cached, r->input_tokens)};
    c.usd = cost_of(&rates, r, c.cached);
    return c;
}

struct session_switch session_weigh(const struct price *p, const struct session_request *r, const struct session *s) {
    static const double LEAST = 0.01; // odds stay finite
    struct rates rates = rates_of(p, r->input_tokens);
    double history = fmin(s->tokens, r->input_tokens), p_local = fmax(r->p_local, LEAST);
    if (!s->local) return (struct session_switch){cost_of(&rates, r, history), history * (rates.input - rates.cached)};
    return (struct session_switch){cost_of(&rates, r, 0) * (1 - p_local) / p_local, history * rates.input};
}
