// The same requests under another policy: where they would have gone and why, what it would have cost, what quality it
// would have kept.
//
//   replay_new -> replay_read for each file -> replay_report -> replay_free
#ifndef SLUICE_REPORT_REPLAY_H
#define SLUICE_REPORT_REPLAY_H

#include "report/intake.h"
#include "report/judge.h"
#include "report/rates.h"
#include "report/sketch.h"
#include "report/sweep.h"

enum { REPLAY_COST_BUCKETS = 8192, REPLAY_MODELS = 256, REPLAY_ROUTES = 3 };

struct replay_options {
    struct intake_options intake;
    const char *frontier; // prices rows whose own model has no price; "": none
    double keep_quality;  // 0..1
};

struct replay_sum {
    uint64_t requests;
    pico cost; // at the frontier
};

struct replay_model {
    char *name; // owned
    struct span key;
    struct rates rates;
    uint64_t requests, unpriced; // rows; those for which no price was found
};

// Where a log tells neither prompts nor scores only shares can be estimated: requests by what they cost.
struct replay_shares {
    uint64_t requests[REPLAY_COST_BUCKETS];
    pico cost[REPLAY_COST_BUCKETS];
    uint64_t count, unpriced;
    pico total;
    int64_t bytes;
};

struct replay {
    struct replay_options options;
    struct judge *judge;
    struct intake intake;
    struct rates frontier;
    struct replay_model models[REPLAY_MODELS]; // the last one stands for all further ones
    uint32_t model_count, last_model;
    struct sweep sweep;
    struct replay_sum routes[REPLAY_ROUTES], reasons[REASON_COUNT];
    enum route route_of[REASON_COUNT];
    uint64_t judged, was_local;
    pico cost;          // of all that were judged, were they at the frontier
    pico was_cost;      // as it went, by the book; nothing for what was answered locally
    int64_t left_bytes; // that left
    int64_t kept_bytes; // of them: that would have stayed
    uint64_t estimated_bytes, estimated_tokens, too_long;
    struct replay_shares shares;
};

// Takes the configuration, also on failure: its routing and policy are what is tried.
struct replay *replay_new(struct config *config, const struct replay_options *options, struct err *e);
void replay_free(struct replay *r);
int replay_read(struct replay *r, const char *path, struct err *e) __attribute__((warn_unused_result));
// As docs/replay.md describes it; NULL with the reason when no row could be used.
json_t *replay_report(struct replay *r, struct err *e);
// For people, from the report.
void replay_print(const json_t *report, FILE *out, bool colour);

#endif
