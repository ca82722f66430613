#include "gate/grams.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/literal.h"

const uint8_t GRAM_SIGNS[16] = {0, 31, 31, 31, 31, 31, 31, 31, 31, 31, 27, 31, 31, 30, 28, 29};

// From frequent to rare, and how often in a thousand bytes of everyday text. A sign stands for those that have its
// code.
static const char FREQUENT[] = " etaoinshrdlucm,wfgypb\n.vk-/xjqz";
static const uint8_t SHARES[] = {170, 100, 75, 66, 62, 57, 57, 52, 50, 49, 35, 33, 23, 23, 20, 20,
                                 19,  18,  16, 16, 15, 12, 15, 12, 8,  6,  8,  4,  1,  1,  1,  1};
_Static_assert(sizeof FREQUENT - 1 == sizeof SHARES && sizeof SHARES == GRAM_CODES, "a share for each code");

// The first of a literal's two grams begins at `at` of it, the second one byte later.
struct chosen {
    unsigned anchor;
    int at;
    uint64_t share; // how often both are met
};

struct builder {
    struct grams *grams;
    uint64_t shares[GRAM_CODES];
    uint64_t sums[2 * GRAM_SETS]; // how often the pairs are met that begin the grams of a set, and that end them
};

// The codes that a byte of a gram may have, as bits: one, or several where the gram goes beyond its literal. A literal
// that stands where a word begins follows a sign, or nothing.
static uint32_t codes_at(const struct anchor *a, int at) {
    static const uint32_t ANY = UINT32_MAX;
    if (at >= (int)strlen(a->literal)) return ANY;
    if (at >= 0) return (uint32_t)1 << gram_code(a->literal[at]);
    bool bounded = a->flags & (ANCHOR_WORD | ANCHOR_STEM);
    if (!bounded || !(char_in(a->literal[0], CHARS_ALNUM) || (unsigned char)a->literal[0] >= 0x80)) return ANY;
    uint32_t signs = 0;
    for (unsigned i = 0; i < sizeof GRAM_SIGNS; i++) signs |= (uint32_t)1 << GRAM_SIGNS[i];
    return signs;
}

// How often a byte of these codes is met, in a thousand.
static uint64_t share(const struct builder *b, uint32_t codes) {
    uint64_t sum = 0;
    for (; codes; codes &= codes - 1) sum += b->shares[__builtin_ctz(codes)];
    return sum;
}

static uint64_t gram_share(const struct builder *b, const struct anchor *a, int at) {
    uint64_t product = 1;
    for (int i = 0; i < GRAM_BYTES; i++) product *= share(b, codes_at(a, at + i));
    return product;
}

// Where they are rarest. One byte of a gram at most, of those that choose its cell, may go beyond the literal.
static struct chosen choose(const struct builder *b, const struct anchor *a, unsigned anchor) {
    struct chosen best = {.anchor = anchor, .share = UINT64_MAX};
    int len = (int)strlen(a->literal);
    assert(len >= GRAM_LITERAL_LEAST);
    for (int at = -1; at == -1 || at + GRAM_BYTES <= len; at++) {
        uint64_t both = gram_share(b, a, at) + gram_share(b, a, at + 1);
        if (both < best.share) best.at = at, best.share = both;
    }
    return best;
}

// Gives the pairs of these codes the bit; returns how often those are met that did not have it. Or only counts.
static uint64_t add_pairs(struct builder *b, unsigned bit, uint32_t first, uint32_t second, bool count_only) {
    uint64_t sum = 0;
    for (uint32_t x = first; x; x &= x - 1)
        for (uint32_t y = second; y; y &= y - 1) {
            unsigned i = (unsigned)__builtin_ctz(x), k = (unsigned)__builtin_ctz(y);
            uint32_t *pair = &b->grams->pairs[gram_pair(i, k)];
            if (*pair >> bit & 1) continue;
            sum += b->shares[i] * b->shares[k];
            if (!count_only) *pair |= (uint32_t)1 << bit;
        }
    return sum;
}

// Adds the gram to the set where it makes the fewest more places look like one of the set.
static void add_gram(struct builder *b, const struct anchor *a, int at) {
    uint32_t c[GRAM_BYTES];
    for (int i = 0; i < GRAM_BYTES; i++) c[i] = codes_at(a, at + i);
    unsigned best = 0;
    uint64_t least = UINT64_MAX;
    for (unsigned set = 0; set < GRAM_SETS; set++) {
        uint64_t begin = b->sums[set], end = b->sums[GRAM_SETS + set];
        uint64_t more =
            (begin + add_pairs(b, set, c[0], c[1], true)) * (end + add_pairs(b, GRAM_SETS + set, c[2], c[3], true));
        if (more - begin * end < least) best = set, least = more - begin * end;
    }
    b->sums[best] += add_pairs(b, best, c[0], c[1], false);
    b->sums[GRAM_SETS + best] += add_pairs(b, GRAM_SETS + best, c[2], c[3], false);
}

// The cells of the gram.
static unsigned add_places(const struct anchor *a, unsigned anchor, int at, uint32_t first_cell,
                           struct literal_place *to) {
    unsigned n = 0, second = (unsigned)__builtin_ctz(codes_at(a, at + 1));
    for (uint32_t x = codes_at(a, at); x; x &= x - 1)
        for (uint32_t z = codes_at(a, at + 2); z; z &= z - 1) {
            uint16_t pairs[] = {(uint16_t)gram_pair((unsigned)__builtin_ctz(x), second), (uint16_t)__builtin_ctz(z)};
            to[n++] = (struct literal_place){first_cell + gram_cell(pairs), (uint16_t)anchor, (int16_t)-at};
        }
    assert(n <= GRAM_PLACES / 2);
    return n;
}
_Static_assert(GRAM_CHOOSING == 3 && GRAM_BYTES == 4, "two bytes and one, two bytes and two");

// What is met most often chooses its set first.
static int by_share(const void *a, const void *b) {
    const struct chosen *x = a, *y = b;
    if (x->share != y->share) return x->share > y->share ? -1 : 1;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

unsigned grams_add(struct grams *g, const struct anchor *anchors, unsigned count,
                   bool (*left_out)(const struct anchor *), uint32_t first_cell, struct literal_place *places) {
    struct builder b = {.grams = g};
    struct chosen *all = mem_new_array(count + 1, sizeof *all);
    unsigned taken = 0, n = 0;
    for (size_t i = 0; i < sizeof SHARES; i++) b.shares[(unsigned char)gram_code(FREQUENT[i])] = SHARES[i];
    for (unsigned i = 0; i < count; i++)
        if (!left_out(&anchors[i])) all[taken++] = choose(&b, &anchors[i], i);
    qsort(all, taken, sizeof *all, by_share);
    for (unsigned i = 0; i < taken; i++) {
        const struct anchor *a = &anchors[all[i].anchor];
        for (int k = 0; k < 2; k++) {
            add_gram(&b, a, all[i].at + k);
            n += add_places(a, all[i].anchor, all[i].at + k, first_cell, places + n);
        }
    }
    free(all);
    return n;
}
