#include "gate/grams.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/scan.h"

enum { GROUPS = 8, ANY = -1, PLACES = 2 * GRAM_CODES }; // of one literal at most

// What five bits of a byte most often are in everyday text, from frequent to rare, and how often in a thousand bytes. A
// sign counts as the letter that has its five bits.
static const char FREQUENT[] = " etaoinshrdlucmwfgypbvkxjqz";
static const uint8_t SHARES[] = {170, 100, 75, 66, 62, 57, 57, 52, 50, 49, 35, 33, 23, 23,
                                 20,  19,  18, 16, 16, 15, 12, 8,  6,  1,  1,  1,  1};
_Static_assert(sizeof FREQUENT - 1 == sizeof SHARES, "a share for each");

struct place {
    unsigned gram;
    struct gram_row row;
};

struct builder {
    struct grams *grams;
    uint8_t shares[GRAM_CODES];
    struct place *places;
    unsigned count;
};

static void begin(struct builder *b) {
    uint8_t *group = b->grams->group;
    size_t rank = 0;
    for (; rank < sizeof SHARES; rank++) {
        unsigned code = gram_code(FREQUENT[rank]);
        group[code] = (uint8_t)(1u << rank % GROUPS); // of the frequent ones each in another
        b->shares[code] = SHARES[rank];
    }
    for (unsigned code = 0; code < GRAM_CODES; code++) {
        if (b->shares[code]) continue;
        group[code] = (uint8_t)(1u << rank++ % GROUPS);
        b->shares[code] = 1;
    }
}

// How often the byte at `at` of the literal is met, in a thousand; behind its end and before its begin there is any.
static uint64_t share(const struct builder *b, struct span literal, size_t at) {
    return at < literal.len ? b->shares[gram_code(literal.at[at])] : 1000;
}

// How often the gram at `at` is met with the byte that follows.
static uint64_t gram_share(const struct builder *b, struct span literal, size_t at) {
    return share(b, literal, at) * share(b, literal, at + 1) * share(b, literal, at + 2) * share(b, literal, at + 3);
}

static int code_at(struct span literal, ptrdiff_t at) {
    return at >= 0 && at < (ptrdiff_t)literal.len ? (int)gram_code(literal.at[at]) : ANY;
}

// The gram at `offset` of the literal, with whatever may stand where it goes beyond it.
static void add_gram(struct builder *b, unsigned anchor, struct span literal, ptrdiff_t offset) {
    int codes[GRAM_BYTES + 1];
    for (int i = 0; i <= GRAM_BYTES; i++) codes[i] = code_at(literal, offset + i);
    uint8_t follows = codes[GRAM_BYTES] == ANY ? UINT8_MAX : b->grams->group[codes[GRAM_BYTES]];
    int open = codes[0] == ANY ? 0 : GRAM_BYTES - 1; // the one that may be any, if one
    assert(codes[1] != ANY && (codes[0] == ANY) + (codes[2] == ANY) <= 1);
    bool any = codes[open] == ANY;
    struct gram_row row = {.anchor = (uint16_t)anchor, .len = (uint16_t)literal.len, .offset = (int16_t)offset};
    size_t kept = literal.len < sizeof row.begin ? literal.len : sizeof row.begin;
    memcpy(&row.begin, literal.at, kept);
    row.begin |= GRAM_SMALL;
    memset(&row.mask, 0xff, kept);
    for (int code = 0; code < (any ? GRAM_CODES : 1); code++) {
        if (any) codes[open] = code;
        unsigned gram = (unsigned)(codes[0] | codes[1] << 5 | codes[2] << 10);
        b->grams->follows[gram] |= follows;
        b->places[b->count++] = (struct place){gram, row};
    }
}

// Where the first of the literal's two grams begins: where they are rarest.
static ptrdiff_t best_offset(const struct builder *b, struct span literal) {
    if (literal.len == 2) return -1;
    if (literal.len == 3) // one of the two goes beyond it
        return share(b, literal, 0) < share(b, literal, 2) ? -1 : 0;
    size_t best = 0;
    uint64_t least = UINT64_MAX;
    for (size_t at = 0; at + GRAM_BYTES < literal.len; at++) {
        uint64_t both = gram_share(b, literal, at) + gram_share(b, literal, at + 1);
        if (both < least) least = both, best = at;
    }
    return (ptrdiff_t)best;
}

static int by_gram(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    return x->gram != y->gram ? (x->gram < y->gram ? -1 : 1) : x->row.anchor - y->row.anchor;
}

static void sort_rows(struct grams *g, struct place *places, unsigned count) {
    qsort(places, count, sizeof *places, by_gram);
    g->rows = mem_new_array(count + 1, sizeof *g->rows);
    for (unsigned i = 0; i < count; i++) {
        g->rows[i] = places[i].row;
        g->first[places[i].gram + 1]++;
    }
    for (unsigned i = 0; i < GRAM_COUNT; i++) g->first[i + 1] = (uint16_t)(g->first[i + 1] + g->first[i]);
}

struct grams *grams_new(const struct anchor *anchors, unsigned count, bool (*left_out)(const struct anchor *)) {
    struct builder b = {.grams = mem_new(sizeof *b.grams)};
    unsigned taken = 0;
    for (unsigned i = 0; i < count; i++) taken += !left_out(&anchors[i]);
    b.places = mem_new_array((size_t)taken * PLACES + 1, sizeof *b.places);
    begin(&b);
    for (unsigned i = 0; i < count; i++) {
        if (left_out(&anchors[i])) continue;
        struct span literal = span_from(anchors[i].literal);
        assert(literal.len >= GRAM_LITERAL_LEAST);
        ptrdiff_t offset = best_offset(&b, literal);
        add_gram(&b, i, literal, offset);
        add_gram(&b, i, literal, offset + 1);
    }
    sort_rows(b.grams, b.places, b.count);
    free(b.places);
    return b.grams;
}

void grams_free(struct grams *g) {
    if (!g) return;
    free(g->rows);
    free(g);
}
