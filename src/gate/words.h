// Words that addresses and dates are made of, in many languages. All look-ups are of one bounded word and ignore case.
#ifndef SLUICE_GATE_WORDS_H
#define SLUICE_GATE_WORDS_H

#include "base/span.h"

// What a word may be, as bits.
enum word_kind {
    WORD_STREET = 1,         // "High Street": stands after the name of a street
    WORD_STREET_PERHAPS = 2, // "Oak Hill": likewise, and after much else
    WORD_STREET_BEFORE = 4,  // "Rue de la Paix", "ul. Mila": stands before the name
    WORD_PARTICLE = 8,       // "de", "la", "von": joins the words of a name
    WORD_UNIT = 16,          // "Apt", "Suite": a number that follows is a part of a house
    WORD_COUNTED = 32,       // "Figure", "Windows": a number that follows is that of no house
    WORD_MONTH = 64,
    WORD_YEAR = 128, // "in", "since": four digits that follow are a year
};

// Set of enum word_kind, 0 for a word that is not listed.
unsigned word_kinds(struct span word);
// For tests: the table that word_kinds searches is in order.
bool words_are_sorted(void);

// How surely a word makes a street of the words next to it.
enum street {
    STREET_NONE,
    STREET_MAYBE,
    STREET_CERTAIN,
};

static inline enum street street_after(struct span word) {
    unsigned kinds = word_kinds(word);
    return kinds & WORD_STREET ? STREET_CERTAIN : kinds & WORD_STREET_PERHAPS ? STREET_MAYBE : STREET_NONE;
}
static inline bool street_before(struct span word) {
    return word_kinds(word) & WORD_STREET_BEFORE;
}
static inline bool street_particle(struct span word) {
    return word_kinds(word) & WORD_PARTICLE;
}
static inline bool street_unit(struct span word) {
    return word_kinds(word) & WORD_UNIT;
}
static inline bool street_counted(struct span word) {
    return word_kinds(word) & (WORD_COUNTED | WORD_MONTH);
}
// The word ends as names of streets do: "Ringvej", "Kiannonkatu".
enum street street_glued(struct span word);
// Two capital letters of a state of the USA whose ZIP codes begin with `digit`.
bool street_state(struct span word, char digit);

#endif
