// The wide reading: what weights that were learned from outcomes see of a request.
//
// Wider than the reading of the shipped weights (features.h): of a long text READING_EDGE_BYTES of both ends, in
// 1 << READING_BITS buckets. In it are, each once: words, the second to fourth time that a word comes, pairs of
// neighbours, pairs with one word between, and the opening and the closing words as such. Of the system text: words
// and pairs of neighbours, in buckets of their own.
//
// Beside them a row of plain counts over the same bytes.
//
// The buckets stand in samples (sample.h) and in learned weights: a change here needs a new READING_FORMAT. Bounded
// work, no allocation; about 55 KB of stack.
#ifndef SLUICE_INTENT_READING_H
#define SLUICE_INTENT_READING_H

#include "intent/score.h"

enum {
    READING_FORMAT = 1,
    READING_BITS = 18,
    READING_EDGE_BYTES = 1024,
    READING_SYSTEM_EDGE_BYTES = 256,
    READING_OPENING = 3,  // words
    READING_CLOSING = 12, // words
    READING_COUNTS = 20,
    READING_TEXT_TOKENS = 2 * READING_EDGE_BYTES,
    READING_SYSTEM_TOKENS = 2 * READING_SYSTEM_EDGE_BYTES,
    // A token gives at most itself or its repetition, a pair and a pair over one word. One more is written before it is
    // known to be new.
    READING_TEXT_MAX = 3 * READING_TEXT_TOKENS + READING_OPENING + READING_CLOSING + 1,
    READING_SYSTEM_MAX = 2 * READING_SYSTEM_TOKENS + 1,
};

struct reading {
    uint32_t text_count, system_count; // buckets, each once
    uint32_t text[READING_TEXT_MAX], system[READING_SYSTEM_MAX];
    float counts[READING_COUNTS]; // damped, not scaled
};

void reading_read(const struct intent_input *in, struct reading *out);

// The name of a count, for explanations: "length", "digits" ...
const char *reading_count_name(uint32_t i);

// What each bucket of a text, and of a system text, weighs: together the text's have length 1, the system's 0.5.
float reading_text_value(const struct reading *r);
float reading_system_value(const struct reading *r);

// Calls `visit` for each bucket that has words to its name, in the order of the text, as reading_read sees them;
// `second` is empty for a single word. A bucket may come more than once.
typedef void reading_visit(void *context, uint32_t bucket, struct span first, struct span second);
void reading_each(struct span text, reading_visit *visit, void *context);

#endif
