// The places of a text where a literal may begin (starts.h) or stand (grams.h), many bytes at a time and without a
// branch for each: most bytes are no such place, and which are cannot be foretold.
#ifndef SLUICE_GATE_PLACES_H
#define SLUICE_GATE_PLACES_H

#include "gate/checks.h"
#include "gate/grams.h"

// A word of WORD_LEAST letters or more is known by its first bytes: letters in lower case, and 0 for everything else.
// Five of them choose a bit of the filter, where nearly all words end that begin no literal; four choose a bucket.
enum {
    WORD_LEAST = 3,
    WORD_KEY = 8,
    WORD_FILTERED = 5,
    WORD_CHOOSING = 4,
    WORD_FILTER_BITS = 16,
    WORD_BUCKET_BITS = 11
};
enum { WORD_BUCKETS = 1 << WORD_BUCKET_BITS };

enum {
    PLACES_BLOCK = 64,
    PLACES_BYTES = 4 * PLACES_BLOCK,           // that are looked at together
    PLACES_READ = PLACES_BYTES + 2 * WORD_KEY, // and what is read behind them
};

struct word_filter {
    uint64_t bits[(1 << WORD_FILTER_BITS) / 64];
};

static inline uint32_t word_bit(uint64_t key) {
    return (uint32_t)((key * (0x9e3779b97f4a7c15u << 8 * (WORD_KEY - WORD_FILTERED))) >> (64 - WORD_FILTER_BITS));
}

static inline uint32_t word_bucket(uint64_t key) {
    return ((uint32_t)key * 0x9e3779b1u) >> (32 - WORD_BUCKET_BITS);
}

static inline char places_reduced(char c) {
    return char_in(c, CHARS_ALPHA) ? (char)(c | 0x20) : 0;
}

struct places {
    unsigned word_count, gram_count;
    uint16_t words[PLACES_BYTES / 2 + 1], grams[PLACES_BYTES / 2]; // counted from the first byte, ascending
    uint16_t gram_at[PLACES_BYTES / 2];                            // the gram at each second byte
    uint8_t next[PLACES_BYTES / 2];                                // and the group of the byte that follows it
    char reduced[PLACES_READ];                                     // letters in lower case, and 0
};

static inline uint64_t places_key(const struct places *p, size_t at) {
    uint64_t key;
    memcpy(&key, p->reduced + at, sizeof key);
    return key;
}

// Of `blocks` blocks at `at`; PLACES_READ - PLACES_BYTES more bytes are readable behind them. *after_word: the byte
// before them belongs to a word; then, that their last one does.
void places_find(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks, bool *after_word,
                 struct places *out);
// The same without what only some processors have.
void places_find_anywhere(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks,
                          bool *after_word, struct places *out);

#endif
