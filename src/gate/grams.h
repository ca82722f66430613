// Literals that may stand anywhere in a text, also within a word. Each is known by three of its bytes, a gram. Grams
// are looked up at every second place of the text only, so a literal has two of them, one for each way to meet it.
#ifndef SLUICE_GATE_GRAMS_H
#define SLUICE_GATE_GRAMS_H

#include <stdint.h>

#include "base/span.h"

struct anchor;
struct literal_row; // literal.h
struct literal_cell;

enum {
    GRAM_BYTES = 3,
    GRAM_CODES = 32, // five bits of a byte: letters of either case are alike
    GRAM_SECOND = 5, // how far the codes of a gram are shifted
    GRAM_THIRD = 9,
    GRAM_COUNT = GRAM_CODES << GRAM_THIRD,
    GRAM_GROUPS = 16,       // four bits of the byte that follows
    GRAM_CELL = -3,         // the place of its cell, counted from the gram's
    GRAM_LITERAL_LEAST = 2, // bytes of a literal
};

// Built once, then only read.
struct grams {
    uint8_t follows[GRAM_COUNT]; // the groups of the bytes that may follow; 0: no gram of a literal
    uint8_t group[GRAM_GROUPS];  // a bit that a few bytes share
    uint16_t cell[GRAM_COUNT];   // of the gram; 0: it has none
    struct literal_cell *cells;
    struct literal_row *rows;
};

// Of those anchors that are not `left_out`; their literals have GRAM_LITERAL_LEAST bytes at least.
struct grams *grams_new(const struct anchor *anchors, unsigned count, bool (*left_out)(const struct anchor *));
void grams_free(struct grams *g);

static inline unsigned gram_code(char c) {
    return (unsigned char)c & (GRAM_CODES - 1);
}

static inline unsigned gram_group(char c) {
    return (unsigned char)c & (GRAM_GROUPS - 1);
}

// A few share a number: the table is to stay small.
static inline unsigned gram_of(unsigned first, unsigned second, unsigned third) {
    return (first | second << GRAM_SECOND) ^ third << GRAM_THIRD;
}

#endif
