// Literals that may stand anywhere in a text, also within a word. Each is known by four of its bytes, a gram: two pairs
// of neighbours. Pairs are looked up at every second place of the text only, so a literal has two grams, one for each
// way to meet it.
#ifndef SLUICE_GATE_GRAMS_H
#define SLUICE_GATE_GRAMS_H

#include "gate/checks.h"

struct anchor;
struct literal_place; // literal.h

enum {
    GRAM_BYTES = 4,
    GRAM_CODE_BITS = 5, // of a byte
    GRAM_CODES = 1 << GRAM_CODE_BITS,
    GRAM_PAIRS = GRAM_CODES * GRAM_CODES,
    GRAM_SETS = 16,    // grams are dealt out to so many
    GRAM_CHOOSING = 3, // bytes that choose a cell
    GRAM_CELL_BITS = 12,
    GRAM_CELLS = 1 << GRAM_CELL_BITS,
    GRAM_LITERAL_LEAST = 2,       // bytes of a literal
    GRAM_PLACES = 2 * GRAM_CODES, // of a literal, at most
};

// Built once, then only read. For each pair the sets that have a gram which begins with it, and above them, from bit
// GRAM_SETS on, those that have one which ends with it.
struct grams {
    uint32_t pairs[GRAM_PAIRS];
};

// Adds those anchors that are not `left_out`; their literals have GRAM_LITERAL_LEAST bytes at least. Writes where each
// is met, GRAM_PLACES at most, counting cells from `first_cell`; returns how many places there are.
unsigned grams_add(struct grams *g, const struct anchor *anchors, unsigned count,
                   bool (*left_out)(const struct anchor *), uint32_t first_cell, struct literal_place *places);

// The code of a sign, by the four low bits of its byte.
extern const uint8_t GRAM_SIGNS[16];

// Letters of either case are alike; a byte beyond ASCII counts as a letter.
static inline char gram_code(char c) {
    bool letter = char_in(c, CHARS_ALPHA) || (unsigned char)c >= 0x80;
    return (char)(letter ? c & (GRAM_CODES - 1) : GRAM_SIGNS[c & 15]);
}

static inline unsigned gram_pair(unsigned first, unsigned second) {
    return first | second << GRAM_CODE_BITS;
}

// Whether the pair may begin a gram that `next` ends.
static inline bool gram_may_be(uint32_t pair, uint32_t next) {
    return (pair & next >> GRAM_SETS) != 0;
}

// The cell of a gram: of its first GRAM_CHOOSING codes, which are a pair and the first half of the next one.
static inline uint32_t gram_cell(const uint16_t pairs[static GRAM_BYTES / 2]) {
    uint32_t codes = pairs[0] | (uint32_t)(pairs[1] % GRAM_CODES) << 2 * GRAM_CODE_BITS;
    return codes * 0x9e3779b1u >> (32 - GRAM_CELL_BITS);
}

#endif
