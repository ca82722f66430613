// The weights of the intent score: what is in the file, and how it is written and read.
// Behind them a file may hold a section that was learned: learned.h.
//
// Little-endian, in this order:
//   header   struct weights_header; checksum = hash_bytes(header with checksum 0, then chained over all bytes after it)
//   rows     uint8 [1 << WEIGHTS_ROW_BITS][WEIGHTS_ROW_OUTPUTS]: row of a bucket is its upper bits; 128 stands for 0
//   frontier uint8[1 << FEATURES_BITS]: the output OUTPUT_FRONTIER, which gains from more buckets than the others
//   intents  uint8 [1 << FEATURES_INTENT_BITS][WEIGHTS_INTENTS]: the known intents of short texts
//   mean     float[counts]   of the counts in the reference prompts
//   scale    float[counts]   1 / deviation times a gain; 0 = the count did not vary and is not used
//   quantile float[quantiles] scores at 0, 1/(n-1) ... 1 of the reference traffic, ascending
//   step, bias float[outputs]
//   count    float[counts][outputs]
//   intent   float step, float bias[intents]
//   within   float[kinds][3] struct weights_within
//
// An output is bias + step * sum(value * (weight - 128)) + sum(count weight * (count - mean) * scale). In memory all
// outputs of a bucket lie in one row: a bucket costs one look.
//
// Length says something within a kind of request only, and words of the subject say less where the form says what
// kind it is: OUTPUT_FRONTIER is then base + share * (the sum above) + slope * (prose - WEIGHTS_USUAL_PROSE).
//
// OUTPUT_AMBIGUITY of a short text tells how much it looks like what is outside, less how much it looks like the
// intent that is nearest; a longer text has its bias only.
#ifndef SLUICE_INTENT_WEIGHTS_H
#define SLUICE_INTENT_WEIGHTS_H

#include <stdio.h>

#include "intent/features.h"

struct learned;

enum weights_task {
    TASK_CLASSIFY,
    TASK_EXTRACT,
    TASK_SUMMARIZE,
    TASK_REWRITE,
    TASK_TRANSLATE,
    TASK_ROUTE,
    TASK_CHAT,
    TASK_QA,
    TASK_MATHS,
    TASK_CODE,
    TASK_REASONING,
    TASK_WRITE,
    TASK_COMPARE, // two texts: do they mean the same, does one follow from the other
    TASK_ASK,     // write a question
    TASK_COUNT
};
const char *weights_task_name(enum weights_task t);

// The first WEIGHTS_ROW_OUTPUTS are the columns of the rows. A new output takes a new format.
enum weights_output {
    OUTPUT_COMPLEXITY, // 0..1
    OUTPUT_LENGTH,     // natural logarithm of the output tokens
    OUTPUT_TASK,       // and TASK_COUNT - 1 more: the largest is the task
    WEIGHTS_ROW_OUTPUTS = OUTPUT_TASK + TASK_COUNT,
    OUTPUT_FRONTIER = WEIGHTS_ROW_OUTPUTS, // above 0 wants the frontier; has a table of its own
    OUTPUT_AMBIGUITY,                      // a logit; has a table of its own
    WEIGHTS_OUTPUTS = OUTPUT_AMBIGUITY + 3 // a multiple of four; the last two are 0
};

enum { WEIGHTS_FORMAT = 3, WEIGHTS_ROW_BITS = 13, WEIGHTS_QUANTILES = 201, WEIGHTS_MAX_BYTES = 4 << 20 };
enum { WEIGHTS_ROWS = 1 << WEIGHTS_ROW_BITS, WEIGHTS_ZERO = 128 };
enum { WEIGHTS_INTENTS = 160, WEIGHTS_OUTSIDE = WEIGHTS_INTENTS - 1, WEIGHTS_INTENT_ROWS = 1 << FEATURES_INTENT_BITS };
#define WEIGHTS_MAGIC "SLUICEWT"

struct weights_header {
    char magic[8];
    uint32_t format;
    uint32_t size; // of the whole file
    uint64_t checksum;
    char version[24]; // printable, ended by NUL
    uint32_t feature_bits, row_bits, counts, outputs, quantiles;
    float count_gain; // a count one deviation from its mean has this size, and is bounded at four
    uint32_t intents; // columns of the intents: the last is what is outside, one that is not used never the nearest
    float ambiguity_offset; // ambiguity = logistic(output); the output of a short text: step * (outside + offset)
    float score_slope, score_offset; // score = logistic(slope * frontier + offset); slope > 0
    float local_slope, local_offset; // p_local = logistic(offset - slope * frontier); slope > 0
};

// What the file has of a row and of the frontier, beside each other in half a cache line: words are looked up at
// random, and each such look is waited for.
enum { WEIGHTS_ROW_BUCKETS = 1 << (FEATURES_BITS - WEIGHTS_ROW_BITS) };
struct weights_row {
    _Alignas(32) uint8_t outputs[WEIGHTS_ROW_OUTPUTS];
    uint8_t frontier[WEIGHTS_ROW_BUCKETS];
};

struct weights_within {
    float base, share, slope;
};
static const float WEIGHTS_USUAL_PROSE = 4;

struct weights {
    struct weights_header header;
    float mean[FEATURES_COUNTS], scale[FEATURES_COUNTS];
    float quantile[WEIGHTS_QUANTILES];
    float step[WEIGHTS_OUTPUTS], bias[WEIGHTS_OUTPUTS];
    float counts[FEATURES_COUNTS][WEIGHTS_OUTPUTS];
    float intent_step, intent_bias[WEIGHTS_INTENTS];
    struct weights_within within[KIND_COUNT];
    const struct weights_row *row;              // WEIGHTS_ROWS of them: the next two together
    const uint8_t (*rows)[WEIGHTS_ROW_OUTPUTS]; // WEIGHTS_ROWS of them
    const uint8_t *frontier;                    // 1 << FEATURES_BITS
    const uint8_t (*intents)[WEIGHTS_INTENTS];  // WEIGHTS_INTENT_ROWS of them
    struct learned *learned;                    // what stands behind the base, or NULL
    char version[64];
    char *owned; // the file's bytes when they were loaded from one, else NULL
    void *space; // of the rows
};

// Which base weights these are: what a sample (sample.h) tells of the base is good for no others.
uint32_t weights_base(const struct weights *w);

// The raw outputs.
void weights_apply(const struct weights *w, const struct features *f, float outputs[static WEIGHTS_OUTPUTS]);
// What the base makes of OUTPUT_FRONTIER.
void weights_score(const struct weights *w, float frontier, float *score, float *p_local);
// Of a short text: how much it looks like what is outside, less how much like the nearest intent.
float weights_outside(const struct weights *w, const struct features *f);
// What a request of its kind and length wants, by the linear sum of OUTPUT_FRONTIER.
float weights_within(const struct weights *w, enum features_kind kind, float prose, float sum);
// A count as the outputs see it: centred, scaled, bounded.
float weights_count(const struct weights *w, const struct features *f, uint32_t i);

// Writes the file; fills magic, sizes and checksum. -1 with the reason.
int weights_write(const struct weights *w, FILE *out, struct err *e) __attribute__((warn_unused_result));

#endif
