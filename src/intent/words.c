#include "intent/words.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "masks are read at any byte");

#ifdef __SSE2__

// Bytes from..to, as 0xff. The comparison is signed, hence the shift to the lowest value.
static inline __m128i between(__m128i bytes, unsigned from, unsigned to) {
    __m128i shifted = _mm_add_epi8(bytes, _mm_set1_epi8((char)(0x80 - from)));
    return _mm_cmplt_epi8(shifted, _mm_set1_epi8((char)(0x81 + to - from)));
}

// Adds the number of 0xff bytes, each a -1, of up to 255 added vectors.
static inline __m128i add_found(__m128i total, __m128i found) {
    __m128i zero = _mm_setzero_si128();
    return _mm_add_epi64(total, _mm_sad_epu8(_mm_sub_epi8(zero, found), zero));
}

static inline uint32_t total_of(__m128i total) {
    return (uint32_t)_mm_cvtsi128_si64(_mm_add_epi64(total, _mm_unpackhi_epi64(total, total)));
}

static void read_blocks(struct words *w, const char *in, size_t blocks) {
    __m128i digits = _mm_setzero_si128(), capitals = digits, letters = digits;
    for (size_t b = 0; b < blocks; b++) {
        __m128i digit_sum = _mm_setzero_si128(), capital_sum = digit_sum, letter_sum = digit_sum;
        uint64_t word = 0, sign = 0, line = 0;
        char *lower = w->lower + w->blocks * WORDS_BLOCK;
        for (int part = 0; part < 4; part++, in += 16, lower += 16) {
            __m128i c = _mm_loadu_si128((const __m128i *)in);
            __m128i capital = between(c, 'A', 'Z'), digit = between(c, '0', '9');
            __m128i low = _mm_or_si128(c, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
            __m128i other = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('_')), _mm_cmplt_epi8(c, _mm_setzero_si128()));
            __m128i letter = _mm_or_si128(_mm_or_si128(between(low, 'a', 'z'), other), digit);
            __m128i mark = _mm_andnot_si128(letter, between(c, '!', '~'));
            __m128i end = _mm_cmpeq_epi8(c, _mm_set1_epi8('\n'));
            _mm_storeu_si128((__m128i *)lower, low);
            word |= (uint64_t)_mm_movemask_epi8(letter) << part * 16;
            sign |= (uint64_t)_mm_movemask_epi8(mark) << part * 16;
            line |= (uint64_t)_mm_movemask_epi8(end) << part * 16;
            digit_sum = _mm_add_epi8(digit_sum, digit);
            capital_sum = _mm_add_epi8(capital_sum, capital);
            letter_sum = _mm_add_epi8(letter_sum, letter);
        }
        digits = add_found(digits, digit_sum);
        capitals = add_found(capitals, capital_sum);
        letters = add_found(letters, letter_sum);
        w->word[w->blocks] = word;
        w->sign[w->blocks] = sign;
        w->line[w->blocks++] = line;
    }
    w->digits += total_of(digits);
    w->capitals += total_of(capitals);
    w->letters += total_of(letters);
}

#else

static void read_blocks(struct words *w, const char *in, size_t blocks) {
    for (size_t b = 0; b < blocks; b++, w->blocks++) {
        uint64_t word = 0, sign = 0, line = 0;
        char *lower = w->lower + w->blocks * WORDS_BLOCK;
        for (int i = 0; i < WORDS_BLOCK; i++) {
            unsigned char c = (unsigned char)*in++;
            bool capital = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
            lower[i] = (char)(c | (capital ? 0x20 : 0));
            bool letter = capital || digit || (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
            word |= (uint64_t)letter << i;
            sign |= (uint64_t)(c >= '!' && c <= '~' && !letter) << i;
            line |= (uint64_t)(c == '\n') << i;
            w->digits += digit;
            w->capitals += capital;
            w->letters += letter;
        }
        w->word[w->blocks] = word;
        w->sign[w->blocks] = sign;
        w->line[w->blocks] = line;
    }
}

#endif

// The last bytes are read from a block of their own, so that nothing behind the text is touched.
static void read_part(struct words *w, struct span text) {
    if (text.len == 0) return;
    size_t whole = text.len / WORDS_BLOCK, rest = text.len % WORDS_BLOCK;
    char last[WORDS_BLOCK] = {0};
    read_blocks(w, text.at, whole);
    if (rest == 0) return;
    memcpy(last, text.at + whole * WORDS_BLOCK, rest);
    read_blocks(w, last, 1);
}

void words_read(struct words *w, struct span text, size_t edge_bytes) {
    bool all = text.len <= 2 * edge_bytes;
    w->head = all ? text : span_sub(text, 0, edge_bytes);
    w->tail = all ? SPAN_NONE : span_sub(text, text.len - edge_bytes, edge_bytes);
    w->bytes = (uint32_t)(w->head.len + w->tail.len);
    w->blocks = w->digits = w->capitals = w->letters = 0;
    read_part(w, w->head);
    w->tail_block = w->blocks;
    read_part(w, w->tail);
    w->word[w->blocks] = 0;
    memset(w->lower + w->blocks * WORDS_BLOCK, 0, WORDS_BLOCK);
}

struct span words_raw(const struct words *w, uint32_t at, uint32_t len) {
    uint32_t tail = w->tail_block * WORDS_BLOCK;
    return at < tail ? span_sub(w->head, at, len) : span_sub(w->tail, at - tail, len);
}
