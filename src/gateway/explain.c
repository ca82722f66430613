#include "gateway/explain.h"

#include <strings.h>

#include "base/clock.h"
#include "gateway/request.h"
#include "gateway/server.h"

// What a finding touches, to whole words: a term may hold more of a word than the finding does.
static struct span finding_text(struct span text, const struct finding *f) {
    size_t start = f->start < text.len ? f->start : text.len, end = f->end < text.len ? f->end : text.len;
    while (start > 0 && (unsigned char)text.at[start - 1] > ' ') start--;
    while (end < text.len && (unsigned char)text.at[end] > ' ') end++;
    return span_sub(text, start, end > start ? end - start : 0);
}

static bool contains_nocase(struct span text, struct span word) {
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (strncasecmp(text.at + i, word.at, word.len) == 0) return true;
    return false;
}

bool explain_is_private(const struct explanation *x, const struct intent_term *term) {
    const struct verdict *v = &x->decision.verdict;
    if (!term->of_prompt) return false;
    if (v->omitted || (v->sensitive && v->count == 0)) return true;
    for (uint32_t i = 0; i < v->count; i++) {
        struct span found = finding_text(x->view->text, &v->findings[i]);
        for (const char *p = term->text; *p;) {
            size_t n = strcspn(p, " ");
            if (n && contains_nocase(found, span_make(p, n))) return true;
            p += n + (p[n] != 0);
        }
    }
    return false;
}

void explain_fill(struct explanation *x, struct gate_scratch *scratch, struct arena *arena) {
    struct intent_term terms[EXPLAIN_TERMS * 8];
    size_t n = 0;
    if (x->view->text.len <= EXPLAIN_BYTES)
        n = intent_explain(x->snapshot->weights, &x->decision.intent, terms, sizeof terms / sizeof *terms);
    for (size_t i = 0; i < n && x->term_count < EXPLAIN_TERMS; i++)
        if (!explain_is_private(x, &terms[i])) x->terms[x->term_count++] = terms[i];
    dial_facts(x->snapshot->dial, &x->dial);
    explain_what_if(x, scratch, arena);
}

// ---------------------------------------------------------------- over HTTP

static void answer(struct request *r, const struct chat_view *view, enum pin pin) {
    struct worker *w = r->worker;
    int64_t now_us = clock_wall_us();
    struct route_state state;
    struct explanation x = {.snapshot = r->chat.snapshot, .view = view, .state = &state, .pin = pin, .serving = true};
    live_state(w->server, x.snapshot, view, now_us, &state);
    budget_look(w->server->live.budget, now_us, &x.budget);
    decide(x.snapshot, w->scratch, view, pin, &state, 0, true, &w->arena, &x.decision);
    explain_fill(&x, w->scratch, &w->arena);
    struct buf body;
    buf_init(&body, 1 << 20);
    explain_put_json(&body, &x);
    mask_free(x.decision.mask);
    respond_simple(r, 200, "application/json", buf_span(&body));
    buf_free(&body);
    request_finish(r, "ok");
}

void explain_serve(struct request *r) {
    struct worker *w = r->worker;
    const struct local_server *local = w->server->local ? local_server(w->server->local) : NULL;
    struct chat_view view;
    enum pin pin, named;
    int frontier;
    r->chat.snapshot = snapshot_ref(w->snapshot);
    if (chat_read_pin(r, &pin) == 0 && chat_parse(r, &view) == 0) {
        if (decide_model(r->chat.snapshot, view.model, local ? local->model : NULL, &named, &frontier))
            answer(r, &view, pin ? pin : named);
        else respond_error(r, GATEWAY_MODEL_NOT_FOUND, "model", "");
    }
    arena_reset(&w->arena);
}
