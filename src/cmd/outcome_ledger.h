// Outcomes of live traffic, from the ledger, as rows to learn from.
//
// One row a request. For each side (local, frontier) what was told last by the best source counts: feedback over
// validator over escalation. A score counts before success. Such rows mostly know one side.
#ifndef SLUICE_CMD_OUTCOME_LEDGER_H
#define SLUICE_CMD_OUTCOME_LEDGER_H

#include "intent/outcomes.h"

struct outcome_ledger {
    struct outcomes rows;
    uint64_t outcomes;       // for this pair
    uint64_t other_pair;     // of others
    uint64_t without_sample; // sensitive, or not remembered any more
    uint64_t damaged;        // their sample cannot be read
    uint64_t left_out;       // older than the newest so many
};

// Groups its rows. -1 with the reason when the ledger cannot be read.
int outcome_ledger_read(struct outcome_ledger *l, const char *path, const char *local, const char *frontier,
                        const struct weights *w, uint32_t max, struct err *e) __attribute__((warn_unused_result));
void outcome_ledger_release(struct outcome_ledger *l);

#endif
