#include "gate/starts.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "gate/checks.h"
#include "gate/scan.h"

// A word is known by its first six bytes: letters in lower case, and 0 for everything else. Four of them choose a slot
// of the filter, the other two a bit in it. Nearly all words that begin no literal end there.
enum { SLOT_BITS = 14, SLOTS = 1 << SLOT_BITS, BUCKET_BITS = 11, BUCKETS = 1 << BUCKET_BITS };
enum { BLOCK = 64, KEY = 8, FILTERED = 6 };

// A literal as far as eight bytes tell.
struct row {
    uint64_t value, mask;
    uint16_t bucket, anchor;
};

struct starts {
    const struct anchor *anchors;
    uint8_t filter[SLOTS];
    uint16_t first[BUCKETS + 1]; // of the bucket's rows
    struct row *rows;            // in the order of buckets
};

static inline uint32_t slot_of(uint64_t key) {
    return ((uint32_t)key * 0x9e3779b1u) >> (32 - SLOT_BITS);
}

static inline uint8_t bit_of(uint64_t key) {
    return (uint8_t)(1u << (((uint32_t)(key >> 32 & 0xffff) * 0x2545u) >> 10 & 7));
}

static char reduced(char c) {
    return char_in(c, CHARS_ALPHA) ? (char)(c | 0x20) : 0;
}

bool starts_takes(const struct anchor *a) {
    // A short stem may go on in hundreds of ways, and each would be a key.
    size_t least = a->flags & ANCHOR_WORD ? 2 : 4;
    return a->flags & (ANCHOR_WORD | ANCHOR_STEM) && char_in(a->literal[0], CHARS_ALPHA) && strlen(a->literal) >= least;
}

// ---------------------------------------------------------------- the table

struct builder {
    struct starts *t;
    unsigned count, cap;
};

static void add_row(struct builder *b, uint64_t key, uint64_t mask, unsigned anchor) {
    uint16_t bucket = (uint16_t)(slot_of(key) >> (SLOT_BITS - BUCKET_BITS));
    for (unsigned i = b->count; i && b->t->rows[i - 1].anchor == anchor; i--)
        if (b->t->rows[i - 1].bucket == bucket) return;
    if (b->count == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 4096;
        b->t->rows = mem_grow(b->t->rows, b->cap * sizeof *b->t->rows);
    }
    b->t->rows[b->count++] = (struct row){key & mask, mask, bucket, (uint16_t)anchor};
}

// What may stand at place `at` of the six bytes, behind a literal that is shorter: *to gets up to 27 of them.
static unsigned may_follow(const struct anchor *a, size_t len, size_t at, const char *key, char *to) {
    bool whole = a->flags & ANCHOR_WORD && char_in(a->literal[len - 1], CHARS_WORD);
    unsigned n = 0;
    to[n++] = 0;
    if (whole && at == len) to[n++] = 's'; // plural
    else if (!whole || at > len + 1 || key[len] != 's')
        for (char c = 'a'; c <= 'z'; c++) to[n++] = c;
    return n;
}

// Adds the literal under every key that a word with it may have: those that are shorter than a key have several.
static void add_literal(struct builder *b, unsigned anchor) {
    const struct anchor *a = &b->t->anchors[anchor];
    size_t len = strlen(a->literal), at = len < FILTERED ? len : FILTERED;
    char key[KEY] = {0}, choices[FILTERED][27];
    unsigned count[FILTERED], taken[FILTERED] = {0};
    uint64_t bits, mask = len < KEY ? ((uint64_t)1 << 8 * len) - 1 : UINT64_MAX;
    size_t from = at;
    for (size_t i = 0; i < len && i < KEY; i++) key[i] = reduced(a->literal[i]);
    if (at < FILTERED) count[at] = may_follow(a, len, at, key, choices[at]);
    for (;;) { // counts through the choices, the last place first
        for (; at < FILTERED; at++) {
            if (taken[at] == 0) count[at] = may_follow(a, len, at, key, choices[at]);
            key[at] = choices[at][taken[at]];
        }
        memcpy(&bits, key, sizeof bits);
        b->t->filter[slot_of(bits)] |= bit_of(bits);
        add_row(b, bits, mask, anchor);
        for (at = FILTERED; at > from && ++taken[at - 1] == count[at - 1]; at--) taken[at - 1] = 0;
        if (at == from) return;
        at--;
    }
}

static int by_bucket(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return x->bucket != y->bucket ? x->bucket - y->bucket : x->anchor - y->anchor;
}

struct starts *starts_new(const struct anchor *anchors, unsigned count) {
    struct starts *t = mem_new(sizeof *t);
    struct builder b = {.t = t};
    t->anchors = anchors;
    for (unsigned i = 0; i < count; i++) add_literal(&b, i);
    if (b.count) qsort(t->rows, b.count, sizeof *t->rows, by_bucket);
    for (unsigned i = 0; i < b.count; i++) t->first[t->rows[i].bucket + 1]++;
    for (unsigned i = 0; i < BUCKETS; i++) t->first[i + 1] = (uint16_t)(t->first[i + 1] + t->first[i]);
    return t;
}

void starts_free(struct starts *t) {
    if (!t) return;
    free(t->rows);
    free(t);
}

// ---------------------------------------------------------------- a block of text

struct block {
    uint64_t letters, word;   // a bit for each byte; word: letters, digits, and what is beyond ASCII
    char reduced[BLOCK + 16]; // and the bytes that follow, for the keys
};

#ifdef __SSE2__
static inline __m128i between(__m128i v, char low, char high) {
    return _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(low - 1))),
                         _mm_cmplt_epi8(v, _mm_set1_epi8((char)(high + 1))));
}

// BLOCK + 16 bytes at p are readable.
static inline void read_block(const char *p, struct block *b) {
    b->letters = b->word = 0;
    for (int i = 0; i < BLOCK + 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i)), low = _mm_or_si128(v, _mm_set1_epi8(0x20));
        __m128i letter = between(low, 'a', 'z');
        _mm_storeu_si128((__m128i *)(void *)(b->reduced + i), _mm_and_si128(low, letter));
        if (i == BLOCK) return;
        __m128i word = _mm_or_si128(_mm_or_si128(letter, between(v, '0', '9')), v);
        b->letters |= (uint64_t)(unsigned)_mm_movemask_epi8(letter) << i;
        b->word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << i;
    }
}
#else
static void read_block(const char *p, struct block *b) {
    b->letters = b->word = 0;
    for (int i = 0; i < BLOCK + 16; i++) {
        b->reduced[i] = reduced(p[i]);
        if (i >= BLOCK) continue;
        uint64_t bit = (uint64_t)1 << i;
        if (b->reduced[i]) b->letters |= bit;
        if (char_in(p[i], CHARS_ALNUM) || (unsigned char)p[i] >= 0x80) b->word |= bit;
    }
}
#endif

// ---------------------------------------------------------------- reading

static bool stands_at(const struct anchor *a, size_t len, const char *p) {
    if (!(a->flags & ANCHOR_CASELESS)) return memcmp(p, a->literal, len) == 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char x = (unsigned char)p[i], y = (unsigned char)a->literal[i];
        if (x != y && ((x ^ y) != 0x20 || !char_in((char)x, CHARS_ALPHA))) return false;
    }
    return true;
}

static void keep(struct start_reader *r, struct start_match m) {
    r->full |= r->count == STARTS_WAITING;
    if (r->full) return;
    unsigned i = r->count++;
    for (; i && r->waiting[i - 1].end > m.end; i--) r->waiting[i] = r->waiting[i - 1];
    r->waiting[i] = m;
}

// The word at `at` passed the filter.
static __attribute__((noinline)) void look_up(struct start_reader *r, size_t at, uint64_t key) {
    const struct starts *t = r->table;
    uint32_t bucket = slot_of(key) >> (SLOT_BITS - BUCKET_BITS);
    for (const struct row *row = t->rows + t->first[bucket], *end = t->rows + t->first[bucket + 1]; row < end; row++) {
        if ((key & row->mask) != row->value) continue;
        const struct anchor *a = &t->anchors[row->anchor];
        size_t len = strlen(a->literal);
        if (len <= r->text.len - at && stands_at(a, len, r->text.at + at))
            keep(r, (struct start_match){at, at + len, row->anchor});
    }
}

static void read_on(struct start_reader *r) {
    const struct starts *t = r->table;
    struct block b;
    size_t left = r->text.len - r->at;
    if (left >= sizeof b.reduced) {
        read_block(r->text.at + r->at, &b);
    } else {
        char rest[sizeof b.reduced] = {0};
        memcpy(rest, r->text.at + r->at, left);
        read_block(rest, &b);
    }
    uint64_t begins = b.letters & ~(b.word << 1 | r->after_word);
    for (; begins; begins &= begins - 1) {
        unsigned i = (unsigned)__builtin_ctzll(begins);
        uint64_t key;
        memcpy(&key, b.reduced + i, sizeof key);
        if (t->filter[slot_of(key)] & bit_of(key)) look_up(r, r->at + i, key);
    }
    r->after_word = b.word >> 63;
    r->at += left < BLOCK ? left : BLOCK;
}

void starts_begin(struct start_reader *r, const struct starts *t, struct span text) {
    r->table = t;
    r->text = text;
    r->at = 0;
    r->after_word = r->full = false;
    r->given = r->count = 0;
}

bool starts_next(struct start_reader *r, size_t until, struct start_match *out) {
    for (;;) {
        const struct start_match *next = &r->waiting[r->given];
        bool waits = r->given < r->count;
        if (waits && next->end > until) return false;
        // Nothing that is not read yet can end before it.
        if (waits && next->end <= r->at) {
            *out = *next;
            r->given++;
            return true;
        }
        if (r->at >= until || r->at == r->text.len) return false;
        if (r->given) memmove(r->waiting, next, (r->count -= r->given) * sizeof *next);
        r->given = 0;
        read_on(r);
    }
}
