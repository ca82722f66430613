// How an identifier is written: a small language without repetition over groups, so that a match looks at each
// character once. Shapes are compiled when a gate is made. Read from left to right:
//
//   d a x    digit, letter, either           followed by a count "3" or "1:4" (as many as there are); none means 1
//   [A-Z05]  one of these, letters in either case; a count may follow
//   ABC      upper-case letters stand for themselves, in either case
//   w        letter, digit or one of - / .   for values without a form of their own
//   ~        the same separator at all such places, or none at any
//   ?        a separator or none, the same wherever there is one
//   - space . /   stand for themselves
//   |        or
#ifndef SLUICE_GATE_SHAPE_H
#define SLUICE_GATE_SHAPE_H

#include "base/span.h"

enum { SHAPE_VALUE_MAX = 64 }; // characters of a compact value

struct shape_atom {
    uint64_t set; // of characters, by the codes of shape.c
    uint8_t kind; // enum, private to shape.c
    uint8_t min, max;
};

// Compiles one alternative and moves *shape past it. Returns the number of atoms, at most `max`.
size_t shape_compile(const char **shape, struct shape_atom *out, size_t max);
// Which lengths of a first run of letters (or digits) an alternative allows, as bits; bit 31 is that long or longer.
uint32_t shape_leads(const struct shape_atom *atoms, size_t count, bool letters);
// Length of the text at `at` that the alternative describes, 0 when it does not. The compact value, letters in upper
// case, goes to out, its length to *len, the separator met to *separator (0: none).
size_t shape_match(const struct shape_atom *atoms, size_t count, struct span text, size_t at,
                   char out[static SHAPE_VALUE_MAX], size_t *len, char *separator);

#endif
