// A decision explained: every term with its number, what moved the score, and what would have changed it.
//
// Used by `sluice explain` and by POST /sluice/v1/explain. Nothing is sent anywhere. Words of the prompt are shown to
// whoever brought the prompt, but never one that the gate has found something in.
#ifndef SLUICE_GATEWAY_EXPLAIN_H
#define SLUICE_GATEWAY_EXPLAIN_H

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/decide.h"
#include "route/budget.h"

enum {
    EXPLAIN_TERMS = 8,
    EXPLAIN_WHAT_IFS = 16,
    EXPLAIN_BYTES = 64 * 1024, // of a longer request no words are shown or taken away: it would take too long
};

// The decision again, with one thing changed.
struct what_if {
    char change[112]; // "without the code block"
    bool scored;      // the score was made anew, else it is that of the request
    float score;
    enum route route;
    enum reason reason;
    bool flips; // another side than the decision's
};

struct explanation {
    const struct snapshot *snapshot;
    const struct chat_view *view;
    const struct route_state *state;
    struct budget_state budget;
    enum pin pin; // of the caller's header or model name
    struct decision decision;
    bool frontier_assumed; // none has a key: the decision is shown as if one had
    bool serving;          // by a running server, at this moment; else the local model is taken as ready
    // the rest is 0 in the batch form
    struct dial_facts dial;
    struct intent_term terms[EXPLAIN_TERMS];
    size_t term_count;
    struct what_if what_ifs[EXPLAIN_WHAT_IFS];
    size_t what_if_count;
};

// Fills in terms, dial and what would have changed the decision: each is the decision made again. Memory from the
// arena.
void explain_fill(struct explanation *x, struct gate_scratch *scratch, struct arena *arena);
// The last part of that (what_if.c).
void explain_what_if(struct explanation *x, struct gate_scratch *scratch, struct arena *arena);
// True when a word of the term stands in what the gate found, or could.
bool explain_is_private(const struct explanation *x, const struct intent_term *term);

// The members of the batch form, without braces and id.
void explain_put_members(struct buf *b, const struct explanation *x);
// One JSON object: the members of the batch form, then the terms of the decision.
void explain_put_json(struct buf *b, const struct explanation *x);
// For people.
void explain_put_words(struct buf *b, const struct explanation *x, bool colour);

// POST /sluice/v1/explain
struct request;
void explain_serve(struct request *r);

#endif
