// Outcomes of requests: from callers (POST /sluice/v1/feedback), from checks of an answer, from escalations.
//
// One call writes one: to the ledger's table `outcome` with what learning needs (hashed features of the request, when
// it may leave and is still remembered), and to the metric sluice_outcomes_total.
#ifndef SLUICE_GATEWAY_OUTCOME_H
#define SLUICE_GATEWAY_OUTCOME_H

#include "ledger/outcome.h"

struct worker;
struct request;
struct intent_input;

// Records that the answer of `by_local` (else of the frontier) served or not. `success` is OUTCOME_GOOD, OUTCOME_BAD or
// OUTCOME_UNKNOWN; `score` 0..1 or NAN. For a request in hand, on its worker, at any time between decision and end;
// does not wait. False when too many outcomes wait for the disk: it is lost, and counted as such.
bool outcome_add(struct request *r, enum outcome_source source, bool by_local, int success, float score);

// The same for a request that has ended, from its row. Fills *out with what is stored (its sample is not to be read).
bool outcome_add_row(struct worker *w, const struct ledger_row *row, enum outcome_source source, int success,
                     float score, struct ledger_outcome *out);

// Keeps what an outcome will need of a request that may leave.
void outcome_remember(struct request *r, const struct intent_input *in);

// POST /sluice/v1/feedback
void outcome_serve_feedback(struct request *r);

#endif
