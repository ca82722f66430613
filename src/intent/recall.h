// What system texts add to the score, kept for the next request with the same one: applications send theirs every time.
//
// A text is known by a hash of 128 bits under a key that only this process has; neither it nor its words are kept. Each
// thread has a memory of its own, of RECALL_TEXTS texts.
#ifndef SLUICE_INTENT_RECALL_H
#define SLUICE_INTENT_RECALL_H

#include "base/span.h"
#include "intent/weights.h"

enum { RECALL_TEXTS = 32 };

struct recalled {
    uint64_t weights, print[2]; // checksum of the weights, hash of the text
    bool known;                 // added is what the text adds to the outputs; else it is to be filled in
    float added[WEIGHTS_OUTPUTS];
};

// The place of a text of at most 2 * FEATURES_SYSTEM_EDGE_BYTES, or of both ends of a longer one.
struct recalled *recall(const struct weights *w, struct span head, struct span tail);

#endif
