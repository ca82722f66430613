// Outcomes: whether an answer served, told by the caller (feedback), by a check of the answer (validator), or by
// what a local answer was escalated for. A table beside the rows, in the same file:
//
//   outcome(id, at_us, source, answered_by, local_model, frontier_model, success, score, sample), key (id, source)
//
// Of one source the later word wins. `sample` is what learning needs of the request: hashed features, never words.
// It is NULL for sensitive requests, and for those that are not remembered any more (learn.remember).
#ifndef SLUICE_LEDGER_OUTCOME_H
#define SLUICE_LEDGER_OUTCOME_H

#include <math.h>

#include "ledger/ledger.h"

enum outcome_source { OUTCOME_FEEDBACK, OUTCOME_VALIDATOR, OUTCOME_ESCALATION, OUTCOME_SOURCES };
const char *outcome_source_name(enum outcome_source s); // "feedback", "validator", "escalation"

enum { OUTCOME_UNKNOWN = -1, OUTCOME_BAD = 0, OUTCOME_GOOD = 1 };

struct ledger_outcome {
    char id[40]; // of the request
    int64_t at_us;
    enum outcome_source source;
    bool by_local;        // who answered
    char local_model[64]; // the pair that the outcome is about: who answered, and who would have else; "" = none
    char frontier_model[64];
    int success;           // OUTCOME_UNKNOWN, OUTCOME_BAD, OUTCOME_GOOD
    float score;           // 0..1, or NAN when not told
    const uint8_t *sample; // copied; NULL = none
    size_t sample_len;
};

// Queues an outcome for the writer; it is on disk when the rows of its time are. Any thread; takes a copy. False when
// ledger.queue_rows outcomes wait already.
bool ledger_add_outcome(struct ledger *l, const struct ledger_outcome *o) __attribute__((warn_unused_result));

// Looks for the row of a request among those that wait for the writer. Any thread. A row that is not there is in the
// file or nowhere: look here first, there second.
bool ledger_find_waiting(struct ledger *l, const char *id, struct ledger_row *out);
// The file that the writer writes; NULL when nothing is kept (":memory:").
const char *ledger_file_path(const struct ledger *l);

// Reads one row, or the newest `limit` rows, newest first. Blocks: for commands and the thread pool. Returns how
// many, or -1.
int ledger_read_row(const char *path, const char *id, struct ledger_row *out, struct err *e);
int ledger_read_newest(const char *path, size_t limit, struct ledger_row *rows, struct err *e);

// Calls `visit` with what the requests cost that began since then, summed over parts of this length; at_us is in the
// part. Blocks: it looks at every row. -1 with the reason.
typedef int cost_visit(void *context, int64_t at_us, double usd);
int ledger_read_costs(const char *path, int64_t since_us, int64_t part_us, cost_visit *visit, void *context,
                      struct err *e) __attribute__((warn_unused_result));

// Calls `visit` for every outcome since then (0 = all), oldest first; texts and sample live during the call. A visit
// that does not return 0 ends the walk. Returns the number of outcomes, or -1.
typedef int outcome_visit(void *context, const struct ledger_outcome *o);
int64_t ledger_read_outcomes(const char *path, int64_t since_us, outcome_visit *visit, void *context, struct err *e);
// The same for the outcomes of one request.
int64_t ledger_read_outcomes_of(const char *path, const char *id, outcome_visit *visit, void *context, struct err *e);
// How sure a local model was of an answer, and how good it was.
struct ledger_confidence {
    const char *id, *task;
    float mean, least; // log-probability of its tokens
    float quality;     // 0..1: the score, else 0 or 1 by success
};
typedef void confidence_visit(void *context, const struct ledger_confidence *c);
// Calls `visit` for every request that this model answered, of whose answer log-probabilities and an outcome are known:
// feedback over validator over escalation. Left out are answers that had a line to reach: those below it were not
// served, so what is known of the others says nothing of where the line should be. Ordered by id. -1 with the reason,
// else how many.
int64_t ledger_read_confidence(const char *path, const char *local_model, confidence_visit *visit, void *context,
                               struct err *e);
// As a JSON object; the sample by its size.
struct buf;
void ledger_outcome_json(const struct ledger_outcome *o, struct buf *out);

#endif
