#include "intent/words.h"

#include "base/wide_bytes.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "masks are read at any byte");

// Of a block.
struct masks {
    uint64_t word, digit, capital, sign, line;
};

// ---------------------------------------------------------------- which bytes are what

#if defined __x86_64__

// Bytes from..to, as 0xff. The comparison is signed, hence the shift to the lowest value.
static inline __m128i between(__m128i bytes, unsigned from, unsigned to) {
    __m128i shifted = _mm_add_epi8(bytes, _mm_set1_epi8((char)(0x80 - from)));
    return _mm_cmplt_epi8(shifted, _mm_set1_epi8((char)(0x81 + to - from)));
}

static inline uint64_t bits(__m128i v) {
    return (uint64_t)(unsigned)_mm_movemask_epi8(v);
}

static inline void classify(const char *in, char *lower, struct masks *m) {
    *m = (struct masks){0};
    for (int part = 0; part < WORDS_BLOCK; part += 16) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(in + part));
        __m128i capital = between(c, 'A', 'Z'), digit = between(c, '0', '9');
        __m128i low = _mm_or_si128(c, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
        __m128i other = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('_')), c); // its highest bit counts
        __m128i letter = _mm_or_si128(_mm_or_si128(between(low, 'a', 'z'), other), digit);
        _mm_storeu_si128((__m128i *)(void *)(lower + part), low);
        m->word |= bits(letter) << part;
        m->digit |= bits(digit) << part;
        m->capital |= bits(capital) << part;
        m->sign |= bits(_mm_andnot_si128(letter, between(c, '!', '~'))) << part;
        m->line |= bits(_mm_cmpeq_epi8(c, _mm_set1_epi8('\n'))) << part;
    }
}

WIDE static inline void classify_wide(const char *in, char *lower, struct masks *m) {
    *m = (struct masks){0};
    for (int part = 0; part < WORDS_BLOCK; part += 32) {
        __m256i c = _mm256_loadu_si256((const __m256i *)(const void *)(in + part));
        __m256i capital = wide_between(c, 'A', 'Z'), digit = wide_between(c, '0', '9');
        __m256i low = _mm256_or_si256(c, _mm256_and_si256(capital, _mm256_set1_epi8(0x20)));
        __m256i other = _mm256_or_si256(_mm256_cmpeq_epi8(c, _mm256_set1_epi8('_')), c);
        __m256i letter = _mm256_or_si256(_mm256_or_si256(wide_between(low, 'a', 'z'), other), digit);
        _mm256_storeu_si256((__m256i *)(void *)(lower + part), low);
        m->word |= wide_bits(letter) << part;
        m->digit |= wide_bits(digit) << part;
        m->capital |= wide_bits(capital) << part;
        m->sign |= wide_bits(_mm256_andnot_si256(letter, wide_between(c, '!', '~'))) << part;
        m->line |= wide_bits(_mm256_cmpeq_epi8(c, _mm256_set1_epi8('\n'))) << part;
    }
}

#else

static inline void classify(const char *in, char *lower, struct masks *m) {
    *m = (struct masks){0};
    for (int i = 0; i < WORDS_BLOCK; i++) {
        unsigned char c = (unsigned char)in[i];
        bool capital = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
        bool letter = capital || digit || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
        lower[i] = (char)(c | (capital ? 0x20 : 0));
        m->word |= (uint64_t)letter << i;
        m->digit |= (uint64_t)digit << i;
        m->capital |= (uint64_t)capital << i;
        m->sign |= (uint64_t)(c >= '!' && c <= '~' && !letter) << i;
        m->line |= (uint64_t)(c == '\n') << i;
    }
}

static inline void classify_wide(const char *in, char *lower, struct masks *m) {
    classify(in, lower, m);
}

#endif

// ---------------------------------------------------------------- reading

static inline uint32_t count(uint64_t mask) {
    return (uint32_t)__builtin_popcountll(mask);
}

BODY void read_blocks(struct words *w, const char *in, size_t blocks, bool wide) {
    uint32_t block = w->blocks, digits = 0, capitals = 0, letters = 0;
    for (; blocks; blocks--, block++, in += WORDS_BLOCK) {
        struct masks m;
        if (wide) classify_wide(in, w->lower + block * WORDS_BLOCK, &m);
        else classify(in, w->lower + block * WORDS_BLOCK, &m);
        w->word[block] = m.word;
        w->digit[block] = m.digit;
        w->sign[block] = m.sign;
        w->line[block] = m.line;
        letters += count(m.word);
        digits += count(m.digit);
        capitals += count(m.capital);
    }
    w->blocks = block;
    w->letters += letters;
    w->digits += digits;
    w->capitals += capitals;
}

// The last bytes are read from a block of their own, so that nothing behind the text is touched.
BODY void read_part(struct words *w, struct span text, bool wide) {
    if (text.len == 0) return;
    size_t whole = text.len / WORDS_BLOCK, rest = text.len % WORDS_BLOCK;
    read_blocks(w, text.at, whole, wide);
    if (rest == 0) return;
    char last[WORDS_BLOCK] = {0};
    memcpy(last, text.at + whole * WORDS_BLOCK, rest);
    read_blocks(w, last, 1, wide);
}

static void read_narrow(struct words *w, struct span text) {
    read_part(w, text, false);
}

WIDE static void read_wide(struct words *w, struct span text) {
    read_part(w, text, true);
}

void words_read(struct words *w, struct span text, size_t edge_bytes) {
    void (*read)(struct words *, struct span) = wide_is_there ? read_wide : read_narrow;
    bool all = text.len <= 2 * edge_bytes;
    w->head = all ? text : span_sub(text, 0, edge_bytes);
    w->tail = all ? SPAN_NONE : span_sub(text, text.len - edge_bytes, edge_bytes);
    w->bytes = (uint32_t)(w->head.len + w->tail.len);
    w->blocks = w->digits = w->capitals = w->letters = 0;
    read(w, w->head);
    w->tail_block = w->blocks;
    if (!all) read(w, w->tail);
    w->word[w->blocks] = w->digit[w->blocks] = 0;
    memset(w->lower + w->blocks * WORDS_BLOCK, 0, WORDS_BLOCK);
}

// ---------------------------------------------------------------- cutting

// How many bits of a mask are set from bit `at` on, bounded by WORDS_LONGEST.
static inline uint32_t run_length(const uint64_t *mask, uint32_t at) {
    uint64_t from;
    memcpy(&from, (const char *)mask + at / 8, 8);
    return (uint32_t)__builtin_ctzll(~(from >> at % 8) | (uint64_t)1 << WORDS_LONGEST);
}

BODY uint32_t cut(const struct words *w, struct piece *to) {
    const struct piece *first = to;
    for (uint32_t block = 0; block < w->blocks; block++) {
        uint64_t starts = words_starts(w, block), ends = (~w->word[block] | starts) >> 1;
        uint32_t base = block * WORDS_BLOCK, at = 0;
        if (starts == 0) continue;
        for (; starts; starts &= starts - 1, to++) {
            at = (uint32_t)__builtin_ctzll(starts);
            uint64_t end = ends >> at | (uint64_t)1 << (WORDS_LONGEST - 1);
            *to = (struct piece){(uint16_t)(base + at), (uint16_t)(__builtin_ctzll(end) + 1)};
        }
        // only the last may go on in the next block; of a sign nothing is in the mask of words
        uint32_t length = run_length(w->word, base + at);
        to[-1].len = (uint16_t)(length + (length == 0));
    }
    return (uint32_t)(to - first);
}

static uint32_t cut_narrow(const struct words *w, struct piece *to) {
    return cut(w, to);
}

WIDE static uint32_t cut_wide(const struct words *w, struct piece *to) {
    return cut(w, to);
}

uint32_t words_cut(const struct words *w, struct piece *to) {
    return wide_is_there ? cut_wide(w, to) : cut_narrow(w, to);
}

uint32_t words_numbers(const struct words *w, const struct piece *pieces, uint16_t *which) {
    uint32_t n = 0, before = 0; // pieces of the blocks before
    for (uint32_t block = 0; w->digits && block < w->blocks; block++) {
        uint64_t starts = words_starts(w, block);
        for (uint64_t left = starts & w->digit[block]; left; left &= left - 1) {
            uint32_t i = before + count(starts & ((left & -left) - 1));
            which[n] = (uint16_t)i;
            n += run_length(w->digit, pieces[i].at) >= pieces[i].len;
        }
        before += count(starts);
    }
    return n;
}

struct span words_raw(const struct words *w, uint32_t at, uint32_t len) {
    uint32_t tail = w->tail_block * WORDS_BLOCK;
    return at < tail ? span_sub(w->head, at, len) : span_sub(w->tail, at - tail, len);
}
