// The places of a text where a literal may begin (starts.h) or stand (grams.h), many bytes at a time and without a
// branch for each: most bytes are no such place, and which are cannot be foretold.
#ifndef SLUICE_GATE_PLACES_H
#define SLUICE_GATE_PLACES_H

#include "gate/checks.h"
#include "gate/grams.h"

// A word of WORD_LEAST letters or more is known by its first letters, in lower case, with 0 behind a shorter one.
// WORD_BEGIN of them choose a bit of the filter, where most words end that are in no literal, and WORD_KEY a cell.
enum { WORD_LEAST = 3, WORD_BEGIN = 4, WORD_KEY = 8 };
enum { WORD_FILTER_BITS = 13, WORD_CELL_BITS = 12, WORD_CELLS = 1 << WORD_CELL_BITS };

enum {
    PLACES_BLOCK = 64,
    PLACES_BYTES = 16 * PLACES_BLOCK, // that are looked at together
    PLACES_AHEAD = 32,                // bytes that are read behind them
    PLACES_READ = PLACES_BYTES + PLACES_AHEAD,
    PLACES_ROOM = 16, // more grams are written than count
};

struct word_filter {
    uint32_t bits[(1 << WORD_FILTER_BITS) / 32];
};

// Of the first WORD_BEGIN letters.
static inline uint32_t word_bit(uint32_t begin) {
    return begin * 0x9e3779b1u >> (32 - WORD_FILTER_BITS);
}

// Of WORD_KEY letters; what stands behind a 0 among them does not count.
static inline uint32_t word_cell(uint64_t letters) {
    uint64_t behind = (letters - 0x0101010101010101u) & 0x8080808080808080u; // the lowest bit: of the first 0
    return (uint32_t)((letters & (behind ^ (behind - 1))) * 0x9e3779b97f4a7c15u >> (64 - WORD_CELL_BITS));
}

static inline char places_reduced(char c) {
    return char_in(c, CHARS_ALPHA) ? (char)(c | 0x20) : 0;
}

struct places {
    unsigned word_count, gram_count;
    // Counted from the first byte, ascending. Of words there are half as many at most, which is room enough.
    uint16_t words[PLACES_BYTES / 2], grams[PLACES_BYTES / 2 + PLACES_ROOM];
    char reduced[PLACES_READ];       // letters in lower case, and 0 for everything else
    uint16_t pairs[PLACES_READ / 2]; // of the codes of two neighbours (grams.h)
};

static inline uint32_t places_word_cell(const struct places *p, size_t at) {
    uint64_t letters;
    memcpy(&letters, p->reduced + at, sizeof letters);
    return word_cell(letters);
}

static inline uint32_t places_gram_cell(const struct places *p, size_t at) {
    return gram_cell(p->pairs + at / 2);
}

// Of the first PLACES_BYTES of the text, or all. *after_word: the byte before it belongs to a word; then, that the last
// one that was looked at does.
void places_find(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
                 struct places *out);
// The same without what only some processors have.
void places_find_anywhere(const struct word_filter *f, const struct grams *g, struct span text, bool *after_word,
                          struct places *out);

#endif
