#include "gate/places.h"

#include "base/wide_bytes.h"

enum { HALF = PLACES_BLOCK / 2, HALVES = PLACES_READ / HALF, PAIRS = PLACES_BLOCK / 2 };
_Static_assert(WORD_LEAST == 3, "take() asks for three letters");
_Static_assert((int)PLACES_AHEAD == (int)HALF, "it is read like half a block");

// What is found in each half of a block, and in what is read behind them: where letters are, where bytes of words
// (letters, digits, and what is beyond ASCII). Of each eight pairs, which may begin a gram.
struct marks {
    uint32_t letters[HALVES + 1], word[HALVES];
    uint8_t grams[PLACES_BYTES / 16 + 8];
};

// Behind the last block there is half of one, and no gram begins.
static inline void end_marks(struct marks *m, unsigned blocks) {
    m->letters[2 * blocks + 1] = 0;
    memset(m->grams + blocks * PAIRS / 8, 0, PAIRS / 8);
}

// Blocks that begin in the first PLACES_BYTES of the text.
static inline unsigned count_blocks(struct span text) {
    return (unsigned)((text.len < PLACES_BYTES ? text.len : PLACES_BYTES) + PLACES_BLOCK - 1) / PLACES_BLOCK;
}

// The text as halves of blocks: its own, then those of a copy, so that nothing is read beyond the end of a short one.
struct halves {
    size_t whole, all;
    char copy[4 * HALF]; // from HALF on: the bytes that are left, and zeros
};

// A call, because a copy that is known to be short becomes a slow loop.
static __attribute__((noinline)) void copy_short(char *to, struct span text) {
    memmove(to, text.at, text.len);
}

static inline void halves_of(struct halves *h, struct span text, unsigned blocks) {
    size_t whole = text.len / HALF;
    h->all = 2 * blocks + 1;
    h->whole = whole < h->all ? whole : h->all;
    if (h->whole == h->all) return;
    memset(h->copy, 0, sizeof h->copy);
    // The last HALF bytes, of which those do no harm that are in a half before.
    if (whole) memcpy(h->copy + text.len % HALF, text.at + text.len - HALF, HALF);
    else copy_short(h->copy + HALF, text);
}

static inline uint64_t both(const uint32_t *half) {
    return half[0] | (uint64_t)half[1] << 32;
}

// ---------------------------------------------------------------- marks to places

// So many are written at once. More are rare: the branch can be foretold, as it could not with one at a time.
enum { WORDS_AT_ONCE = 12, GRAMS_AT_ONCE = 5 };
// Words have WORD_LEAST letters and a byte between them, but the first.
_Static_assert(PLACES_BYTES / (WORD_LEAST + 1) + 1 + WORDS_AT_ONCE <= PLACES_BYTES / 2,
               "room for words that do not count");
_Static_assert((int)GRAMS_AT_ONCE <= (int)PLACES_ROOM, "room for grams that do not count");

// Adds a place for each bit, every `step` bytes from `first` on, and writes some behind them that do not count.
BODY uint16_t *add_places(uint16_t *to, uint64_t bits, unsigned at_once, unsigned first, unsigned step) {
    uint16_t *end = to + __builtin_popcountll(bits);
    do {
        for (unsigned i = 0; i < at_once; i++, bits &= bits - 1)
            *to++ = (uint16_t)(first + step * (unsigned)__builtin_ctzll(bits | (uint64_t)1 << 63));
    } while (to < end);
    return end;
}

// Keeps the words that the filter does not know to be in no literal.
BODY unsigned keep_words(const struct word_filter *f, struct places *p, const uint16_t *end) {
    uint16_t *to = p->words;
    for (const uint16_t *at = p->words; at < end; at++) {
        uint32_t begin;
        memcpy(&begin, p->reduced + *at, sizeof begin);
        uint32_t bit = word_bit(begin);
        *to = *at;
        to += f->bits[bit / 32] >> bit % 32 & 1;
    }
    return (unsigned)(to - p->words);
}

BODY void take(const struct word_filter *f, const struct marks *m, unsigned blocks, bool *after_word,
               struct places *out) {
    uint16_t *words = out->words, *grams = out->grams;
    uint64_t after = *after_word;
    for (unsigned i = 0; i < 2 * blocks; i += 2) {
        uint64_t letters = both(m->letters + i), next = both(m->letters + i + 2), word = both(m->word + i);
        uint64_t three = letters & (letters >> 1 | next << 63) & (letters >> 2 | next << 62);
        words = add_places(words, three & ~(word << 1 | after), WORDS_AT_ONCE, i * HALF, 1);
        after = word >> 63;
    }
    for (unsigned i = 0; i < blocks; i += 2) {
        uint64_t rest;
        memcpy(&rest, m->grams + i * PAIRS / 8, sizeof rest);
        grams = add_places(grams, rest, GRAMS_AT_ONCE, i * PLACES_BLOCK, 2);
    }
    out->word_count = keep_words(f, out, words);
    out->gram_count = (unsigned)(grams - out->grams);
    *after_word = after;
}

// ---------------------------------------------------------------- marks, anywhere

static void read_half(const char *p, struct marks *m, struct places *out, size_t half) {
    m->letters[half] = m->word[half] = 0;
    for (size_t i = 0; i < HALF; i++) {
        uint32_t bit = (uint32_t)1 << i;
        size_t at = half * HALF + i;
        out->reduced[at] = places_reduced(p[i]);
        if (out->reduced[at]) m->letters[half] |= bit;
        if (char_in(p[i], CHARS_ALNUM) || (unsigned char)p[i] >= 0x80) m->word[half] |= bit;
    }
    for (size_t i = 0; i < HALF; i += 2)
        out->pairs[(half * HALF + i) / 2] = (uint16_t)gram_pair((uint8_t)gram_code(p[i]), (uint8_t)gram_code(p[i + 1]));
}

// Of `count` times eight pairs.
static void read_grams(const struct grams *g, const uint16_t *pairs, size_t count, uint8_t *found) {
    memset(found, 0, count);
    for (size_t i = 0; i < 8 * count; i++)
        if (gram_may_be(g->pairs[pairs[i]], g->pairs[pairs[i + 1]])) found[i / 8] |= (uint8_t)(1u << i % 8);
}

// ---------------------------------------------------------------- marks, with AVX2

#if defined __x86_64__
WIDE static inline void store(char *to, __m256i v) {
    _mm256_storeu_si256((__m256i *)(void *)to, v);
}

WIDE static inline void read_half_wide(const char *p, struct marks *m, struct places *out, size_t half) {
    const __m256i signs = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)GRAM_SIGNS));
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i low = _mm256_or_si256(v, _mm256_set1_epi8(0x20)), letter = wide_between(low, 'a', 'z');
    __m256i coded = _mm256_or_si256(letter, v),
            word = _mm256_or_si256(coded, wide_between(v, '0', '9')); // by the highest bits
    __m256i codes =
        _mm256_blendv_epi8(_mm256_shuffle_epi8(signs, v), _mm256_and_si256(v, _mm256_set1_epi8(GRAM_CODES - 1)), coded);
    store(out->reduced + half * HALF, _mm256_and_si256(low, letter));
    store((char *)(out->pairs + half * HALF / 2), _mm256_maddubs_epi16(codes, _mm256_set1_epi16(1 | GRAM_CODES << 8)));
    m->letters[half] = (uint32_t)wide_bits(letter);
    m->word[half] = (uint32_t)wide_bits(word);
}

// The entries of eight pairs.
WIDE static inline __m256i look_up_wide(const uint32_t *table, const uint16_t *pair) {
#define ENTRY(i) (int)table[pair[i]]
    return _mm256_set_epi32(ENTRY(7), ENTRY(6), ENTRY(5), ENTRY(4), ENTRY(3), ENTRY(2), ENTRY(1), ENTRY(0));
#undef ENTRY
}

WIDE static inline void read_grams_wide(const struct grams *g, const uint16_t *pairs, size_t count, uint8_t *found) {
    __m256i here = look_up_wide(g->pairs, pairs);
    for (size_t i = 0; i < count; i++) {
        __m256i behind = look_up_wide(g->pairs, pairs + 8 * i + 8);
        __m256i next = _mm256_alignr_epi8(_mm256_permute2x128_si256(here, behind, 0x21), here, 4);
        __m256i both = _mm256_and_si256(here, _mm256_srli_epi32(next, GRAM_SETS));
        __m256i none = _mm256_cmpeq_epi32(both, _mm256_setzero_si256());
        found[i] = (uint8_t)~_mm256_movemask_ps(_mm256_castsi256_ps(none));
        here = behind;
    }
}

#else
#define read_half_wide read_half
#define read_grams_wide read_grams
#endif

// ---------------------------------------------------------------- both ways

BODY void find(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
               struct places *out, bool wide) {
    struct marks m;
    struct halves h;
    unsigned blocks = count_blocks(text);
    halves_of(&h, text, blocks);
    const char *from = text.at;
    for (size_t half = 0, end = h.whole; half < h.all; from = h.copy + HALF, end = h.all)
        for (; half < end; half++, from += HALF) {
            if (wide) read_half_wide(from, &m, out, half);
            else read_half(from, &m, out, half);
        }
    if (wide) read_grams_wide(g, out->pairs, blocks * PAIRS / 8, m.grams);
    else read_grams(g, out->pairs, blocks * PAIRS / 8, m.grams);
    end_marks(&m, blocks);
    take(f, &m, blocks, after_word, out);
}

void places_find_anywhere(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
                          struct places *out) {
    find(f, g, text, after_word, out, false);
}

WIDE static void find_wide(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
                           struct places *out) {
    find(f, g, text, after_word, out, true);
}

void places_find(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
                 struct places *out) {
    (wide_is_there ? find_wide : places_find_anywhere)(f, g, text, after_word, out);
}
