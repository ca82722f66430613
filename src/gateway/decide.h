// Gate, score and plan for one request: the same code for `serve`, `ask` and `explain`.
#ifndef SLUICE_GATEWAY_DECIDE_H
#define SLUICE_GATEWAY_DECIDE_H

#include "chat/view.h"
#include "gateway/masked.h"
#include "gateway/snapshot.h"
#include "ledger/ledger.h"
#include "route/plan.h"
#include "verify/verify.h"

struct decision {
    struct verdict verdict;
    struct mask *mask;          // owned by the caller; NULL unless the plan sends the request masked
    const char *unmasked;       // why it is not, where masking was tried; or NULL
    struct intent_input intent; // what the score was made from; its texts are the view's or the arena's
    struct score score;
    struct plan plan;
    struct verify_need need;    // what a local answer is checked for, where the plan has one to be checked
    struct session_cost cost;            // of the frontier that would be asked, for this request
    struct session_switch change;        // what leaving the conversation's model gains and loses; 0 without one
    size_t input_tokens;                 // estimate
    uint32_t gate_us, score_us, plan_us; // 0 unless they were asked for
};

// What a model name means: auto, local, frontier, the local model's own name, or a configured frontier
// model (routed like auto; *frontier is the index among the usable ones that is asked first, else -1).
// `local_model` may be NULL. False when the name is unknown.
bool decide_model(const struct snapshot *snapshot, struct span model, const char *local_model, enum pin *pin,
                  int *frontier);

// What the score looks at. The texts are the view's or the arena's.
struct intent_input decide_intent(const struct chat_view *view, struct arena *arena);

// Free out->mask when it is not needed any more. `pin` is what the caller's header asked or its model name. Memory from
// the arena. `now_ns`: clock_now_ns() of a moment ago, or 0: it looks itself. `timed`: how long each step took is wanted.
void decide(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct chat_view *view, enum pin pin,
            const struct route_state *state, uint64_t now_ns, bool timed, struct arena *arena, struct decision *out);

// The plan for another verdict, score, pin or state than a request has, for explanations; nothing is masked.
void decide_plan(const struct snapshot *snapshot, const struct chat_view *view, enum pin pin,
                 const struct route_state *state, bool sensitive, const struct score *score, struct plan *out);

// The decision's terms as the ledger keeps them.
struct ledger_decision decide_record(const struct snapshot *snapshot, const struct decision *d,
                                     const struct route_state *state);

// The state that `explain` assumes, and the live one begins with: the local model is ready and has room, as configured.
void decide_assumed_state(const struct snapshot *snapshot, struct route_state *out);

#endif
