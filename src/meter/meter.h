// Metrics: counters and histograms, one set per worker, merged when somebody looks.
//
// A worker writes its own set without locks (relaxed atomics); the reader adds them up.
#ifndef SLUICE_METER_METER_H
#define SLUICE_METER_METER_H

#include "base/buf.h"
#include "ledger/ledger.h"

struct meter; // all workers' sets

struct meter *meter_new(uint32_t workers);
void meter_free(struct meter *m);

// Counts a finished request from its ledger row. Only worker `worker` may call it with its number.
void meter_request(struct meter *m, uint32_t worker, const struct ledger_row *row);
// Counts a message that never became a request (bad HTTP, bad JSON before a row exists): `code` is a constant.
void meter_rejected(struct meter *m, uint32_t worker, const char *code);
// Counts an attempt at an upstream that failed: name, status (0 = no answer).
void meter_attempt_failed(struct meter *m, uint32_t worker, const char *upstream, int status);
// Counts an outcome: source and success ("true", "false", "unknown") are constants. `kept` is false when it was lost.
void meter_outcome(struct meter *m, uint32_t worker, const char *source, const char *success, bool kept);
// Counts a check of a local answer, and an answer that was sent back for a frontier's; names are constants.
void meter_verification(struct meter *m, uint32_t worker, const char *check, const char *result);
void meter_escalation(struct meter *m, uint32_t worker, const char *check);
// Open connections and requests in flight: +1 or -1.
void meter_connections(struct meter *m, uint32_t worker, int change);
void meter_in_flight(struct meter *m, uint32_t worker, int change);

// State that is not counted by workers.
struct meter_state {
    bool local_enabled, local_ready;
    uint64_t local_restarts;
    uint32_t local_in_flight;
    uint64_t ledger_written, ledger_waiting;
    bool ledger_ok;
    double threshold;              // between routine and hard
    double budget_usd, spent_usd;  // 0 = no budget
    const char *version;
};
// Prometheus text exposition format 0.0.4.
void meter_expose(struct meter *m, const struct meter_state *state, struct buf *out);

#endif
