// What the gateway would have done with a request of a log: the real gate, score and plan over its prompt.
#ifndef SLUICE_REPORT_JUDGE_H
#define SLUICE_REPORT_JUDGE_H

#include "base/err.h"
#include "base/span.h"
#include "route/plan.h"

struct price_book;

enum {
    JUDGE_PROMPT_BYTES = 256 * 1024, // longer ones are not judged, and counted
    JUDGE_SAMPLE = 20000             // so many prompts at most: shares are then known to within 0.7 %
};

struct judged {
    bool sensitive;
    bool routine;     // the score is at most the threshold in force
    bool free;        // the threshold decided, or could have: clean, and both sides are able
    float score;      // 0..1, higher wants the frontier more
    uint32_t classes; // set of enum data_class
    enum route route; // under the policy in force
    enum reason reason;
    int output_tokens; // expected
};

struct judge;

// Takes the configuration, also on failure. The local model is taken as ready, and a frontier as configured.
// `live`: the dial follows the requests that are judged, as it does in a gateway; otherwise it stays where the weights'
// reference traffic puts it.
struct judge *judge_new(struct config *config, bool live, struct err *e);
void judge_free(struct judge *j);
const struct price_book *judge_prices(const struct judge *j);
const struct config *judge_config(const struct judge *j);
const char *judge_weights_version(const struct judge *j);

// A prompt as text, as a JSON array of messages, or as a whole request. False when it cannot be judged: too long.
bool judge_prompt(struct judge *j, struct span prompt, struct judged *out);
// The same for a row of which score and verdict are known (a ledger): only the plan is made. Tokens: -1 = not told.
void judge_known(struct judge *j, double score, bool sensitive, int64_t input_tokens, int64_t output_tokens,
                 struct judged *out);
// The threshold in force now, and the local model's context in tokens (0: unknown).
float judge_threshold(const struct judge *j);
int64_t judge_context(const struct judge *j);

// ---------------------------------------------------------------- which prompts are judged

// An even sample of a stream whose length is not known: each row has a level, half as many each; when too many have
// been judged, those of the lowest level are forgotten. What is kept by level stays usable.
enum { SAMPLE_LEVELS = 40 };
struct sample {
    uint32_t least;               // rows of a lower level are not wanted
    uint64_t seen;                // rows offered
    uint64_t kept[SAMPLE_LEVELS]; // judged, by level
    uint64_t total, most;
};
// The level of the next row, or -1 when it is not wanted.
int sample_offer(struct sample *s);
// Counts one that was judged.
void sample_count(struct sample *s, int level);

#endif
