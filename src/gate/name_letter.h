// Letters beyond ASCII, as far as names need them: what is a letter, what is its case, what does it fold to.
#ifndef SLUICE_GATE_NAME_LETTER_H
#define SLUICE_GATE_NAME_LETTER_H

#include "base/span.h"

enum letter_kind { LETTER_NOT, LETTER_SPACE, LETTER_LOWER, LETTER_UPPER, LETTER_CASELESS };

struct letter {
    uint32_t code;
    uint8_t bytes; // that it takes; 1 for a byte that begins no UTF-8 sequence
    uint8_t kind;  // enum letter_kind
};

// The letter at `at`, which is below text.len and holds a byte >= 0x80.
struct letter name_letter(struct span text, size_t at);
// Writes the folded letter (at most 3 bytes) and returns its length.
size_t name_letter_fold(uint32_t code, char out[static 3]);

#endif
