// Where a text may hide something: one pass over its bytes that finds the places worth a closer look.
//
// Prose has next to none, and pays for 64 bytes about as much as for a comparison of each. A clue is no finding:
// whoever asks must read on from there. Clues are of two families, each of which goes on where it wants.
#ifndef SLUICE_TEXT_CLUES_H
#define SLUICE_TEXT_CLUES_H

#include "base/span.h"

enum clue {
    CLUE_ESCAPE = 1,   // % & \ or =
    CLUE_RUN = 2,      // the beginning of twelve letters, digits, '+' and '/'
    CLUE_PAIRS = 4,    // before the first of three pairs that stand apart
    CLUE_AT = 8,       // @
    CLUE_LINE = 16,    // a line feed
    CLUE_SINGLES = 32, // before the first of three letters or digits that stand apart
    CLUE_GROUPS = 64,  // the last digit of a group that another group follows, one or two bytes between
    CLUES_DECODE = CLUE_ESCAPE | CLUE_RUN | CLUE_PAIRS,
    CLUES_JOIN = CLUE_AT | CLUE_LINE | CLUE_SINGLES | CLUE_GROUPS,
};

struct clues {
    struct span text;
    size_t base; // of the block at work
    // Places with a clue in the block, a bit for each byte. `special` are the bytes that are clues by themselves.
    uint64_t special, run, pairs, singles, groups, escape;
    bool wide; // the processor has AVX2
};

void clues_begin(struct clues *c, struct span text);
// The first place with a clue to decode at or after `decode`, or one to join at or after `join`; neither goes back. The
// set of its clues in *kinds. SIZE_MAX at the end of the text.
size_t clues_next(struct clues *c, size_t decode, size_t join, unsigned *kinds);

#endif
