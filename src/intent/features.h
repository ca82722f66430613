// What the linear model sees of a request: which hashed words and word pairs are in it, and a row of counts.
//
// The one implementation, used for fitting (models/intent) and for scoring, so that the two cannot
// drift apart. It is part of the format of the weights: a change here needs new weights.
//
// A word is known by its first STEM_BYTES bytes (stems.h): "summarise", "summarises" and "summarised" are one.
//
// A follow-up of a few words ("and now in French") inherits from the message before it: that one is read as
// the text, and the follow-up beside it.
//
// Work is bounded whatever the length: of a text longer than FEATURES_EDGE_BYTES twice, its first and
// last FEATURES_EDGE_BYTES are read (instructions stand at the edges); of the system text FEATURES_SYSTEM_EDGE_BYTES.
// No allocation; about 30 KB of stack.
#ifndef SLUICE_INTENT_FEATURES_H
#define SLUICE_INTENT_FEATURES_H

#include "base/span.h"
#include "intent/once.h"
#include "intent/score.h"

enum {
    FEATURES_BITS = 16,        // buckets: 1 << FEATURES_BITS
    FEATURES_EDGE_BYTES = 192, // of a long text: this much of both ends; with 384 APGR is .000 to .005 lower
    FEATURES_SYSTEM_EDGE_BYTES = 256,
    FEATURES_FOLLOW_UP_BYTES = 40,
    FEATURES_OPENING = 3, // words whose place at the beginning is a feature
    FEATURES_CLOSING = 3, // and at the end
    FEATURES_SHORT = 48,  // tokens: a text of no more is looked up among the known intents
    FEATURES_INTENT_BITS = 12,
    FEATURES_INTENT_MAX = 3 * FEATURES_SHORT, // a word, its beginning, and a pair for each
    // A text of signs only has as many tokens as bytes, each a word and a pair.
    FEATURES_EDGES = FEATURES_OPENING + FEATURES_CLOSING + ONCE_SPARE,
    FEATURES_TEXT_MAX = 4 * FEATURES_EDGE_BYTES + FEATURES_EDGES,
    FEATURES_SYSTEM_MAX = 4 * FEATURES_SYSTEM_EDGE_BYTES + FEATURES_EDGES,
    FEATURES_FOLLOW_MAX = 2 * FEATURES_FOLLOW_UP_BYTES + FEATURES_EDGES,
    FEATURES_PROSE = 32,  // the count that says how long a request is, in words
    FEATURES_COUNTS = 38, // plain counts
};

// Kinds of request that can be told by their form, whatever they are about.
enum features_kind {
    KIND_OTHER,
    KIND_EXAM,    // choices are given, each in a line
    KIND_PROBLEM, // numbers and quantities, and a question
    KIND_COUNT
};

struct features {
    enum features_kind kind;
    uint32_t text_count, follow_count, system_count; // buckets, each once, in the order of the text
    float text_value, follow_value, system_value;    // of each of them: the text has length 1, the others less
    uint32_t intent_count;                           // 0: the text is too long to be one intent
    float counts[FEATURES_COUNTS];
    uint16_t text[FEATURES_TEXT_MAX], system[FEATURES_SYSTEM_MAX], follow[FEATURES_FOLLOW_MAX];
    uint16_t intent[FEATURES_INTENT_MAX]; // buckets of the table of intents
};

void features_read(const struct intent_input *in, struct features *out);
// The two halves of it: all but the system text, and only that. `ahead`: what is going to be looked at for the buckets
// of the texts, as once.h has it; NULL where nothing is.
void features_read_text(const struct intent_input *in, const void *ahead, struct features *out);
void features_read_system(struct span system, const void *ahead, struct features *out);

// What is read as the text: the message itself, or the one before it when it is a follow-up. `follow`: the
// follow-up, else empty.
struct span features_text(const struct intent_input *in, struct span *follow);

// The name of a count, for explanations: "length", "digits" ...
const char *features_count_name(uint32_t i);

// Calls `visit` for every word (second is empty) and word pair of a text, in order, as features_read
// sees them.
typedef void features_visit(void *context, uint32_t bucket, struct span first, struct span second);
void features_each(struct span text, size_t edge_bytes, features_visit *visit, void *context);

#endif
