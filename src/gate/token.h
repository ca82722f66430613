// Tokens that carry a prefix of their own, and those that stand beside the name of their vendor: one row a format.
#ifndef SLUICE_GATE_TOKEN_H
#define SLUICE_GATE_TOKEN_H

#include "gate/checks.h"
#include "gate/scan.h"

// What a format asks beyond its shape. Returns the score, 0 to refuse.
typedef float check_fn(struct span body);

struct token_rule {
    struct rule rule;
    const char *prefix;
    uint16_t set;      // of the body, enum charset
    uint16_t min, max; // length of the body
    check_fn *check;   // or NULL
};

// Ended by a row without a prefix.
extern const struct token_rule CODE_TOKENS[], CLOUD_TOKENS[], SERVICE_TOKENS[];

#define TOKEN(id, type, name, prefix, set, min, max, check)                                                            \
    { {"secret." id, type, name, CLASS_SECRET, WEIGHT_GRAVE, 0.95f}, prefix, set, min, max, check }

check_fn check_base62, check_mixed, check_dotted, check_paths;

// A name of a vendor, and the shapes of what its keys look like; the sets of enum charset.
struct shape {
    uint16_t set, min, max;
};

enum { VENDOR_SHAPES = 3 };

struct vendor_rule {
    struct rule rule;
    const char *word;
    struct shape shapes[VENDOR_SHAPES];
};

extern const struct vendor_rule VENDORS[]; // ended by a row without a word

#endif
