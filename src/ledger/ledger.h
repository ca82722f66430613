// The ledger: one row per request, written by one thread, durable within a second.
//
// A worker reserves a place when a request begins and files exactly one row when it ends; so a row can
// always be filed. When the store fails, rows wait in memory, and ledger_reserve refuses once the queue
// is full: a request that could not be recorded is not served.
#ifndef SLUICE_LEDGER_LEDGER_H
#define SLUICE_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "config/config.h"
#include "gate/gate.h"

// What a decision was made from, besides the scores: one column, stored as these bytes (little-endian).
enum { DECISION_FORMAT = 1 };
enum decision_flag {
    DECISION_HARD = 1,          // above the threshold
    DECISION_FREE = 2,          // the threshold decided, or could have
    DECISION_SESSION = 4,       // the conversation was known
    DECISION_SESSION_LOCAL = 8, // the local model had it, else a frontier
    DECISION_PRICED = 16,       // the price of the frontier is known: the sums are US dollars
};
struct ledger_decision {
    uint8_t format; // 0 = there was no decision: NULL
    uint8_t aim;    // index into target_local_share, quality_floor, max_cost
    uint8_t flags;  // enum decision_flag
    uint8_t weights; // of a hash of the version of the weights
    float threshold;
    float expected_usd;            // of the frontier, for this request
    float gain_usd, loss_usd;      // of leaving the conversation's model
    uint32_t input_tokens, output_tokens; // expected
    uint32_t cached_tokens;        // of the input, expected from the frontier's cache
    uint32_t wait_ms;              // expected, for the local model
};

// One row. Plain data; a copy is complete. Strings are cut to fit. No prompt, no answer, no key.
struct ledger_row {
    char id[40];        // request id, as in x-request-id
    int64_t started_us; // wall clock, UTC
    char user[64];      // x-sluice-user, or ""
    struct ledger_decision decision;
    float score, p_local, complexity, ambiguity;
    float logprob_mean, logprob_least; // of the tokens of the local answer that was checked; NAN = not known
    uint32_t masked; // values that left masked; not a column: the receipt says it
    int64_t input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens; // -1 = not told
    int64_t cache_write_1h_tokens;                                                            // of cache_write_tokens
    double cost_usd;                                                                          // NAN = unknown
    double baseline_usd;           // the same tokens at the first frontier's first model; NAN = unknown
    int64_t unused_input_tokens, unused_output_tokens; // of attempts whose answer was not used
    int64_t ttft_us;               // first content to the caller; -1 = none
    int64_t total_us;              // accept to end
    int64_t overhead_us;           // our own time before the upstream was asked
    int64_t bytes_in;              // from the caller
    int64_t bytes_out[ZONE_COUNT]; // request bytes sent upstream, per zone
    int64_t bytes_answered;        // to the caller
    // From `endpoint` to `usage_estimated`: what few values exist of; see kind.h.
    char endpoint[32];    // "/v1/chat/completions"
    char asked_model[64]; // what the caller asked for
    char model[64];       // what answered, or ""
    char upstream[32];    // "local", a frontier's name, or ""
    char route[16];       // local | frontier | refused
    char reason[32];      // reason_code
    char degraded[40];    // or ""
    char task[16];
    char classes[48]; // data classes found, or ""
    char receipt[GATE_RECEIPT_BYTES];
    char outcome[24];    // ok | error | cut | cancelled | refused
    char error_code[40]; // or ""
    char finish[24];
    char service_tier[16]; // as the upstream named it, or ""
    char verify[16];   // "" = not checked; passed, or the check that the local answer failed
    char line[48];     // of log-probability that it had to reach; "" = its log-probabilities are not known
    int status;         // HTTP status that the caller got; 499 = the caller left
    uint32_t attempts;  // upstreams tried
    uint32_t retries;   // of them after a failure
    uint32_t throttles; // 429 answers seen
    bool sensitive, stream;
    bool usage_estimated; // the counts are our estimate, the upstream told none
};

struct ledger;

// The file that the configuration means: ledger.path, or where it is empty sluice/ledger.db in
// $XDG_STATE_HOME, $HOME/.local/state or /var/lib, whichever is set first. Free with free().
char *ledger_path(const struct config *config);

// Opens or creates the store (and migrates it), starts the writer thread. NULL on failure.
struct ledger *ledger_open(const struct config *config, struct err *e);
// Writes what is queued, closes. Returns the number of rows that could not be written.
uint64_t ledger_close(struct ledger *l);

// A place for one row; false when the queue is full. Any thread.
bool ledger_reserve(struct ledger *l) __attribute__((warn_unused_result));
// Files a row for a reserved place. Any thread; costs a copy.
void ledger_file(struct ledger *l, const struct ledger_row *row);
// Gives a place back without a row (the connection never became a request).
void ledger_unreserve(struct ledger *l);

struct ledger_health {
    bool ok;          // the last write succeeded
    uint64_t written; // rows
    uint64_t waiting;
    uint64_t reserved;
    char error[160]; // of the last failed write
};
void ledger_health(struct ledger *l, struct ledger_health *out);

// Reading, for commands and endpoints; opens its own read-only connection.
enum ledger_format { LEDGER_JSONL, LEDGER_CSV };
struct ledger_filter {
    int64_t since_us, until_us; // 0 = open
    int64_t limit;              // the newest so many; 0 = all
    const char *id;             // one request, or NULL
};
// Writes rows in the order in which requests ended. Returns the number of rows, or -1.
int64_t ledger_export(const char *path, const struct ledger_filter *filter, enum ledger_format format, FILE *out,
                      struct err *e);

enum { LEDGER_MAX_UPSTREAMS = 32 };

// Sums over rows. Money of rows whose price is unknown is not in the sums, only in the counts.
struct ledger_summary {
    int64_t requests, local, frontier, refused; // by route
    int64_t sensitive, failed;                  // failed: outcome is neither ok nor refused
    int64_t input_tokens, output_tokens;        // known ones
    int64_t tokens_unknown;                     // rows that were answered without a count
    double cost_usd;
    int64_t cost_unknown;           // rows that were answered at an unknown cost
    double baseline_usd, saved_usd; // over the rows where cost and baseline are known
    int64_t baseline_known;         // how many those are
    int64_t bytes_out[ZONE_COUNT];
    int64_t first_us, last_us; // of the rows; 0 = none
    size_t upstream_count;
    struct {
        char name[32];
        int64_t requests, input_tokens, output_tokens, cost_unknown;
        double cost_usd;
    } upstreams[LEDGER_MAX_UPSTREAMS]; // by number of requests
};
// filter->limit is not used.
int ledger_summarize(const char *path, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e)
    __attribute__((warn_unused_result));

// One row as a JSON object.
struct buf;
// A decision as a JSON object, or null.
void ledger_decision_json(const struct ledger_decision *d, struct buf *out);
void ledger_row_json(const struct ledger_row *row, struct buf *out);

#endif
