// What a decision needs to know of this moment: the local model and its queue, the budget, the conversation.
#ifndef SLUICE_GATEWAY_LIVE_H
#define SLUICE_GATEWAY_LIVE_H

#include <stdatomic.h>

#include "gateway/decide.h"
#include "route/budget.h"
#include "route/session.h"

struct server;
struct request;

// Shared by the workers.
struct live {
    struct sessions *sessions;
    struct budget *budget;
    _Atomic float local_service_ms; // how long a slot takes for a request: a running mean; 0 = nothing measured yet
};

// Reads from the ledger what the budget's period has cost already, and the scores that the dial goes on from; on the
// main thread, before the workers run.
void live_init(struct live *l, const struct snapshot *snapshot);
void live_release(struct live *l);
// After a reload: another budget. What was spent stays.
void live_reload(struct live *l, const struct config *config);

// The state for a decision at this moment. Returns the key of the conversation, for live_done; 0 where none are kept.
uint64_t live_state(struct server *s, const struct snapshot *snapshot, const struct chat_view *view, int64_t now_us,
                    struct route_state *out);
// The request is decided: the dial counts it.
void live_decided(struct request *r, const struct decision *d, const struct route_state *state);
// A frontier is about to be asked; false when the budget has no room for it.
bool live_spend(struct request *r) __attribute__((warn_unused_result));
// The request has ended and its row is complete: budget, conversation, pace of the local model.
void live_done(struct request *r);

#endif
