// A number as people write it: groups of digits with separators between.
#ifndef SLUICE_GATE_NUMBER_H
#define SLUICE_GATE_NUMBER_H

#include "gate/scan.h"

enum { NUMBER_MAX_GROUPS = 24, NUMBER_MAX_DIGITS = 64 };

struct group {
    uint32_t start; // offset in the view
    uint8_t first;  // index of its first digit
    uint8_t len;    // digits
    char before;    // separator before it: one of " -./(" or 0
};

struct number {
    uint8_t digits[NUMBER_MAX_DIGITS]; // values
    struct group groups[NUMBER_MAX_GROUPS];
    unsigned digit_count, group_count;
    size_t start, end; // from '+' or '(' to past the last digit
    bool plus;         // begins with '+'
    bool cut;          // went on past what fits here
    uint32_t used;     // groups that a verifier has claimed, as bits
};

// Offset past group g.
static inline size_t group_end(const struct number *n, unsigned g) {
    return n->groups[g].start + n->groups[g].len;
}
// True when none of the groups [first, last] is claimed yet; group_claim claims them.
static inline bool group_is_free(const struct number *n, unsigned first, unsigned last) {
    return !(n->used & (((2u << (last - first)) - 1) << first));
}
static inline void group_claim(struct number *n, unsigned first, unsigned last) {
    n->used |= ((2u << (last - first)) - 1) << first;
}

// Each looks for its kind among the groups, reports and claims.
void ip4_find(struct scan *s, struct number *n);
void card_find(struct scan *s, struct number *n);
void ssn_find(struct scan *s, struct number *n);
void phone_find(struct scan *s, struct number *n);
// An IBAN whose first digit is at `at`. Returns its end, or 0.
size_t iban_find(struct scan *s, size_t at);

#endif
