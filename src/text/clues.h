// Where a text may hide something: one pass over its bytes that finds the places worth a closer look.
//
// Prose has next to none, and pays for 64 bytes about as much as for a comparison of each; the pass looks at no byte
// twice. A clue is no finding: whoever asks must read on from there.
#ifndef SLUICE_TEXT_CLUES_H
#define SLUICE_TEXT_CLUES_H

#include "base/span.h"

enum clue {
    CLUE_ESCAPE = 1,   // % & \ or =
    CLUE_AT = 2,       // @
    CLUE_LINE = 4,     // a line feed between two bytes that are no white space
    CLUE_RUN = 8,      // inside a long run of letters and digits
    CLUE_SINGLES = 16, // before the first of four letters or digits that stand apart
    CLUE_PAIRS = 32,   // before the first of three pairs that stand apart
    CLUE_GROUPS = 64,  // before the last digit of a group that another group follows, one or two bytes between
};

struct clues {
    struct span text;
    size_t base;       // of the block at work
    uint64_t masks[7]; // per clue, a bit for each byte of the block
    uint64_t any;
};

void clues_begin(struct clues *c, struct span text);
// The first place at or after `at`, which never goes back, with a clue; the set of its clues in *kinds. SIZE_MAX at the
// end of the text.
size_t clues_next(struct clues *c, size_t at, unsigned *kinds);

#endif
