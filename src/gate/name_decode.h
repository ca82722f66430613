// From words to names: one averaged perceptron, from left to right, the best label each time.
#ifndef SLUICE_GATE_NAME_DECODE_H
#define SLUICE_GATE_NAME_DECODE_H

#include "gate/name_features.h"

struct name_span {
    uint32_t first, count; // tokens of the segment
    uint8_t type;          // enum name_type
    float margin;          // mean over its tokens, in units of the weights
};

// Tags a segment; returns the number of names written to `out`. Adds to `asked` the words of which it mattered whether
// they are in `memory`.
size_t name_decode(const struct names *names, struct span text, struct name_segment *seg, struct name_memory *memory,
                   struct name_memory *asked, struct name_span out[static SEGMENT_TOKENS]);
// Probability that a name is one, and of its type.
float name_span_score(const struct names *names, const struct name_span *span);
// Whether that is enough to report it: persons and places early, organisations and groups only when likely.
bool name_score_counts(uint8_t type, float score);

#endif
