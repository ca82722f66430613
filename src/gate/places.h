// The places of a text where a literal may begin (starts.h) or stand (grams.h), many bytes at a time and without a
// branch for each: most bytes are no such place, and which are cannot be foretold.
#ifndef SLUICE_GATE_PLACES_H
#define SLUICE_GATE_PLACES_H

#include "gate/checks.h"
#include "gate/grams.h"

// A word of WORD_LEAST letters or more is known by its first bytes: letters in lower case, and 0 for everything else.
// They choose a bit of the filter, where most words end that begin no literal, and a cell.
enum { WORD_LEAST = 3, WORD_KEY = 4, WORD_FILTER_BITS = 13, WORD_CELL_BITS = 12, WORD_CELLS = 1 << WORD_CELL_BITS };

enum {
    PLACES_BLOCK = 64,
    PLACES_BYTES = 16 * PLACES_BLOCK, // that are looked at together
    PLACES_AHEAD = 32,                // bytes that are read behind them
    PLACES_READ = PLACES_BYTES + PLACES_AHEAD,
};

struct word_filter {
    uint32_t bits[(1 << WORD_FILTER_BITS) / 32];
};

static inline uint32_t word_bit(uint32_t key) {
    return key * 0x9e3779b1u >> (32 - WORD_FILTER_BITS);
}

static inline uint32_t word_cell(uint32_t key) {
    return key * 0x9e3779b1u >> (32 - WORD_CELL_BITS);
}

static inline char places_reduced(char c) {
    return char_in(c, CHARS_ALPHA) ? (char)(c | 0x20) : 0;
}

struct places {
    unsigned word_count, gram_count;
    uint16_t words[PLACES_BYTES / 2 + 1], grams[PLACES_BYTES / 2]; // counted from the first byte, ascending
    char reduced[PLACES_READ];                                     // letters in lower case, and 0
    char codes[PLACES_READ];                                       // as of grams
};

static inline uint32_t places_key(const struct places *p, size_t at) {
    uint32_t key;
    memcpy(&key, p->reduced + at, sizeof key);
    return key;
}

// Of `blocks` blocks at `at`; PLACES_AHEAD more bytes are readable behind them. *after_word: the byte before them
// belongs to a word; then, that their last one does.
void places_find(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks, bool *after_word,
                 struct places *out);
// The same without what only some processors have.
void places_find_anywhere(const struct word_filter *f, const struct grams *g, const char *at, unsigned blocks,
                          bool *after_word, struct places *out);

#endif
