#include "gate/name_features.h"

#include "gate/short_words.h"

static bool is_upper(const struct name_token *t) {
    return t->shape >= SHAPE_CAPITAL && t->shape <= SHAPE_INITIAL;
}

// Words that may stand inside of a name: "of", "de la", "and".
static const char LINKS[] =
    "of and the for de la le las los les van von der den dem del di da do dos das du el al bin ibn ter "
    "ten zu zum zur af av y e i et nad am im an auf on upon bei sur sous o op aan ";
enum { LINK_MAX = 4 };
static struct short_words links;

__attribute__((constructor)) static void fill_links(void) {
    short_words_fill(&links, LINKS);
}

// One of them, a comma, a hyphen.
static bool is_link(const struct name_token *t, struct span text) {
    static const char MARKS[] = ",&-.'/\"";
    size_t n = t->end - t->start;
    uint64_t word = 0;
    if (t->shape == SHAPE_MARK) return n == 1 && strchr(MARKS, text.at[t->start]) != NULL;
    if (t->shape != SHAPE_LOWER || n > LINK_MAX) return false;
    memcpy(&word, text.at + t->start, n);
    return short_words_have(&links, word);
}

// Inside of a name: what goes on with it.
static bool goes_on(const struct name_token *t, struct span text) {
    switch (t->shape) {
    case SHAPE_UPPER:
    case SHAPE_INITIAL: return true;
    case SHAPE_MARK: return is_link(t, text) && is_upper(t + 1);
    case SHAPE_LOWER:
        if (!(t->known & KNOWN_COMMON)) return true;
        return is_link(t, text) && (is_upper(t + 1) || (is_link(t + 1, text) && is_upper(t + 2)));
    default: return false;
    }
}

bool name_looks_closer(const struct name_segment *seg, uint32_t i, struct span text) {
    const struct name_token *t = &seg->tokens[i];
    if (t->flags & TOKEN_CODE || t->shape == SHAPE_NONE) return false;
    if (t[-1].tag != LABEL_NONE && i > 0) return goes_on(t, text);
    if (t->shape == SHAPE_CAPITAL) // "First Bank": common, but at the begin of more
        return is_upper(t + 1) && !(t[1].flags & TOKEN_OPENS) && (t[1].known & KNOWN_COMMON || t[1].known == 0);
    if (t->shape == SHAPE_INITIAL) return t[1].shape == SHAPE_CAPITAL && !(t->flags & TOKEN_OPENS);
    if (t->shape != SHAPE_LOWER || !((t[-1].known | t[-2].known) & KNOWN_CUE)) return false;
    return !(t->known & KNOWN_COMMON) || t->known & KNOWN_FIRST;
}

static inline uint64_t feature_of(uint32_t id, uint32_t a, uint32_t b) {
    uint64_t h = (a ^ (uint64_t)b << 32) + id * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32; // the low byte is the tag
}

// A token but for its word: 14 bits.
static inline uint32_t kind_of(const struct name_token *t) {
    return (uint32_t)(t->known | t->shape << 6 | (t->flags & (TOKEN_GLUED | TOKEN_OPENS)) << 10);
}

static uint32_t affix(const char *folded, size_t n, size_t take, bool end) {
    uint32_t h = 0;
    if (take > n) take = n;
    memcpy(&h, end ? folded + n - take : folded, take);
    return h;
}

void name_features(const struct name_segment *seg, uint32_t i, struct span text, const struct name_memory *memory,
                   uint64_t out[static NAME_FEATURES]) {
    const struct name_token *t = &seg->tokens[i];
    char folded[NAME_FOLD_BYTES];
    size_t n = name_fold(span_sub(text, t->start, t->end - t->start), folded);
    if (t->flags & TOKEN_DOTTED && n > 1) n--; // the full stop
    uint32_t k2 = kind_of(t - 2), k1 = kind_of(t - 1), k = kind_of(t), p1 = kind_of(t + 1), p2 = kind_of(t + 2);
    uint32_t w2 = t[-2].hash, w1 = t[-1].hash, w = t->hash, x1 = t[1].hash, x2 = t[2].hash;
    uint32_t tag1 = t[-1].tag, tag2 = t[-2].tag, tags = tag1 << 3 | tag2;
    k |= (uint32_t)seg->lower << 12;
    uint32_t id = 0;
#define ADD(a, b) (out[id] = feature_of(id, a, b), id++)
    ADD(w, 0);
    ADD(w1, 1);
    ADD(x1, 0);
    ADD(w2, 0);
    ADD(w1, w);
    ADD(w, x1);
    ADD(w2, w1);
    ADD(w1, x1);
    ADD(k, 0);
    ADD(k, k1);
    ADD(k, p1);
    ADD(k << 14 | k1, p1);
    ADD(k << 14 | k1, k2);
    ADD(k << 14 | p1, p2);
    ADD(w1, k);
    ADD(x1, k);
    ADD(w2, k);
    ADD(w2 * 31 + w1, k);
    ADD(w1, k << 14 | p1);
    ADD(affix(folded, n, 3, false), (uint32_t)t->shape);
    ADD(affix(folded, n, 2, true), (uint32_t)t->shape);
    ADD(affix(folded, n, 3, true), (uint32_t)t->shape);
    ADD(affix(folded, n, 4, true), (uint32_t)t->shape);
    ADD(tag1, k);
    ADD(tags, k);
    ADD(tags, k << 14 | p1);
    ADD(tags, k << 14 | k1);
    ADD(tag1, w);
    ADD(tag1, w1);
    ADD(tag1, x1);
    ADD(name_memory_has(memory, w), k << 3 | tag1);
    ADD((uint32_t)(n > 12 ? 12 : n) << 1 | ((t->flags & TOKEN_FOREIGN) != 0), (uint32_t)t->shape << 3 | tag1);
    ADD(x2, 0);
    ADD(x1, x2);
    ADD(x2, k);
    ADD(affix(folded, n, 2, false), (uint32_t)t->shape);
#undef ADD
    _Static_assert(NAME_FEATURES == 36, "as many as are added");
}
