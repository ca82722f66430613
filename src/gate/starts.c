#include "gate/starts.h"

#include <stdlib.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "gate/checks.h"
#include "gate/grams.h"
#include "gate/scan.h"

// A word is known by its first bytes: letters in lower case, and 0 for everything else. Five of them choose a bit of
// the filter, where nearly all words end that begin no literal; four choose the rows that the others are compared with.
enum { FILTER_BITS = 16, BUCKET_BITS = 11, BUCKETS = 1 << BUCKET_BITS };
enum { BLOCK = 64, KEY = 8, FILTERED = 5, CHOOSING = 4, LEAST = 3 };

// A literal as far as eight bytes tell.
struct row {
    uint64_t value, mask;
    uint16_t bucket, anchor, len;
};

struct starts {
    const struct anchor *anchors;
    uint64_t filter[(1 << FILTER_BITS) / 64];
    uint16_t first[BUCKETS + 1]; // of the bucket's rows
    struct row *rows;            // in the order of buckets
    struct grams *grams;         // the literals that may stand anywhere
};

static inline uint32_t place_of(uint64_t key) {
    return (uint32_t)(((key << 8 * (KEY - FILTERED)) * 0x9e3779b97f4a7c15u) >> (64 - FILTER_BITS));
}

static inline uint32_t bucket_of(uint64_t key) {
    return ((uint32_t)key * 0x9e3779b1u) >> (32 - BUCKET_BITS);
}

static char reduced(char c) {
    return char_in(c, CHARS_ALPHA) ? (char)(c | 0x20) : 0;
}

bool starts_takes(const struct anchor *a) {
    size_t len = strlen(a->literal);
    if (!(a->flags & (ANCHOR_WORD | ANCHOR_STEM)) || !char_in(a->literal[0], CHARS_ALPHA)) return false;
    // What is shorter may go on in hundreds of ways, and each would be a bit.
    return len > LEAST || (len == LEAST && a->flags & ANCHOR_WORD && char_in(a->literal[len - 1], CHARS_WORD));
}

// ---------------------------------------------------------------- the table

// What may stand at place `at` of the filtered bytes, behind a literal that is shorter: *to gets up to 27 of them.
static unsigned may_follow(const struct anchor *a, size_t len, size_t at, const char *key, char *to) {
    bool whole = a->flags & ANCHOR_WORD && char_in(a->literal[len - 1], CHARS_WORD);
    unsigned n = 0;
    to[n++] = 0;
    if (whole && at == len) to[n++] = 's'; // plural
    else if (!whole || at > len + 1 || key[len] != 's')
        for (int c = 'a'; c <= 'z'; c++) to[n++] = (char)c;
    return n;
}

static void set_bit(struct starts *t, const char *key) {
    uint64_t bits;
    memcpy(&bits, key, sizeof bits);
    uint32_t place = place_of(bits);
    t->filter[place / 64] |= (uint64_t)1 << place % 64;
}

// Sets the bit of every word that may begin with the literal.
static void add_to_filter(struct starts *t, const struct anchor *a, size_t len, char key[static KEY]) {
    char one[27], two[27];
    if (len >= FILTERED) {
        set_bit(t, key);
        return;
    }
    for (unsigned i = 0, n = may_follow(a, len, len, key, one); i < n; i++) {
        key[len] = one[i];
        if (len + 1 == FILTERED) set_bit(t, key);
        else
            for (unsigned k = 0, m = may_follow(a, len, len + 1, key, two); k < m; k++) {
                key[len + 1] = two[k];
                set_bit(t, key);
            }
    }
}
_Static_assert(FILTERED - LEAST == 2, "two bytes may follow");

static void add_literal(struct starts *t, unsigned anchor, unsigned *rows) {
    const struct anchor *a = &t->anchors[anchor];
    size_t len = strlen(a->literal), kept = len < KEY ? len : KEY;
    char key[KEY] = {0}, next[27] = {0};
    unsigned ways = 1; // in which a key goes on that is too short to choose a bucket: one of LEAST bytes is a word
    for (size_t i = 0; i < kept; i++) key[i] = reduced(a->literal[i]);
    if (kept < CHOOSING) ways = may_follow(a, len, kept++, key, next);
    for (unsigned i = 0; i < ways; i++) {
        if (ways > 1) key[kept - 1] = next[i];
        struct row row = {.mask = kept < KEY ? ((uint64_t)1 << 8 * kept) - 1 : UINT64_MAX,
                          .anchor = (uint16_t)anchor,
                          .len = (uint16_t)len};
        memcpy(&row.value, key, sizeof row.value);
        row.bucket = (uint16_t)bucket_of(row.value);
        t->rows[(*rows)++] = row;
    }
    memset(key + len, 0, len < KEY ? KEY - len : 0);
    add_to_filter(t, a, len, key);
}
_Static_assert(CHOOSING == LEAST + 1, "one byte may follow");

static int by_bucket(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return x->bucket != y->bucket ? x->bucket - y->bucket : x->anchor - y->anchor;
}

struct starts *starts_new(const struct anchor *anchors, unsigned count) {
    struct starts *t = mem_new(sizeof *t);
    unsigned rows = 0;
    t->anchors = anchors;
    t->rows = mem_new_array(count * 2, sizeof *t->rows); // a word, and its plural
    for (unsigned i = 0; i < count; i++)
        if (starts_takes(&anchors[i])) add_literal(t, i, &rows);
    t->grams = grams_new(anchors, count, starts_takes);
    qsort(t->rows, rows, sizeof *t->rows, by_bucket);
    for (unsigned i = 0; i < rows; i++) t->first[t->rows[i].bucket + 1]++;
    for (unsigned i = 0; i < BUCKETS; i++) t->first[i + 1] = (uint16_t)(t->first[i + 1] + t->first[i]);
    return t;
}

void starts_free(struct starts *t) {
    if (!t) return;
    grams_free(t->grams);
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
                         _mm_cmpgt_epi8(_mm_set1_epi8((char)(high + 1)), v));
}

static inline __m128i reduce(__m128i v, char *to, __m128i *letter) {
    __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
    *letter = between(low, 'a', 'z');
    _mm_storeu_si128((__m128i *)(void *)to, _mm_and_si128(low, *letter));
    return v;
}

// As many bytes as b->reduced has are readable at p.
static inline void read_block(const char *p, struct block *b) {
    __m128i letter;
    b->letters = b->word = 0;
#pragma GCC unroll 4
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i v = reduce(_mm_loadu_si128((const __m128i *)(const void *)(p + i)), b->reduced + i, &letter);
        __m128i word = _mm_or_si128(_mm_or_si128(letter, between(v, '0', '9')), v);
        b->letters |= (uint64_t)(unsigned)_mm_movemask_epi8(letter) << i;
        b->word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << i;
    }
    (void)reduce(_mm_loadu_si128((const __m128i *)(const void *)(p + BLOCK)), b->reduced + BLOCK, &letter);
}
#else
static void read_block(const char *p, struct block *b) {
    b->letters = b->word = 0;
    for (size_t i = 0; i < sizeof b->reduced; i++) {
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

static bool is_later(const struct start_match *a, const struct start_match *b) {
    return a->end > b->end || (a->end == b->end && a->anywhere && !b->anywhere);
}

static void keep(struct start_reader *r, struct start_match m) {
    r->full |= r->count == STARTS_WAITING;
    if (r->full) return;
    unsigned i = r->count++;
    for (; i && is_later(&r->waiting[i - 1], &m); i--) r->waiting[i] = r->waiting[i - 1];
    r->waiting[i] = m;
}

// The word at `at` passed the filter.
static __attribute__((noinline)) void look_up(struct start_reader *r, size_t at, uint64_t key) {
    const struct starts *t = r->table;
    uint32_t bucket = bucket_of(key);
    for (const struct row *row = t->rows + t->first[bucket], *end = t->rows + t->first[bucket + 1]; row < end; row++) {
        if ((key & row->mask) != row->value) continue;
        if (row->len <= r->text.len - at && stands_at(&t->anchors[row->anchor], row->len, r->text.at + at))
            keep(r, (struct start_match){at, at + row->len, row->anchor, false});
    }
}

// Whether the bytes at p are those of the row, as far as eight tell and but for the case of letters.
static inline bool may_stand(const struct gram_row *row, const char *p, size_t left) {
    uint64_t bytes;
    if (left < sizeof bytes) return true;
    memcpy(&bytes, p, sizeof bytes);
    return (((bytes | GRAM_SMALL) ^ row->begin) & row->mask) == 0;
}

// A gram of these literals stands at `at`.
static __attribute__((noinline)) void look_around(struct start_reader *r, size_t at, unsigned gram) {
    const struct starts *t = r->table;
    const struct grams *g = t->grams;
    for (const struct gram_row *row = g->rows + g->first[gram], *end = g->rows + g->first[gram + 1]; row < end; row++) {
        size_t start = at - (size_t)row->offset, left = r->text.len - start;
        if (row->offset > (ptrdiff_t)(at - r->from) || start >= r->text.len || row->len > left) continue;
        const char *p = r->text.at + start;
        if (may_stand(row, p, left) && stands_at(&t->anchors[row->anchor], row->len, p))
            keep(r, (struct start_match){start, start + row->len, row->anchor, true});
    }
}

static inline void look_for_grams(struct start_reader *r, const char *block) {
    enum { TOGETHER = 4 };
    const struct grams *g = r->table->grams;
    uint16_t grams[BLOCK / 2];
    grams_read(block, grams);
#pragma GCC unroll 8
    for (size_t i = 0; i < BLOCK / 2; i += TOGETHER) {
        uint8_t any = 0;
        for (size_t k = i; k < i + TOGETHER; k++) any |= g->follows[grams[k]];
        if (!any) continue; // most
        for (size_t k = i; k < i + TOGETHER; k++)
            if (g->follows[grams[k]] & g->group[gram_code(block[2 * k + GRAM_BYTES])])
                look_around(r, r->at + 2 * k, grams[k]);
    }
}
_Static_assert((int)BLOCK == (int)GRAMS_BLOCK && (int)KEY * 2 >= (int)GRAMS_AHEAD, "a block is both");

static void read_on(struct start_reader *r) {
    const uint64_t *filter = r->table->filter;
    struct block b;
    size_t left = r->text.len - r->at;
    const char *block = r->text.at + r->at;
    char rest[sizeof b.reduced];
    if (left < sizeof rest) {
        memset(rest, 0, sizeof rest);
        block = memcpy(rest, block, left);
    }
    read_block(block, &b);
    for (uint64_t begins = b.letters & ~(b.word << 1 | r->after_word); begins; begins &= begins - 1) {
        size_t i = (size_t)__builtin_ctzll(begins);
        uint64_t key;
        memcpy(&key, b.reduced + i, sizeof key);
        uint32_t place = place_of(key);
        if (filter[place / 64] >> place % 64 & 1) look_up(r, r->at + i, key);
    }
    look_for_grams(r, block);
    r->after_word = b.word >> 63;
    r->at += left < BLOCK ? left : BLOCK;
}

void starts_begin(struct start_reader *r, const struct starts *t, struct span text, size_t at, bool after_word) {
    r->table = t;
    r->text = text;
    r->from = r->at = at;
    r->after_word = after_word;
    r->full = false;
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
