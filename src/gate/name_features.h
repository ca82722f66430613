// What the tagger looks at: the features of one token, as hashes. Shared by the trainer and the scanner;
// part of the format of data/names.weights.
#ifndef SLUICE_GATE_NAME_FEATURES_H
#define SLUICE_GATE_NAME_FEATURES_H

#include "gate/name_memory.h"
#include "gate/names.h"

enum { NAME_FEATURES = 36 };

bool name_looks_closer(const struct name_segment *seg, uint32_t i, struct span text);
// Whether token i is worth a look; tokens before it have their tags. Every other token is LABEL_NONE.
static inline bool name_looks(const struct name_segment *seg, uint32_t i, struct span text) {
    const struct name_token *t = &seg->tokens[i];
    if (t->flags & TOKEN_CANDIDATE) return true;
    bool plain = t->shape == SHAPE_LOWER || t->shape == SHAPE_MARK;
    if (plain && t[-1].tag == LABEL_NONE && !((t[-1].known | t[-2].known) & KNOWN_CUE)) return false;
    return name_looks_closer(seg, i, text);
}

// The features of token i; tokens before it have their tags.
void name_features(const struct name_segment *seg, uint32_t i, struct span text, const struct name_memory *memory,
                   uint64_t out[static NAME_FEATURES]);

#endif
