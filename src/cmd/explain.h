// Private to `sluice explain`: one decision, and the two ways to show it.
#ifndef SLUICE_CMD_EXPLAIN_H
#define SLUICE_CMD_EXPLAIN_H

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/decide.h"

enum { EXPLAIN_TERMS = 8 };

struct explanation {
    const struct snapshot *snapshot;
    const struct chat_view *view;
    struct decision decision;
    bool frontier_assumed; // none has a key: the decision is shown as if one had
    struct intent_term terms[EXPLAIN_TERMS];
    size_t term_count; // 0 in the batch form
};

// The members of the batch form, without braces and id.
void explain_put_members(struct buf *b, const struct explanation *x);
// One JSON object: the members of the batch form, then threshold, plan, terms and the times.
void explain_put_json(struct buf *b, const struct explanation *x);
// For people.
void explain_put_words(struct buf *b, const struct explanation *x, bool colour);

#endif
