// What would have changed a decision. Nothing here is a phrase without a computation behind it: each is the request
// with one thing changed, gone through gate, score or plan again.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

#include "gateway/explain.h"

enum {
    TYPES = 3, // of findings that are taken away one by one
    WORDS = 2, // that are
};
static const float LEAST_CHANGE = 0.005f; // of a score that is worth a line

struct trial {
    struct explanation *x;
    struct gate_scratch *scratch;
    struct arena *arena;
};

static struct what_if *add(struct trial *t, const char *change) {
    if (t->x->what_if_count == EXPLAIN_WHAT_IFS) return NULL;
    struct what_if *w = &t->x->what_ifs[t->x->what_if_count++];
    span_copy_z(w->change, sizeof w->change, change);
    w->score = t->x->decision.score.score;
    return w;
}

// The plan for what was changed, noted beside it.
static void replan(struct trial *t, struct what_if *w, bool sensitive, const struct score *score, enum pin pin,
                   const struct route_state *state) {
    struct plan plan;
    if (!w) return;
    decide_plan(t->x->snapshot, t->x->view, pin, state, sensitive, score, &plan);
    w->score = score->score;
    w->route = plan.route;
    w->reason = plan.reason;
    w->flips = plan.route != t->x->decision.plan.route;
}

// ---------------------------------------------------------------- the words

static void rescore(struct trial *t, const char *change, const struct intent_input *in) {
    const struct explanation *x = t->x;
    struct score score;
    intent_score(x->snapshot->weights, in, &score);
    if (fabsf(score.score - x->decision.score.score) < LEAST_CHANGE) return;
    struct what_if *w = add(t, change);
    if (w) w->scored = true;
    replan(t, w, x->decision.verdict.sensitive, &score, x->pin, x->state);
}

// The text without what lies between fences, and without the fences; or SPAN_NONE.
static struct span without_code(struct trial *t, struct span text) {
    size_t open = span_find(text, SPAN("```"));
    if (open == SIZE_MAX) return SPAN_NONE;
    char *out = arena_alloc(t->arena, text.len + 1);
    size_t n = 0;
    for (bool inside = false; out && text.len; inside = !inside) {
        size_t fence = span_find(text, SPAN("```"));
        size_t part = fence == SIZE_MAX ? text.len : fence;
        if (!inside) {
            memcpy(out + n, text.at, part);
            n += part;
        }
        text = fence == SIZE_MAX ? SPAN_NONE : span_sub(text, fence + 3, SIZE_MAX);
    }
    return out ? span_make(out, n) : SPAN_NONE;
}

static bool is_word_byte(char c) {
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

// The text without a word, wherever it stands.
static struct span without_word(struct trial *t, struct span text, struct span word) {
    char *out = arena_alloc(t->arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.len;) {
        bool fits = i + word.len <= text.len && strncasecmp(text.at + i, word.at, word.len) == 0 &&
                    (i == 0 || !is_word_byte(text.at[i - 1])) &&
                    (i + word.len == text.len || !is_word_byte(text.at[i + word.len]));
        if (fits) i += word.len;
        else out[n++] = text.at[i++];
    }
    return out ? span_make(out, n) : SPAN_NONE;
}

static void try_words(struct trial *t) {
    const struct explanation *x = t->x;
    const struct intent_input *all = &x->decision.intent;
    bool to_frontier = x->decision.plan.hard;
    for (size_t i = 0, n = 0; i < x->term_count && n < WORDS; i++) {
        const struct intent_term *term = &x->terms[i];
        if (!term->of_prompt || strchr(term->text, ' ') || (term->weight > 0) != to_frontier) continue;
        if (!is_word_byte(term->text[0])) continue;
        struct intent_input in = *all;
        char change[112];
        in.text = without_word(t, all->text, span_from(term->text));
        snprintf(change, sizeof change, "without the word \"%s\"", term->text);
        rescore(t, change, &in);
        n++;
    }
}

static void try_parts(struct trial *t) {
    const struct intent_input *all = &t->x->decision.intent;
    struct intent_input in = *all;
    in.text = without_code(t, all->text);
    if (in.text.at) rescore(t, "without the code block", &in);
    struct intent_input system = *all, turns = *all, tools = *all, schema = *all;
    system.system = SPAN_NONE;
    turns.user_turns = 1;
    tools.tools = 0;
    schema.has_schema = false;
    if (all->system.len) rescore(t, "without the system message", &system);
    if (all->user_turns > 1) rescore(t, "as the first turn", &turns);
    if (all->tools) rescore(t, "without the tools", &tools);
    if (all->has_schema) rescore(t, "without the output schema", &schema);
}

// ---------------------------------------------------------------- what was found

// Scans the text again with the findings of one type blanked; of all when type is NULL. True: still sensitive.
static bool still_sensitive(struct trial *t, const char *type, bool *done) {
    const struct explanation *x = t->x;
    const struct verdict *v = &x->decision.verdict;
    char *text = arena_alloc(t->arena, x->view->text.len + 1);
    *done = text != NULL;
    if (!text) return true;
    memcpy(text, x->view->text.at, x->view->text.len);
    for (uint32_t i = 0; i < v->count; i++)
        if (!type || strcmp(v->findings[i].type, type) == 0)
            memset(text + v->findings[i].start, ' ', v->findings[i].end - v->findings[i].start);
    struct gate_input in = masked_gate_input(x->view);
    in.text = span_make(text, x->view->text.len);
    struct verdict again;
    gate_scan(x->snapshot->gate, t->scratch, &in, gate_profile(x->snapshot->gate), t->arena, &again);
    return again.sensitive;
}

static void try_without(struct trial *t, const char *type) {
    char change[112];
    bool done;
    bool sensitive = still_sensitive(t, type, &done);
    if (!done || (type && sensitive)) return; // one of several that decide: taking it away changes nothing
    if (type) snprintf(change, sizeof change, "if the %s were not there", type);
    else snprintf(change, sizeof change, "if nothing of what was found were there");
    replan(t, add(t, change), sensitive, &t->x->decision.score, t->x->pin, t->x->state);
}

static void try_findings(struct trial *t) {
    const struct explanation *x = t->x;
    const struct verdict *v = &x->decision.verdict;
    const char *types[TYPES];
    size_t count = 0;
    if (!v->sensitive || v->count == 0 || v->omitted) return;
    for (uint32_t i = 0; i < v->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < count; k++) seen |= strcmp(types[k], v->findings[i].type) == 0;
        if (!seen && count < TYPES) types[count++] = v->findings[i].type;
    }
    for (size_t i = 0; i < count; i++) try_without(t, types[i]);
    if (count > 1) try_without(t, NULL);
}

// ---------------------------------------------------------------- the caller, and the moment

static void try_state(struct trial *t) {
    const struct explanation *x = t->x;
    const struct decision *d = &x->decision;
    const struct route_state *now = x->state;
    struct route_state s;
    bool sensitive = d->verdict.sensitive;
    if (x->pin != PIN_NONE && !sensitive) replan(t, add(t, "without the pin"), sensitive, &d->score, PIN_NONE, now);
    if (now->session.known && (d->plan.reason == REASON_SESSION || d->plan.free)) {
        s = *now;
        s.session.known = false;
        replan(t, add(t, "as a new conversation"), sensitive, &d->score, x->pin, &s);
    }
    if (now->local_enabled && (!now->local_ready || !now->local_has_room || d->plan.reason == REASON_LOCAL_SLOW)) {
        s = *now;
        s.local_ready = s.local_has_room = true;
        s.local_wait_ms = 0;
        replan(t, add(t, "with a free slot of a ready local model"), sensitive, &d->score, x->pin, &s);
    }
    if (d->plan.reason == REASON_BUDGET) {
        s = *now;
        s.budget_spent = s.budget_set = false;
        replan(t, add(t, "with money left in the budget"), sensitive, &d->score, x->pin, &s);
    }
    if (d->plan.reason == REASON_TOO_LONG) {
        s = *now;
        s.local_context = (int64_t)d->input_tokens + d->score.output_tokens;
        char change[112];
        snprintf(change, sizeof change, "with a local context of %lld tokens", (long long)s.local_context);
        replan(t, add(t, change), sensitive, &d->score, x->pin, &s);
    }
    if (d->plan.reason == REASON_NO_FRONTIER) {
        static const enum zone ANY = ZONE_ANY;
        s = *now;
        s.frontier_count = 1;
        s.frontier_zones = &ANY;
        replan(t, add(t, "with a frontier that has a key"), sensitive, &d->score, x->pin, &s);
    }
}

// The value of the setting at which the request would have been on the other side of the line.
static void try_aim(struct trial *t) {
    const struct explanation *x = t->x;
    const struct decision *d = &x->decision;
    enum dial_mode mode = x->state->mode;
    if (!d->plan.free) return;
    double aim = dial_aim_at(x->snapshot->dial, dial_key(mode, &d->score));
    if (!isfinite(aim)) return;
    // a higher share keeps more here; a higher floor sends more away
    bool above = (mode == DIAL_SHARE) == d->plan.hard;
    aim = above ? ceil(aim * 100) / 100 : floor(aim * 100) / 100; // two digits, on the far side of the line
    if (aim < 0 || aim > 1) return;
    char change[112];
    snprintf(change, sizeof change, "with a %s of %.2f", dial_mode_name(mode), aim);
    struct score other = d->score; // a score on the other side of the line that now holds
    if (mode == DIAL_QUALITY) other.p_local = d->plan.hard ? 1 : 0;
    else other.score = d->plan.hard ? -1 : 2;
    struct what_if *w = add(t, change);
    replan(t, w, false, &other, x->pin, x->state);
    if (w) w->score = d->score.score;
}

void explain_what_if(struct explanation *x, struct gate_scratch *scratch, struct arena *arena) {
    struct trial t = {x, scratch, arena};
    try_aim(&t);
    try_state(&t);
    if (x->view->text.len > EXPLAIN_BYTES) return;
    try_findings(&t);
    try_parts(&t);
    try_words(&t);
}
