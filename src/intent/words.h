// Cuts a text into words, numbers and signs, 64 bytes at a time.
//
// A word is a run of letters and digits: bytes of other scripts and the underscore are letters. Every other
// printable byte is a sign and stands alone. What is neither is space.
#ifndef SLUICE_INTENT_WORDS_H
#define SLUICE_INTENT_WORDS_H

#include "base/span.h"

enum {
    WORDS_BLOCK = 64,
    WORDS_MAX_BYTES = 8192,                           // of a text: this much is read
    WORDS_BLOCKS = WORDS_MAX_BYTES / WORDS_BLOCK + 1, // the two ends begin in blocks of their own
    WORDS_LONGEST = 56,                               // bytes of a word that are looked at
};

// The text in lower case, and of each block which bytes are what: bit i is byte i of the block.
struct words {
    uint32_t bytes, blocks;
    uint32_t digits, capitals, letters; // number of bytes; letters: with digits
    uint64_t word[WORDS_BLOCKS + 1];    // letters and digits; ended by 0
    uint64_t digit[WORDS_BLOCKS + 1];   // ended by 0
    uint64_t sign[WORDS_BLOCKS];
    uint64_t line[WORDS_BLOCKS];
    char lower[(WORDS_BLOCKS + 1) * WORDS_BLOCK]; // space and padding are 0 or as they were
    struct span head, tail;                       // what was read; tail is empty when all is in head
    uint32_t tail_block;
};

// A word, number or sign: where it begins in `lower`, and its length, bounded by WORDS_LONGEST.
struct piece {
    uint16_t at, len;
};

// Reads the whole text, or of one longer than 2 * edge_bytes its first and last edge_bytes.
// 2 * edge_bytes <= WORDS_MAX_BYTES.
void words_read(struct words *w, struct span text, size_t edge_bytes);

// Where the words and signs of a block begin.
static inline uint64_t words_starts(const struct words *w, uint32_t block) {
    uint64_t word = w->word[block], before = block ? w->word[block - 1] : 0;
    return (word & ~(word << 1 | before >> 63)) | w->sign[block];
}

// All words and signs, in order; returns how many. `to`: there may be as many as bytes.
uint32_t words_cut(const struct words *w, struct piece *to);

// Which of all pieces are numbers: nothing but digits. Returns how many; `which`: there may be as many as pieces.
uint32_t words_numbers(const struct words *w, const struct piece *pieces, uint16_t *which);

// The bytes as the text has them.
struct span words_raw(const struct words *w, uint32_t at, uint32_t len);

#endif
