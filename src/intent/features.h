// What the linear model sees of a request: which hashed words and word pairs are in it, and a row of counts.
//
// The one implementation, used for fitting (models/intent) and for scoring, so that the two cannot
// drift apart. It is part of the format of the weights: a change here needs new weights.
//
// Work is bounded whatever the length: of a text longer than FEATURES_EDGE_BYTES twice, its first and
// last FEATURES_EDGE_BYTES are read (instructions stand at the edges); of the system text half of
// that. No allocation; about 70 KB of stack.
#ifndef SLUICE_INTENT_FEATURES_H
#define SLUICE_INTENT_FEATURES_H

#include "base/span.h"
#include "intent/score.h"

enum {
    FEATURES_BITS = 16,          // buckets: 1 << FEATURES_BITS
    FEATURES_EDGE_BYTES = 192,   // of a long text: this much of both ends; with 384 APGR is .000 to .005 lower
    FEATURES_SYSTEM_EDGE_BYTES = 256,
    FEATURES_OPENING = 3,        // words whose place at the beginning is a feature
    // A text of signs only has as many tokens as bytes, each a word and a pair. One is written before it is
    // known to be new.
    FEATURES_TEXT_MAX = 4 * FEATURES_EDGE_BYTES + FEATURES_OPENING + 1,
    FEATURES_SYSTEM_MAX = 4 * FEATURES_SYSTEM_EDGE_BYTES + FEATURES_OPENING + 1,
    FEATURES_COUNTS = 32,        // plain counts
};

struct features {
    uint32_t text_count, system_count; // buckets, each once, in the order of the text
    float text_value, system_value;    // of each of them: the text has length 1, the system text less
    float counts[FEATURES_COUNTS];
    uint16_t text[FEATURES_TEXT_MAX], system[FEATURES_SYSTEM_MAX];
};

void features_read(const struct intent_input *in, struct features *out);
// The two halves of it: all but the system text, and only that.
void features_read_text(const struct intent_input *in, struct features *out);
void features_read_system(struct span system, struct features *out);

// The name of a count, for explanations: "length", "digits" ...
const char *features_count_name(uint32_t i);

// Calls `visit` for every word (second is empty) and word pair of a text, in order, as features_read
// sees them.
typedef void features_visit(void *context, uint32_t bucket, struct span first, struct span second);
void features_each(struct span text, size_t edge_bytes, features_visit *visit, void *context);

#endif
