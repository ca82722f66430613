// Soft evidence, private to the gate: what says little alone. Verifiers at digits are asked by number.c, those at
// literals stand in the tables of anchors.
#ifndef SLUICE_GATE_SOFT_H
#define SLUICE_GATE_SOFT_H

#include "gate/scan.h"

extern const struct anchor ADDRESS_ANCHORS[], DATE_ANCHORS[], PERSON_ANCHORS[], CUE_ANCHORS[], HEALTH_ANCHORS[],
    FINANCE_ANCHORS[];

// Each looks at a number whose first digit is at `at`. Returns its end, or 0 when it is none.
size_t date_find(struct scan *s, size_t at);
size_t year_find(struct scan *s, size_t at);
size_t address_find(struct scan *s, size_t at);
size_t zip_find(struct scan *s, size_t at);
// Does not claim the number.
void age_find(struct scan *s, size_t at);

// What follows a street and a number; in address_block.c. Extends *end over unit, city and postal code, says whether
// there were any, and reports the parts of a block that has one part a line.
struct block {
    size_t end;    // of the address
    bool unit;     // "Suite 5" follows
    bool postal;   // a city with a postal code follows
    bool in_lines; // one part a line, in lines of their own: parts were reported
};
struct block block_after(struct scan *s, size_t end, bool begins_line);

// "the corner of X and Y": extends an address over both streets.
void address_corner(struct span text, size_t *start, size_t *end);
// Only marks of quoting and space between it and the begin of its line.
bool begins_a_line(struct span text, size_t start);

// Cues within `before` bytes before start and `after` bytes after end.
uint8_t cues_near(const struct scan *s, size_t start, size_t end, size_t before, size_t after);

// A word at `at`: letters, bytes above 0x7f, apostrophes, hyphens. Empty when there is none.
struct span word_at(struct span text, size_t at);
// The word that ends before `end`.
struct span word_before(struct span text, size_t end);
// Begins with a capital, or with a letter beyond ASCII of an alphabet.
bool word_is_name(struct span word);

#endif
