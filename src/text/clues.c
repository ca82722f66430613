#include "text/clues.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// A block is read whole, but clues are taken from its first STEP places: the longest pattern fits into the rest.
enum { BLOCK = 64, STEP = 52 };

struct masks {
    uint64_t alnum, digit, escape, at, line, space;
};

#ifdef __SSE2__
// Bytes from `low` on, at most `span` above it.
static inline __m128i within(__m128i v, char low, char span) {
    __m128i d = _mm_sub_epi8(v, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(span)), d);
}

static inline __m128i is(__m128i v, char c) {
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline void classify(const char *p, struct masks *m) {
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i digit = within(v, '0', 9), letter = within(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 25);
        __m128i escape = _mm_or_si128(within(v, '%', 1), _mm_or_si128(is(v, '\\'), is(v, '=')));
        m->digit |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << i;
        m->alnum |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(digit, letter)) << i;
        m->escape |= (uint64_t)(unsigned)_mm_movemask_epi8(escape) << i;
        m->at |= (uint64_t)(unsigned)_mm_movemask_epi8(is(v, '@')) << i;
        m->line |= (uint64_t)(unsigned)_mm_movemask_epi8(is(v, '\n')) << i;
        m->space |= (uint64_t)(unsigned)_mm_movemask_epi8(within(v, 0, ' ')) << i;
    }
}
#else
static inline void classify(const char *p, struct masks *m) {
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < BLOCK; i++) {
        char c = p[i];
        uint64_t bit = (uint64_t)1 << i;
        bool digit = c >= '0' && c <= '9';
        if (digit) m->digit |= bit;
        if (digit || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) m->alnum |= bit;
        if (c == '%' || c == '&' || c == '\\' || c == '=') m->escape |= bit;
        if (c == '@') m->at |= bit;
        if (c == '\n') m->line |= bit;
        if ((unsigned char)c <= ' ') m->space |= bit;
    }
}
#endif

// '%' and '&' are neighbours in ASCII, which classify relies on.
_Static_assert('&' == '%' + 1, "ASCII");

static void read_block(struct clues *c) {
    struct masks m;
    size_t left = c->text.len - c->base;
    if (left >= BLOCK) {
        classify(c->text.at + c->base, &m);
    } else {
        char padded[BLOCK] = {0};
        memcpy(padded, c->text.at + c->base, left);
        classify(padded, &m);
    }
    uint64_t a = m.alnum, n = ~a, d = m.digit, twelve = a & a >> 1;
    twelve &= twelve >> 2;
    twelve &= twelve >> 4 & twelve >> 8;
    uint64_t apart = n & a >> 1 & n >> 2;
    uint64_t pairs = n & a >> 1 & a >> 2 & n >> 3;
    c->masks[0] = m.escape;
    c->masks[1] = m.at;
    c->masks[2] = m.line & ~(m.space >> 1);
    c->masks[3] = twelve;
    c->masks[4] = apart & apart >> 2 & apart >> 4;
    c->masks[5] = pairs & pairs >> 3 & pairs >> 6;
    c->masks[6] = d & n >> 1 & (d >> 2 | (n >> 2 & d >> 3));
    c->any = 0;
    for (unsigned i = 0; i < 7; i++) c->any |= c->masks[i];
    c->any &= ((uint64_t)1 << STEP) - 1;
}

void clues_begin(struct clues *c, struct span text) {
    *c = (struct clues){.text = text};
    if (text.len) read_block(c);
}

size_t clues_next(struct clues *c, size_t at, unsigned *kinds) {
    if (at >= c->base + STEP && at < c->text.len) {
        c->base = at - at % STEP;
        read_block(c);
    }
    while (at < c->text.len) {
        uint64_t rest = c->any & ~(uint64_t)0 << (at - c->base);
        if (rest) {
            unsigned bit = (unsigned)__builtin_ctzll(rest);
            *kinds = 0;
            for (unsigned i = 0; i < 7; i++) *kinds |= (unsigned)(c->masks[i] >> bit & 1) << i;
            return c->base + bit;
        }
        at = c->base + STEP;
        if (at >= c->text.len) break;
        c->base = at;
        read_block(c);
    }
    return SIZE_MAX;
}
