// Literals that may stand anywhere in a text, also within a word. Each is known by three of its bytes, a gram. Grams
// are looked up at every second place of the text only, so a literal has two of them, one for each way to meet it.
#ifndef SLUICE_GATE_GRAMS_H
#define SLUICE_GATE_GRAMS_H

#include <stdint.h>

#include "base/span.h"

struct anchor;

enum {
    GRAMS_BLOCK = 64, // bytes whose grams are read together
    GRAMS_AHEAD = 4,  // bytes behind them that are read too
    GRAM_BYTES = 3,
    GRAM_CODES = 32, // five bits of a byte: letters of either case are alike
    GRAM_COUNT = GRAM_CODES * GRAM_CODES * GRAM_CODES,
    GRAM_LITERAL_LEAST = 2, // bytes of a literal
};

// What makes letters small.
#define GRAM_SMALL 0x2020202020202020u

struct gram_row {
    uint64_t begin, mask; // of the literal, as far as eight bytes tell, with GRAM_SMALL
    uint16_t anchor, len;
    int16_t offset; // of the gram from the literal's begin; -1: it begins a byte before
};

// Built once, then only read.
struct grams {
    uint8_t follows[GRAM_COUNT];    // the groups of the bytes that may follow; 0: no gram of a literal
    uint8_t group[GRAM_CODES];      // a bit that a few bytes share
    uint16_t first[GRAM_COUNT + 1]; // of the gram's rows
    struct gram_row *rows;
};

// Of those anchors that are not `left_out`; their literals have GRAM_LITERAL_LEAST bytes at least.
struct grams *grams_new(const struct anchor *anchors, unsigned count, bool (*left_out)(const struct anchor *));
void grams_free(struct grams *g);

static inline unsigned gram_code(char c) {
    return (unsigned char)c & (GRAM_CODES - 1);
}

// The grams that begin at p[0], p[2], p[4], ...
static inline void grams_read(const char *p, uint16_t out[static GRAMS_BLOCK / 2]) {
    typedef uint16_t places __attribute__((vector_size(16)));
    for (size_t i = 0; i < GRAMS_BLOCK; i += sizeof(places)) {
        places two, third;
        memcpy(&two, p + i, sizeof two);
        memcpy(&third, p + i + 2, sizeof third);
        two = (two & 0x1f) | (two >> 3 & 0x1f << 5) | (third & 0x1f) << 10;
        memcpy(out + i / 2, &two, sizeof two);
    }
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the low one");

#endif
