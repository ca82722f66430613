// What tells a drawn string from a written one: letters of words follow each other as they do in words.
#ifndef SLUICE_GATE_LIKENESS_H
#define SLUICE_GATE_LIKENESS_H

#include "base/span.h"

// How a value is made up, counted once.
struct makeup {
    size_t digits, upper, lower, other; // other: neither letter nor digit
    size_t wordy;                       // letters that stand in runs which read like words
    size_t longest;                     // longest run of letters and digits that holds both, or 0
    size_t distinct;                    // different bytes
};

struct makeup makeup_of(struct span value);
// True when no person would have written it: letters and digits in no order, hexadecimal, UUID, licence keys.
bool looks_random(struct span value, const struct makeup *m);
// 8-4-4-4-12 hexadecimal digits, and nothing else.
bool is_uuid(struct span value);

#endif
