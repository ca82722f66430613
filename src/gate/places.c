#include "gate/places.h"

#if defined __x86_64__
#include <immintrin.h>
#endif

#include "base/wide.h"
#include "gate/checks.h"

enum { BLOCKS = PLACES_BYTES / PLACES_BLOCK, AHEAD = PLACES_READ - PLACES_BYTES };
_Static_assert(WORD_LEAST == 3, "take() asks for three letters");
_Static_assert(BLOCKS % 2 == 0, "grams are kept two blocks at a time");

// What is found in each block: where letters are, where bytes of words (letters, digits, and what is beyond ASCII), and
// which grams are of a literal.
struct marks {
    uint64_t letters[BLOCKS + 1], word[BLOCKS], grams[BLOCKS / 2];
};

// ---------------------------------------------------------------- marks to places

#define ALWAYS_INLINE __attribute__((always_inline)) // into what may use more of the processor

static inline ALWAYS_INLINE uint16_t *add_words(const struct word_filter *f, uint64_t begins, size_t base,
                                                const char *reduced, uint16_t *to) {
    for (; begins; begins &= begins - 1) {
        size_t at = base + (size_t)__builtin_ctzll(begins);
        uint64_t key;
        memcpy(&key, reduced + at, sizeof key);
        uint32_t bit = word_bit(key);
        *to = (uint16_t)at;
        to += f->bits[bit / 64] >> bit % 64 & 1;
    }
    return to;
}

static inline ALWAYS_INLINE void take(const struct word_filter *f, const struct marks *m, unsigned blocks,
                                      bool *after_word, struct places *out) {
    unsigned grams = 0;
    uint16_t *words = out->words;
    uint64_t after = *after_word;
    for (unsigned i = 0; i < blocks; i++) {
        uint64_t letters = m->letters[i], next = m->letters[i + 1];
        uint64_t three = letters & (letters >> 1 | next << 63) & (letters >> 2 | next << 62);
        words = add_words(f, three & ~(m->word[i] << 1 | after), i * PLACES_BLOCK, out->reduced, words);
        after = m->word[i] >> 63;
    }
    for (unsigned i = 0; 2 * i < blocks; i++)
        for (uint64_t rest = m->grams[i]; rest; rest &= rest - 1)
            out->grams[grams++] = (uint16_t)(2 * (i * PLACES_BLOCK + (unsigned)__builtin_ctzll(rest)));
    out->word_count = (unsigned)(words - out->words);
    out->gram_count = grams;
    *after_word = after;
}

// ---------------------------------------------------------------- marks, anywhere

static void read_block(const char *p, struct marks *m, unsigned block, char *reduced) {
    m->letters[block] = m->word[block] = 0;
    for (size_t i = 0; i < PLACES_BLOCK; i++) {
        uint64_t bit = (uint64_t)1 << i;
        reduced[i] = places_reduced(p[i]);
        if (reduced[i]) m->letters[block] |= bit;
        if (char_in(p[i], CHARS_ALNUM) || (unsigned char)p[i] >= 0x80) m->word[block] |= bit;
    }
}

static uint32_t read_grams(const struct grams *g, const char *p, uint16_t *at) {
    uint32_t found = 0;
    for (size_t i = 0; i < PLACES_BLOCK; i += 2) {
        at[i / 2] = (uint16_t)gram_of(gram_code(p[i]), gram_code(p[i + 1]), gram_code(p[i + 2]));
        if (g->follows[at[i / 2]] & g->group[gram_group(p[i + GRAM_BYTES])]) found |= (uint32_t)1 << i / 2;
    }
    return found;
}

void places_find_anywhere(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks,
                          bool *after_word, struct places *out) {
    struct marks m;
    for (unsigned i = 0; i < blocks; i++) {
        const char *p = at + i * PLACES_BLOCK;
        read_block(p, &m, i, out->reduced + i * PLACES_BLOCK);
        uint64_t grams = read_grams(g, p, out->gram_at + i * PLACES_BLOCK / 2);
        m.grams[i / 2] = i % 2 ? m.grams[i / 2] | grams << 32 : grams;
    }
    m.letters[blocks] = 0;
    for (unsigned i = 0; i < AHEAD; i++) {
        char letter = places_reduced(at[blocks * PLACES_BLOCK + i]);
        out->reduced[blocks * PLACES_BLOCK + i] = letter;
        m.letters[blocks] |= (uint64_t)(letter != 0) << i;
    }
    take(f, &m, blocks, after_word, out);
}

// ---------------------------------------------------------------- marks, with AVX2

#if defined __x86_64__
WIDE static inline __m256i within(__m256i v, char low, char span) {
    __m256i d = _mm256_sub_epi8(v, _mm256_set1_epi8(low));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(d, _mm256_set1_epi8(span)), d);
}

WIDE static inline uint64_t bits_of(__m256i v) {
    return (uint32_t)_mm256_movemask_epi8(v);
}

// Writes the 16 grams that begin at the even places of v, and the groups of the bytes that follow them; w: the bytes
// from the third on.
WIDE static inline void write_grams(__m256i groups, __m256i v, __m256i w, uint16_t *at, uint8_t *next) {
    const __m256i weights = _mm256_set1_epi16(1 | 1 << GRAM_SECOND << 8);
    __m256i two = _mm256_maddubs_epi16(_mm256_and_si256(v, _mm256_set1_epi8(GRAM_CODES - 1)), weights);
    __m256i third = _mm256_slli_epi16(_mm256_and_si256(w, _mm256_set1_epi16(GRAM_CODES - 1)), GRAM_THIRD);
    __m256i group = _mm256_srli_epi16(_mm256_shuffle_epi8(groups, _mm256_and_si256(w, _mm256_set1_epi8(0x7f))), 8);
    _mm256_storeu_si256((__m256i *)(void *)at, _mm256_xor_si256(two, third));
    _mm_storeu_si128((__m128i *)(void *)next,
                     _mm_packus_epi16(_mm256_castsi256_si128(group), _mm256_extracti128_si256(group, 1)));
}

// A bit for each of 16 grams of literals, if what follows it may follow.
WIDE static inline uint64_t known_grams(const uint8_t *follows, const uint16_t *at, const uint8_t *next) {
    __m128i low = _mm_setzero_si128(), high = low;
#define INSERT(i)                                                                                                      \
    low = _mm_insert_epi8(low, follows[at[i]], i);                                                                     \
    high = _mm_insert_epi8(high, follows[at[8 + i]], i)
    INSERT(0);
    INSERT(1);
    INSERT(2);
    INSERT(3);
    INSERT(4);
    INSERT(5);
    INSERT(6);
    INSERT(7);
#undef INSERT
    __m128i group = _mm_loadu_si128((const __m128i *)(const void *)next);
    __m128i none = _mm_cmpeq_epi8(_mm_and_si128(_mm_unpacklo_epi64(low, high), group), _mm_setzero_si128());
    return 0xffff & ~(unsigned)_mm_movemask_epi8(none);
}

WIDE static void find_wide(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks,
                           bool *after_word, struct places *out) {
    enum { WIDTH = 32, HALVES = PLACES_BLOCK / WIDTH };
    const __m256i small = _mm256_set1_epi8(0x20);
    const __m256i groups = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)g->group));
    struct marks m;
    for (unsigned i = 0; i < blocks; i++) {
        uint64_t letters = 0, word = 0;
        for (unsigned k = 0; k < HALVES; k++) {
            unsigned from = i * PLACES_BLOCK + k * WIDTH;
            __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(at + from));
            __m256i w = _mm256_loadu_si256((const __m256i *)(const void *)(at + from + 2));
            __m256i low = _mm256_or_si256(v, small), letter = within(low, 'a', 25);
            _mm256_storeu_si256((__m256i *)(void *)(out->reduced + from), _mm256_and_si256(low, letter));
            letters |= bits_of(letter) << k * WIDTH;
            word |= bits_of(_mm256_or_si256(_mm256_or_si256(letter, v), within(v, '0', 9))) << k * WIDTH;
            write_grams(groups, v, w, out->gram_at + from / 2, out->next + from / 2);
        }
        m.letters[i] = letters;
        m.word[i] = word;
    }
    // Grams are looked up two blocks at a time.
    if (blocks % 2) memset(out->gram_at + blocks * PLACES_BLOCK / 2, 0, PLACES_BLOCK / 2 * sizeof *out->gram_at);
    for (unsigned i = 0; 2 * i < blocks; i++) {
        uint64_t grams = 0;
        const uint16_t *place = out->gram_at + i * PLACES_BLOCK;
        const uint8_t *next = out->next + i * PLACES_BLOCK;
#pragma GCC unroll 4
        for (unsigned k = 0; k < PLACES_BLOCK; k += 16) grams |= known_grams(g->follows, place + k, next + k) << k;
        m.grams[i] = grams;
    }
    __m128i ahead = _mm_loadu_si128((const __m128i *)(const void *)(at + blocks * PLACES_BLOCK));
    __m128i low = _mm_or_si128(ahead, _mm256_castsi256_si128(small));
    __m128i letter = _mm256_castsi256_si128(within(_mm256_castsi128_si256(low), 'a', 25));
    _mm_storeu_si128((__m128i *)(void *)(out->reduced + blocks * PLACES_BLOCK), _mm_and_si128(low, letter));
    m.letters[blocks] = (unsigned)_mm_movemask_epi8(letter);
    if (blocks % 2) m.grams[blocks / 2] &= UINT32_MAX;
    take(f, &m, blocks, after_word, out);
}

void places_find(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks, bool *after_word,
                 struct places *out) {
    (wide_is_there ? find_wide : places_find_anywhere)(f, g, at, blocks, after_word, out);
}
#else
void places_find(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks, bool *after_word,
                 struct places *out) {
    places_find_anywhere(f, g, at, blocks, after_word, out);
}
#endif
