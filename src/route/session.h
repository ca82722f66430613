// Conversations: which model has one in its prompt cache, and whether a switch is worth losing that.
//
// A conversation is known by a keyed hash of its beginning (system text and first user turn, both ends of each), which
// does not change while it grows. A table of fixed size, shared by all workers without locks, remembers who answered
// last and how many tokens that model has now read. A new conversation takes the place of the oldest of four. A
// collision or a lost entry costs a cache, nothing else: what must stay local is decided before.
#ifndef SLUICE_ROUTE_SESSION_H
#define SLUICE_ROUTE_SESSION_H

#include "base/span.h"
#include "price/price.h"

struct sessions;

struct sessions *sessions_new(size_t places); // 0 = nothing is remembered
void sessions_free(struct sessions *s);

// The key of a conversation; never 0.
uint64_t session_key(const uint8_t secret[static 16], struct span system, struct span first_turn);

// Brings the place of a conversation near: it is read or written when the request has been decided or answered.
void session_prefetch(const struct sessions *s, uint64_t key);

struct session {
    bool known;
    bool local;        // the local model has it; else the frontier of this index
    uint32_t frontier; // as configured, 0..15
    uint32_t tokens;   // that were read and written so far: what the cache holds
};
// What is known and not older than this.
struct session session_find(struct sessions *s, uint64_t key, uint64_t now_s, uint64_t lasts_s);
void session_note(struct sessions *s, uint64_t key, const struct session *what, uint64_t now_s);

// ---------------------------------------------------------------- what a switch is worth, in US dollars

// What the frontier is expected to cost for a request: input that it has in its cache at the cached price.
struct session_request {
    double input_tokens, output_tokens; // expected
    double p_local;                     // P(the local answer is as good)
};
struct session_cost {
    double usd;    // of the frontier, for this request
    double cached; // tokens of its input that are expected to come from its cache
    bool priced;   // false: the price is unknown; 1, 0.1 and 4 millionths a token stand in for it
};
struct session_cost session_cost(const struct price *p, const struct session_request *r, double cached);

// From the frontier to the local model: the gain is the cost that is saved, the loss what filling the frontier's cache
// again would cost. From the local model to the frontier: the gain is what the better answer is worth, the price of the
// request times the odds that the local model fails; the loss is that the frontier reads the whole history anew.
struct session_switch {
    double gain_usd, loss_usd;
};
struct session_switch session_weigh(const struct price *p, const struct session_request *r, const struct session *s);

#endif
