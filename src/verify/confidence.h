// How sure a model was of its tokens, from the log-probabilities that its server tells.
#ifndef SLUICE_VERIFY_CONFIDENCE_H
#define SLUICE_VERIFY_CONFIDENCE_H

#include "wire/json.h"

struct confidence {
    uint32_t tokens; // that carry text; the end token is none
    double mean, least;
};

// Of the array `choices[].logprobs.content`; tokens = 0 where it is none. Linear.
struct confidence confidence_of(const struct json_doc *doc, uint32_t list);

#endif
