// The intent score: how much a request wants the frontier, in microseconds, without a network.
//
// A linear model over hashed words, word pairs and counts, with several heads. The weights are data
// (data/intent.weights), made by models/intent, and immutable once loaded.
#ifndef SLUICE_INTENT_SCORE_H
#define SLUICE_INTENT_SCORE_H

#include "base/err.h"
#include "base/imprint.h"
#include "base/span.h"

struct intent_input {
    struct span text;              // what is asked: the last user message
    struct span system;            // system text, may be empty
    struct imprint system_imprint; // of it, where somebody made it already
    struct span context;           // the user's message before, may be empty: a short follow-up inherits from it
    size_t input_tokens;           // of the whole request (estimate)
    uint32_t user_turns;           // 1 for a single question
    uint32_t tools;                // number of tool definitions
    bool has_schema;               // an output schema is given
    bool has_images;
    int64_t max_tokens; // the caller's limit on output, -1 = none
};

struct score {
    float score;       // 0..1, higher wants the frontier more; its quantile is the local share
    float p_local;     // P(the local model does as well)
    float complexity;  // 0..1
    float ambiguity;   // 0..1, out of scope of the known kinds of request
    int output_tokens; // expected
    const char *task;  // "classify", "extract", "summarize", "rewrite", "code", ... a constant
};

// A word (or pair, or count) and what it added to the score.
struct intent_term {
    char text[48];
    float weight;   // > 0 pulls to the frontier
    bool of_prompt; // words of the prompt, not the name of a count
};

struct weights;

// Loads from memory (kept by the caller for the life of the weights). NULL when the bytes are not weights.
struct weights *weights_load(struct span bytes, struct err *e);
struct weights *weights_load_file(const char *path, struct err *e);
void weights_free(struct weights *w);
const char *weights_version(const struct weights *w);

// No allocation, no failure.
void intent_score(const struct weights *w, const struct intent_input *in, struct score *out);

// The strongest terms of the score, by size; returns how many were written.
size_t intent_explain(const struct weights *w, const struct intent_input *in, struct intent_term *terms, size_t max);

// The score at which a share `local` of the reference traffic stays local (quantile table in the weights).
float weights_threshold(const struct weights *w, double local_share);

#endif
