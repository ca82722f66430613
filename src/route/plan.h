// The decision: verdict, score and live state become an ordered plan, with the reason for each step.
//
// Pure: no network, no clock, no memory. The same input gives the same plan.
#ifndef SLUICE_ROUTE_PLAN_H
#define SLUICE_ROUTE_PLAN_H

#include "config/config.h"
#include "gate/gate.h"
#include "intent/score.h"
#include "route/dial.h"
#include "route/session.h"

enum route { ROUTE_LOCAL, ROUTE_FRONTIER, ROUTE_REFUSED };
enum { ROUTE_BYTES = 16 };
const char *route_name(enum route r); // "local", "frontier", "refused"; filled up with zeros to ROUTE_BYTES

enum pin { PIN_NONE, PIN_LOCAL, PIN_FRONTIER };

// Why a plan is as it is. The words for people and the ones in headers and ledger are in one table (plan.c).
enum reason {
    REASON_SENSITIVE,      // the gate keeps it
    REASON_ROUTINE,        // the score says routine
    REASON_HARD,           // the score says hard
    REASON_PINNED_LOCAL,
    REASON_PINNED_FRONTIER,
    REASON_MODEL_NAMED,    // the caller named a frontier model
    REASON_TOO_LONG,       // does not fit the local context
    REASON_NOT_ABLE,       // images or audio: the local model cannot
    REASON_NO_FRONTIER,    // hard, but no frontier is configured
    REASON_LOCAL_BUSY,     // no slot and no place in the queue
    REASON_LOCAL_DOWN,     // the local model is not ready
    REASON_MASKED,         // a frontier is wanted, and what must not leave can be replaced
    REASON_FALL_BACK,      // the candidate before this one failed
    REASON_QUALITY_FLOOR,  // local, it would bring the expected quality below the floor
    REASON_SESSION,        // the conversation stays where its prompt cache is
    REASON_LOCAL_SLOW,     // the wait for the local model would be too long
    REASON_BUDGET,         // a frontier is wanted, and the budget for them is spent
    REASON_ESCALATED,      // the local answer was checked and did not pass
    REASON_COUNT
};
enum { REASON_BYTES = 32 };
const char *reason_code(enum reason r); // "sensitive", "routine", ...; filled up with zeros to REASON_BYTES
const char *reason_text(enum reason r); // a phrase for people
const char *reason_text_of(const char *code); // the same by its code; "" when there is none

struct route_state {
    bool local_enabled;
    bool local_trusted;      // runs on hardware that the operator controls: sensitive requests may go there
    bool local_ready;        // loaded and answering
    bool local_has_room;     // a slot or a place in the queue is free
    int64_t local_context;   // tokens per request; 0 = unknown
    bool local_sees_images;
    uint32_t frontier_count; // frontiers with a key, in order of preference
    const enum zone *frontier_zones;
    enum dial_mode mode;     // what the threshold is compared with
    float ease;              // of the budget, for the dial
    bool budget_spent;       // nothing more may be asked of frontiers
    bool budget_set;         // there is a budget, and this is left of it
    double budget_left_usd;
    int64_t local_wait_ms;   // expected, for a slot of the local model
    struct session session;  // who has the conversation in its cache
    int session_frontier;    // as an index among the usable ones, or -1
};

struct route_request {
    enum pin pin;
    int named_frontier;      // index of the frontier whose model the caller named, or -1
    size_t input_tokens;     // estimate
    int64_t max_tokens;      // -1 = not given
    bool needs_vision;
    bool needs_audio;
    bool too_dear;           // its expected cost is more than what is left of the budget
    struct session_switch change; // what leaving the session's model gains and loses
    uint32_t mask_zones;     // zones a sensitive request may go to masked, as 1u << zone; 0 = none
};

enum { PLAN_MAX = 4 };

struct candidate {
    bool local;
    uint32_t frontier;   // index, when not local
    enum reason reason;  // why it is tried
    bool masked;         // a sensitive request, with placeholders for what must not leave
    bool verify;         // a local one whose answer is checked before it is sent; the next candidate is asked if it fails
    bool only_escalated; // asked for no other reason than such a check: not when the candidate before it failed
};

struct plan {
    enum route route;          // of the first candidate
    enum reason reason;        // why
    bool degraded;             // the first choice could not be had
    const char *degraded_code; // "frontier-not-configured", "local-not-ready", ... or NULL
    struct candidate candidates[PLAN_MAX];
    uint32_t count;            // 0: refused; `refusal` says why
    const char *refusal;       // error code of the table in gateway/errors.c, or NULL
    float threshold;           // the key (dial.h) above which a request is hard
    bool hard;                 // it is above
    bool free;                 // the threshold decided, or could have: clean, not pinned, both sides able
};

void route_plan(const struct config *config, const struct verdict *verdict, const struct score *score, float threshold,
                const struct route_request *request, const struct route_state *state, struct plan *out);

#endif
