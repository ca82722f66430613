// Identifiers that registers hand out: one row a rule, in identifier_table.c and identifier_world.c. A row says how a
// value is written, how its check digits are computed, which words speak for it, and what it is worth with such words,
// alone in a text, and in the midst of one. Numbers with a verifier of their own (cards, IBAN, telephone) are
// elsewhere.
// Shapes are those of shape.h.
#ifndef SLUICE_GATE_IDENTIFIER_H
#define SLUICE_GATE_IDENTIFIER_H

#include "gate/checksums.h"
#include "gate/scan.h"
#include "gate/shape.h"

enum identifier_flag {
    IDENTIFIER_UPPER = 1,    // letters are upper-case, unless words speak for it or it stands alone
    IDENTIFIER_NO_CASE = 2,  // never folded: upper- and lower-case differ, as in base58
    IDENTIFIER_PLAIN = 4,    // a sequence (1234567) is none
    IDENTIFIER_CAPITALS = 8, // letters are upper-case, always
    IDENTIFIER_STRICT = 16,  // nor is one that holds a sequence of six, unless words speak for it
    IDENTIFIER_SOLE = 32,    // alone means that there is no other value beside it
};

struct identifier {
    struct rule firm, weak; // what a finding is called from a score of IDENTIFIER_FIRM on, and below
    const char *shape;
    checksum_fn *check; // or NULL
    const char *arg;    // for it
    const char *date;   // see identifier_date, or NULL
    uint32_t context;   // set of enum context that speaks for it
    float said;         // score with one of these words near; 0 = not reported
    float alone;        // without, where the text is nothing but values
    float free;         // without, in the midst of other text
    uint8_t flags;
};
#define IDENTIFIER_FIRM 0.5f
#define IDENTIFIER_WEAK 0.01f

struct identifier_list {
    const struct identifier *rows;
    size_t count;
};
extern const struct identifier_list IDENTIFIERS, IDENTIFIERS_WORLD;

// True when the digits are a day that can be. `date`: order ("y" yymmdd, "d" ddmmyy, "Y" yyyymmdd), offset of the first
// digit, and what is added to month or day for a sex or a century: "p" 20 40 60 80 to the month (Poland), "m" 40 to the
// month, "g" 50, "s" 60, "n" 40 to the day; "?" a day that need not exist in that month.
bool identifier_date(struct span value, const char *date);

// Compiles the shapes of all rows. To be freed with free().
struct identifier_index *identifier_index_new(void);

// True when the text around may make an identifier of the digits at `at`: they are many, or go on, or words speak for
// it. A cheap look: most numbers are a few digits and nothing else.
bool identifier_is_likely(const struct scan *s, size_t at);
// The best identifier that begins at `at`, the begin of a word, with a score of at least `floor`: reported. Returns its
// end, or 0. `floor` is IDENTIFIER_FIRM, IDENTIFIER_WEAK (firm ones were looked for before), or 0 for any.
size_t identifier_find(struct scan *s, size_t at, float floor);
// The same for one whose first digit is at `at`, and letters before it. Returns its end, or 0.
size_t identifier_find_back(struct scan *s, size_t at);

#endif
