// Fusion: from findings to a decision.
//
// Hard evidence decides alone. Soft evidence (a name, a place, a date, an age, a word of medicine) decides only in
// combination: under `balanced` two identifiers in doubt do, and a person does when a small logistic model says so,
// over how often each kind was found, how near to the person, and what the text says of itself (cues). Its weights are
// data, made by models/fusion.
//
// Findings for which there was no room must not change that. Soft findings are counted by kind when they are reported,
// and only so many of a kind are kept; a kind of which any was left out counts as seen as often as the model can tell
// apart.
#ifndef SLUICE_GATE_FUSION_H
#define SLUICE_GATE_FUSION_H

#include "gate/rules.h"

// Kinds of soft evidence.
enum kind {
    KIND_OTHER, // identifiers and markers in doubt: everything that is not listed below
    KIND_PERSON,
    KIND_PLACE,
    KIND_ORGANIZATION,
    KIND_GROUP, // nationality, religion, politics
    KIND_DATE,
    KIND_BIRTH,
    KIND_AGE,
    KIND_TITLE,
    KIND_ADDRESS,
    KIND_HEALTH,
    KIND_FINANCE,
    KIND_URL,
    KIND_COUNT
};

// What the text says of itself, as bits.
enum cue {
    CUE_ADDRESS = 1,     // "lives at", "ship to"
    CUE_BIRTH = 2,       // "born"
    CUE_BIRTH_LABEL = 4, // "date of birth"
    CUE_FRAME = 8,       // "write a story": what follows is made up
    CUE_SELF = 16,       // "my name is"
    CUE_RECORD = 32,     // "customer", "patient", "employee"
    CUE_CHOICE = 64,     // answers to choose from
    CUE_QUANTITY = 128,  // "how many"
};

struct evidence {
    uint8_t cues;                  // set of enum cue
    uint8_t numbers;               // of any sort; stops at its maximum
    uint16_t reported[KIND_COUNT]; // soft findings of a kind, kept or not; stops at its maximum
};

struct hit {
    struct finding finding;
    const struct rule *rule;
    uint8_t kinds; // set of enum piece_kind: how the view that it was found in was made
};

// The inputs of the model; FUSION_NAMES in fusion.c names them.
enum { FUSION_FEATURES = 39 };

struct fusion {
    bool asked;               // a person was found, and nothing stronger: the model had to say
    float x[FUSION_FEATURES]; // its inputs, when it was asked
    bool soft;                // soft evidence decides, in combination
};

enum kind fusion_kind(const char *type);
// Counts a soft finding; false when there are enough of its kind already and it need not be kept.
bool fusion_keep(struct evidence *e, const struct rule *rule);
// Weighs what was found, sorted by place and without overlaps, in a text of text_len bytes.
void fusion_weigh(const struct evidence *e, const struct hit *hits, uint32_t count, size_t text_len,
                  enum profile profile, struct fusion *out);
// Whether this finding is one that decides.
bool fusion_decides(const struct fusion *f, const struct hit *hit, enum profile profile);
extern const char *const FUSION_NAMES[FUSION_FEATURES];

#endif
