// Text as the company's lists and documents are compared: letters in lower case without accents, digits, nothing else.
// "Müller-Lüdenscheidt" and "MULLER LUDENSCHEIDT" become the same bytes.
//
// Reads any bytes: what is not UTF-8 is taken for Latin-1, because documents come from everywhere.
#ifndef SLUICE_GATE_OWN_FOLD_H
#define SLUICE_GATE_OWN_FOLD_H

#include "base/span.h"

enum fold_kind {
    FOLD_SEPARATOR, // ends a word
    FOLD_NOTHING,   // neither adds to a word nor ends it: accents that combine, characters without width
    FOLD_LETTER,    // part of a word
    FOLD_SINGLE     // a word by itself: scripts that write no spaces
};

struct fold {
    uint8_t kind;
    uint8_t len;  // bytes in `bytes`; 0 unless LETTER or SINGLE
    uint8_t read; // bytes of the text
    uint8_t bytes[4];
};

// Lower-case letter or digit for an ASCII letter or digit, 0 for other ASCII, 1 for bytes above 0x7f.
extern const uint8_t FOLD_ASCII[256];

// The character at offset `at`, which is below text.len.
struct fold fold_wide(struct span text, size_t at);

static inline struct fold fold_at(struct span text, size_t at) {
    uint8_t c = FOLD_ASCII[(unsigned char)text.at[at]];
    if (c == 1) return fold_wide(text, at);
    return (struct fold){.kind = c ? FOLD_LETTER : FOLD_SEPARATOR, .len = c != 0, .read = 1, .bytes = {c}};
}

// Writes the folded text; returns its length, or max + 1 when it has more than max bytes.
size_t fold_text(struct span text, uint8_t *out, size_t max);

#endif
