#include "text/tokens.h"

#include "base/wide_bytes.h"

// Sixty-four bytes are looked at together: a bit for each byte in the mask of its class, so that runs of a
// class are counted with shifts and no branch a byte.
enum class { LOWER, UPPER, DIGIT, SPACE, LINE, HIGH, CLASS_COUNT }; // the rest are marks

struct masks {
    uint64_t of[CLASS_COUNT];
};

// Costs in 1/48 token.
enum {
    TOKEN = 48,
    LONG_LETTER = TOKEN / 8, // each letter of a word past the seventh: long words are two pieces or more
    THIRD = TOKEN / 3,       // each digit past the third, each mark after the first of a run
    ACCENT = TOKEN / 2,      // two-byte letters inside Latin words
    ALPHABET = 21,           // Greek, Cyrillic, Hebrew, Arabic: two or three letters a token
    INDIC = 30,              // Indic scripts and Thai
    IDEOGRAPH = 42,          // ideographs, kana, hangul
    EMOJI = 2 * TOKEN,
};

enum { SAMPLE_FROM = 1024, SAMPLE_EVERY = 4 };

#if defined __x86_64__
// Bytes from..to, both in ASCII.
static inline uint64_t in_range(__m128i v, char from, char to) {
    __m128i hit = _mm_and_si128(_mm_cmpgt_epi8(v, _mm_set1_epi8((char)(from - 1))),
                                _mm_cmplt_epi8(v, _mm_set1_epi8((char)(to + 1))));
    return (uint64_t)(unsigned)_mm_movemask_epi8(hit);
}

static inline uint64_t either(__m128i v, char a, char b) {
    __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(a)), _mm_cmpeq_epi8(v, _mm_set1_epi8(b)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(hit);
}

static inline struct masks read_masks(const unsigned char *p) {
    struct masks m = {{0}};
    for (int i = 0; i < 64; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        m.of[LOWER] |= in_range(v, 'a', 'z') << i;
        m.of[UPPER] |= in_range(v, 'A', 'Z') << i;
        m.of[DIGIT] |= in_range(v, '0', '9') << i;
        m.of[SPACE] |= either(v, ' ', '\t') << i;
        m.of[LINE] |= either(v, '\n', '\r') << i;
        m.of[HIGH] |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << i;
    }
    return m;
}

// Tables for wide_in_table.
#define SPACES ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', 0, 0, 0, 0, 0, 0
#define LINES 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, '\r', 0, 0

WIDE static inline struct masks read_masks_wide(const unsigned char *p) {
    const __m256i spaces = _mm256_setr_epi8(SPACES, SPACES), lines = _mm256_setr_epi8(LINES, LINES);
    struct masks m = {{0}};
    for (int i = 0; i < 64; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + i));
        m.of[LOWER] |= wide_bits(wide_between(v, 'a', 'z')) << i;
        m.of[UPPER] |= wide_bits(wide_between(v, 'A', 'Z')) << i;
        m.of[DIGIT] |= wide_bits(wide_between(v, '0', '9')) << i;
        m.of[SPACE] |= wide_bits(wide_in_table(v, spaces)) << i;
        m.of[LINE] |= wide_bits(wide_in_table(v, lines)) << i;
        m.of[HIGH] |= wide_bits(v) << i;
    }
    return m;
}
#else
static struct masks read_masks(const unsigned char *p) {
    struct masks m = {{0}};
    for (int i = 0; i < 64; i++) {
        unsigned char c = p[i];
        uint64_t bit = UINT64_C(1) << i;
        if (c >= 'a' && c <= 'z') m.of[LOWER] |= bit;
        else if (c >= 'A' && c <= 'Z') m.of[UPPER] |= bit;
        else if (c >= '0' && c <= '9') m.of[DIGIT] |= bit;
        else if (c == ' ' || c == '\t') m.of[SPACE] |= bit;
        else if (c == '\n' || c == '\r') m.of[LINE] |= bit;
        else if (c >= 0x80) m.of[HIGH] |= bit;
    }
    return m;
}

static struct masks read_masks_wide(const unsigned char *p) {
    return read_masks(p);
}
#endif

BODY size_t count(uint64_t m) {
    return (size_t)__builtin_popcountll(m);
}

// The mask moved up by n bytes, the last n bytes of the block before it moved in.
BODY uint64_t after(uint64_t m, uint64_t before, unsigned n) {
    return m << n | before >> (64 - n);
}

__attribute__((noinline)) static size_t wide_cost(const unsigned char *p, uint64_t high) {
    size_t cost = 0;
    for (; high; high &= high - 1) {
        unsigned char c = p[__builtin_ctzll(high)];
        if (c < 0xc0) continue; // not the first byte of a character
        if (c < 0xc8) cost += ACCENT;
        else if (c < 0xe0) cost += ALPHABET;
        else if (c == 0xe0) cost += INDIC;
        else if (c == 0xe2) cost += TOKEN; // dashes, quotes, arrows
        else cost += c < 0xf0 ? IDEOGRAPH : EMOJI;
    }
    return cost;
}

// What the block before left: its letters, digits, marks and so on.
struct before {
    uint64_t lower, letters, pairs, quads, digits, digit_pairs, space, line, mark;
};

BODY size_t block_cost(const unsigned char *p, size_t len, struct before *b, bool wide) {
    struct masks m = wide ? read_masks_wide(p) : read_masks(p); // behind the text is 0, which is of no class
    uint64_t lower = m.of[LOWER], upper = m.of[UPPER], letters = lower | upper, digits = m.of[DIGIT];
    uint64_t space = m.of[SPACE], line = m.of[LINE], high = m.of[HIGH];
    uint64_t text = len < 64 ? (UINT64_C(1) << len) - 1 : UINT64_MAX;
    uint64_t mark = text & ~(letters | digits | space | line | high);

    // a word begins where letters begin, and at a capital after a small letter
    uint64_t words = (letters & ~after(letters, b->letters, 1)) | (upper & after(lower, b->lower, 1));
    uint64_t pairs = letters & after(letters, b->letters, 1), quads = pairs & after(pairs, b->pairs, 2);
    uint64_t eighth = quads & after(quads, b->quads, 4); // letters with seven before them
    uint64_t digit_pairs = digits & after(digits, b->digits, 1),
             fourth = digit_pairs & after(digit_pairs, b->digit_pairs, 2);
    uint64_t second_space = space & after(space, b->space, 1);
    // one space belongs to what follows; a longer run is one token, counted at its second
    uint64_t indents = second_space & ~after(space & after(space, b->space, 1), b->space & b->space << 1, 1);
    uint64_t first_mark = mark & ~after(mark, b->mark, 1);

    // what costs the same is counted together: no byte is in two of these masks
    uint64_t whole =
        words | (digits & ~after(digits, b->digits, 1)) | indents | (line & ~after(line, b->line, 1)) | first_mark;
    size_t cost = TOKEN * count(whole) + LONG_LETTER * count(eighth) + THIRD * count(fourth | (mark & ~first_mark));
    if (high) cost += wide_cost(p, high);
    *b = (struct before){lower, letters, pairs, quads, digits, digit_pairs, space, line, mark};
    return cost;
}

// A long text is sampled: every fourth block stands for four. The estimate is one anyway.
BODY size_t sampled_cost(struct span text, bool wide) {
    size_t cost = 0, blocks = text.len / 64, sampled = 0;
    for (size_t i = 0; i < blocks; i += SAMPLE_EVERY, sampled++) {
        struct before before = {0};
        cost += block_cost((const unsigned char *)text.at + i * 64, 64, &before, wide);
    }
    return (size_t)((double)cost / (double)(sampled * 64) * (double)text.len);
}

BODY size_t cost_of(struct span text, bool wide) {
    if (text.len >= SAMPLE_FROM) return sampled_cost(text, wide);
    const unsigned char *p = (const unsigned char *)text.at;
    struct before before = {0};
    size_t cost = 0, left = text.len;
    for (; left >= 64; left -= 64, p += 64) cost += block_cost(p, 64, &before, wide);
    if (left) {
        unsigned char tail[64] = {0};
        memcpy(tail, p, left);
        cost += block_cost(tail, left, &before, wide);
    }
    return cost;
}

static size_t cost_narrow(struct span text) {
    return cost_of(text, false);
}

WIDE static size_t cost_wide(struct span text) {
    return cost_of(text, true);
}

size_t tokens_estimate(struct span text) {
    return ((wide_is_there ? cost_wide(text) : cost_narrow(text)) + TOKEN - 1) / TOKEN;
}
