// What system texts add to the score, kept for the next request with the same one: applications send theirs every time.
//
// A text is known by its imprint (base/imprint.h), and by that of its ends, which are all that is read of it; neither
// it nor its words are kept. Each thread has a memory of its own, of RECALL_TEXTS texts.
#ifndef SLUICE_INTENT_RECALL_H
#define SLUICE_INTENT_RECALL_H

#include "base/imprint.h"
#include "base/span.h"
#include "intent/weights.h"

enum { RECALL_TEXTS = 32 };

struct recalled {
    uint64_t weights; // their checksum
    bool known;       // added is what the text adds to the outputs; else it is to be filled in
    float added[WEIGHTS_OUTPUTS];
};

// The place of a text; `imprint` is that of the whole text, or IMPRINT_NONE when nobody made it yet.
struct recalled *recall(const struct weights *w, struct span text, struct imprint imprint);

#endif
