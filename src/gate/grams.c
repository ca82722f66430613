#include "gate/grams.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/literal.h"

enum { ANY = -1, PLACES = 2 * GRAM_CODES }; // of one literal at most

// What five bits of a byte most often are in everyday text, from frequent to rare, and how often in a thousand bytes. A
// sign counts as the letter that has its five bits.
static const char FREQUENT[] = " etaoinshrdlucmwfgypbvkxjqz";
static const uint8_t SHARES[] = {170, 100, 75, 66, 62, 57, 57, 52, 50, 49, 35, 33, 23, 23,
                                 20,  19,  18, 16, 16, 15, 12, 8,  6,  1,  1,  1,  1};
_Static_assert(sizeof FREQUENT - 1 == sizeof SHARES, "a share for each");

struct place {
    unsigned gram;
    struct literal_row row;
};

struct builder {
    struct grams *grams;
    uint8_t shares[GRAM_CODES];
    struct place *places;
    unsigned count;
};

static void begin(struct builder *b) {
    unsigned sums[8] = {0}; // how often the bytes that share a bit are met
    memset(b->shares, 1, sizeof b->shares);
    for (size_t i = 0; i < sizeof SHARES; i++) {
        uint8_t *group = &b->grams->group[gram_group(FREQUENT[i])];
        unsigned least = 0;
        for (unsigned bit = 1; bit < 8; bit++)
            if (sums[bit] < sums[least]) least = bit;
        if (!*group) *group = (uint8_t)(1u << least);
        sums[__builtin_ctz(*group)] += SHARES[i];
        b->shares[gram_code(FREQUENT[i])] = SHARES[i];
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

// The row's gram of the literal, with whatever may stand where it goes beyond it.
static void add_gram(struct builder *b, struct span literal, struct literal_row row) {
    int codes[GRAM_BYTES + 1];
    for (int i = 0; i <= GRAM_BYTES; i++) codes[i] = code_at(literal, i - row.begins);
    uint8_t follows = UINT8_MAX;
    if (codes[GRAM_BYTES] != ANY) follows = b->grams->group[gram_group(literal.at[GRAM_BYTES - row.begins])];
    int open = codes[0] == ANY ? 0 : GRAM_BYTES - 1; // the one that may be any, if one
    assert(codes[1] != ANY && (codes[0] == ANY) + (codes[2] == ANY) <= 1);
    bool any = codes[open] == ANY;
    for (int code = 0; code < (any ? GRAM_CODES : 1); code++) {
        if (any) codes[open] = code;
        unsigned gram = gram_of((unsigned)codes[0], (unsigned)codes[1], (unsigned)codes[2]);
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

static void sort_rows(struct grams *g, const struct anchor *anchors, struct place *places, unsigned count) {
    unsigned cells = 0;
    qsort(places, count, sizeof *places, by_gram);
    g->rows = mem_new_array(count + 1, sizeof *g->rows);
    g->cells = mem_new_array(count + 1, sizeof *g->cells);
    g->cells[0] = literal_cell_empty();
    for (unsigned i = 0; i < count; i++) {
        struct literal_row *row = &g->rows[i];
        bool first = i == 0 || places[i - 1].gram != places[i].gram;
        *row = places[i].row;
        row->last = i + 1 == count || places[i + 1].gram != places[i].gram;
        if (first) g->cells[++cells].row = i;
        literal_cell_add(&g->cells[cells], first, &anchors[row->anchor], row->begins - GRAM_CELL);
        g->cell[places[i].gram] = (uint16_t)cells;
    }
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
        add_gram(&b, literal, literal_row(&anchors[i], i, -offset));
        add_gram(&b, literal, literal_row(&anchors[i], i, -offset - 1));
    }
    sort_rows(b.grams, anchors, b.places, b.count);
    free(b.places);
    return b.grams;
}

void grams_free(struct grams *g) {
    if (!g) return;
    free(g->rows);
    free(g->cells);
    free(g);
}
