#include "text/clues.h"

#include "base/wide_bytes.h"

// A block is read whole, but clues are taken from its first STEP places: the longest pattern fits into the rest.
enum { BLOCK = 64, STEP = 52 };

#define PLACES (((uint64_t)1 << STEP) - 1)

struct masks {
    uint64_t alnum, digit, special, run; // run: alnum, '+' and '/'
};

// The special bytes and the signs of a run, together the marks, differ in their low halves, so one table tells them
// from all others.
#define SPECIAL '@', 0, 0, 0, 0, '%', '&', 0, 0, 0, '\n', 0, '\\', '=', 0, 0
#define SIGNS 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '+', 0, 0, 0, '/'
#define MARKS '@', 0, 0, 0, 0, '%', '&', 0, 0, 0, '\n', '+', '\\', '=', 0, '/'

// Where clues are, of what kind the bytes of a block are.
static inline __attribute__((always_inline)) bool find(struct clues *c, const struct masks *m) {
    uint64_t a = m->alnum, n = ~a, d = m->digit, four = m->run & m->run >> 1;
    four &= four >> 2;
    uint64_t run = four & four >> 4 & four >> 8;
    // Nearly all blocks end here: without what stands between pieces at the distance of any of the others.
    if (!((m->special | d | run | (n & n >> 2 & n >> 4) | (n & n >> 3 & n >> 6)) & PLACES)) return false;
    uint64_t apart = n & a >> 1 & n >> 2, pairs = n & a >> 1 & a >> 2 & n >> 3;
    pairs &= pairs >> 3 & pairs >> 6;
    apart &= apart >> 2 & apart >> 4;
    uint64_t groups = d & n >> 1 & (d >> 2 | (n >> 2 & d >> 3));
    if (!((m->special | run | pairs | apart | groups) & PLACES)) return false;
    c->special = m->special;
    c->run = run;
    c->pairs = pairs;
    c->singles = apart;
    c->groups = groups;
    return true;
}

#if defined __x86_64__
static inline __m128i within16(__m128i v, char low, char span) {
    __m128i d = _mm_sub_epi8(v, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(span)), d);
}

static inline __m128i is16(__m128i v, char c) {
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline void classify(const char *p, struct masks *m) {
    *m = (struct masks){0, 0, 0, 0};
    for (unsigned i = 0; i < BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i digit = within16(v, '0', 9), letter = within16(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 25);
        __m128i special = _mm_or_si128(_mm_or_si128(within16(v, '%', '&' - '%'), is16(v, '\\')),
                                       _mm_or_si128(_mm_or_si128(is16(v, '='), is16(v, '@')), is16(v, '\n')));
        m->digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
        m->alnum |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(digit, letter)) << i;
        m->special |= (uint64_t)(unsigned)_mm_movemask_epi8(special) << i;
        m->run |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(is16(v, '+'), is16(v, '/'))) << i;
    }
    m->run |= m->alnum;
}

WIDE static inline uint64_t both(__m256i low, __m256i high) {
    return wide_bits(low) | wide_bits(high) << 32;
}

WIDE static inline void classify_wide(const char *p, struct masks *m) {
    const __m256i small = _mm256_set1_epi8(0x20), marks = _mm256_setr_epi8(MARKS, MARKS);
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    __m256i digit_v = wide_between(v, '0', '9'), digit_w = wide_between(w, '0', '9');
    __m256i mark_v = wide_in_table(v, marks), mark_w = wide_in_table(w, marks);
    m->alnum =
        both(wide_between(_mm256_or_si256(v, small), 'a', 'z'), wide_between(_mm256_or_si256(w, small), 'a', 'z'));
    m->run = m->alnum;
    m->digit = m->special = 0;
    __m256i any = _mm256_or_si256(_mm256_or_si256(digit_v, mark_v), _mm256_or_si256(digit_w, mark_w));
    if (_mm256_testz_si256(any, any)) return; // prose, mostly
    const __m256i table = _mm256_setr_epi8(SIGNS, SIGNS);
    uint64_t signs = both(wide_in_table(v, table), wide_in_table(w, table));
    m->digit = both(digit_v, digit_w);
    m->alnum |= m->digit;
    m->run = m->alnum | signs;
    m->special = both(mark_v, mark_w) & ~signs;
}

#else
static inline void classify(const char *p, struct masks *m) {
    static const char TABLE[16] = {SPECIAL};
    *m = (struct masks){0, 0, 0, 0};
    for (unsigned i = 0; i < BLOCK; i++) {
        char c = p[i];
        uint64_t bit = (uint64_t)1 << i;
        bool digit = c >= '0' && c <= '9';
        if (digit) m->digit |= bit;
        if (digit || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) m->alnum |= bit;
        if (c && TABLE[c & 15] == c) m->special |= bit;
        if (m->alnum & bit || c == '+' || c == '/') m->run |= bit;
    }
}

static inline void classify_wide(const char *p, struct masks *m) {
    classify(p, m);
}

#endif

// The first block at or after c->base with a clue. False at the end of the text.
BODY bool skip(struct clues *c, bool wide) {
    char padded[BLOCK]; // the last bytes
    struct masks m;
    for (; c->base < c->text.len; c->base += STEP) {
        const char *block = c->text.at + c->base;
        size_t left = c->text.len - c->base;
        if (left < BLOCK) {
            memset(padded, 0, sizeof padded);
            block = memcpy(padded, block, left);
        }
        if (wide) classify_wide(block, &m);
        else classify(block, &m);
        if (find(c, &m)) return true;
    }
    return false;
}

static bool skip_narrow(struct clues *c) {
    return skip(c, false);
}

WIDE static bool skip_wide(struct clues *c) {
    return skip(c, true);
}

// Reads blocks from c->base on, until one has a clue. False at the end of the text.
static bool read_blocks(struct clues *c) {
    bool found = c->wide ? skip_wide(c) : skip_narrow(c);
    if (!found) {
        c->base = c->text.len;
        c->special = c->run = c->pairs = c->singles = c->groups = 0;
    }
    c->escape = 0;
    for (uint64_t rest = c->special; rest; rest &= rest - 1) {
        char byte = c->text.at[c->base + (size_t)__builtin_ctzll(rest)];
        if (byte != '@' && byte != '\n') c->escape |= rest & -rest;
    }
    return found;
}

// The bits of the block that stand at or after `at`.
static uint64_t from(const struct clues *c, size_t at) {
    if (at <= c->base) return PLACES;
    return at - c->base >= STEP ? 0 : ~(uint64_t)0 << (at - c->base) & PLACES;
}

void clues_begin(struct clues *c, struct span text) {
    *c = (struct clues){.text = text, .wide = wide_is_there};
    read_blocks(c);
}

size_t clues_next(struct clues *c, size_t decode, size_t join, unsigned *kinds) {
    size_t at = decode < join ? decode : join;
    if (at >= c->base + STEP && at < c->text.len) {
        c->base = at;
        read_blocks(c);
    }
    while (c->base < c->text.len) {
        uint64_t d = from(c, decode), j = from(c, join);
        uint64_t decoding = (c->escape | c->run | c->pairs) & d;
        uint64_t joining = ((c->special & ~c->escape) | c->singles | c->groups) & j;
        uint64_t any = decoding | joining;
        if (any) {
            uint64_t bit = any & -any;
            size_t place = c->base + (size_t)__builtin_ctzll(any);
            *kinds = 0;
            if (c->escape & bit) *kinds |= CLUE_ESCAPE;
            else if (c->special & bit) *kinds |= c->text.at[place] == '@' ? CLUE_AT : CLUE_LINE;
            if (c->run & bit) *kinds |= CLUE_RUN;
            if (c->pairs & bit) *kinds |= CLUE_PAIRS;
            if (c->singles & bit) *kinds |= CLUE_SINGLES;
            if (c->groups & bit) *kinds |= CLUE_GROUPS;
            *kinds &= (decoding & bit ? CLUES_DECODE : 0) | (joining & bit ? CLUES_JOIN : 0);
            return place;
        }
        c->base += STEP;
        if (c->base >= c->text.len || !read_blocks(c)) break;
    }
    return SIZE_MAX;
}
