#include "route/plan.h"

static const char ROUTES[][ROUTE_BYTES] = {
    [ROUTE_LOCAL] = "local",
    [ROUTE_FRONTIER] = "frontier",
    [ROUTE_REFUSED] = "refused",
};

static const struct {
    char code[REASON_BYTES];
    const char *text;
} REASONS[REASON_COUNT] = {
    [REASON_SENSITIVE] = {"sensitive", "the policy gate found something that must not leave"},
    [REASON_ROUTINE] = {"routine", "the local model is expected to do this as well"},
    [REASON_HARD] = {"hard", "the score is above the threshold for hard requests"},
    [REASON_PINNED_LOCAL] = {"pinned-local", "the caller asked for the local model"},
    [REASON_PINNED_FRONTIER] = {"pinned-frontier", "the caller asked for a frontier model"},
    [REASON_MODEL_NAMED] = {"model-named", "hard, and the caller named this frontier's model"},
    [REASON_TOO_LONG] = {"too-long", "the request and its answer do not fit the local model's context"},
    [REASON_NOT_ABLE] = {"not-able", "the local model cannot read images or audio"},
    [REASON_NO_FRONTIER] = {"no-frontier", "a frontier is wanted, but none is configured"},
    [REASON_LOCAL_BUSY] = {"local-busy", "the local model has no free slot and its queue is full"},
    [REASON_LOCAL_DOWN] = {"local-down", "the local model is not ready"},
    [REASON_MASKED] = {"masked", "a frontier is wanted, and what must not leave is replaced by placeholders"},
    [REASON_FALL_BACK] = {"fall-back", "the candidate before it failed"},
    [REASON_QUALITY_FLOOR] = {"quality-floor", "answered locally it would bring the expected quality below the floor"},
    [REASON_SESSION] = {"session", "the conversation stays with the model that has it in its prompt cache"},
    [REASON_LOCAL_SLOW] = {"local-slow", "the wait for the local model would be longer than routing.max_wait"},
    [REASON_BUDGET] = {"budget", "a frontier is wanted, but what is left of routing.max_cost does not pay for it"},
    [REASON_ESCALATED] = {"escalated", "the local answer was checked and did not pass"},
};

const char *route_name(enum route r) {
    return ROUTES[r];
}

const char *reason_code(enum reason r) {
    return REASONS[r].code;
}

const char *reason_text(enum reason r) {
    return REASONS[r].text;
}

const char *reason_text_of(const char *code) {
    for (int r = 0; r < REASON_COUNT; r++)
        if (strcmp(REASONS[r].code, code) == 0) return REASONS[r].text;
    return "";
}

// ---------------------------------------------------------------- what is possible

// What keeps the local model from answering now.
enum obstacle { OBSTACLE_NONE, OBSTACLE_BUSY, OBSTACLE_DOWN, OBSTACLE_DISABLED };

static const struct {
    enum reason reason;
    const char *degraded, *refusal;
} OBSTACLES[] = {
    [OBSTACLE_BUSY] = {REASON_LOCAL_BUSY, "local-busy", "local_busy"},
    [OBSTACLE_DOWN] = {REASON_LOCAL_DOWN, "local-not-ready", "local_not_ready"},
    [OBSTACLE_DISABLED] = {REASON_LOCAL_DOWN, "local-not-enabled", "local_not_ready"},
};

struct facts {
    enum obstacle obstacle;
    bool able; // reads what the request holds
    bool fits; // request and expected answer are within the local context, by estimate
    bool sensitive;
    bool trusted; // the local side is on hardware of the operator's
    bool fall_back;
    bool slow;          // the wait for the local model is too long
    bool spent;         // there are frontiers, but no money for them
    uint32_t frontiers; // 0 when sensitive or spent: nothing below can plan a remote candidate then
    uint32_t preferred; // the frontier that is asked first
    bool named;         // because the caller named its model
};

static enum obstacle obstacle_of(const struct route_state *s) {
    if (!s->local_enabled) return OBSTACLE_DISABLED;
    if (!s->local_ready) return OBSTACLE_DOWN;
    return s->local_has_room ? OBSTACLE_NONE : OBSTACLE_BUSY;
}

static bool fits_locally(const struct route_request *r, const struct score *score, const struct route_state *s) {
    if (s->local_context <= 0) return true;
    int64_t output = score->output_tokens > 0 ? score->output_tokens : 0;
    if (r->max_tokens >= 0 && r->max_tokens < output) output = r->max_tokens;
    return output <= s->local_context && r->input_tokens <= (uint64_t)(s->local_context - output);
}

static struct facts gather(const struct config *config, const struct verdict *verdict, const struct score *score,
                           const struct route_request *r, const struct route_state *s) {
    struct facts f = {
        .obstacle = obstacle_of(s),
        .able = (!r->needs_vision || s->local_sees_images) && !r->needs_audio,
        .fits = fits_locally(r, score, s),
        .sensitive = verdict->sensitive,
        .trusted = s->local_trusted,
        .fall_back = config->routing.fall_back,
        .slow = config->routing.max_wait_ms > 0 && s->local_wait_ms > config->routing.max_wait_ms,
        .spent = (s->budget_spent || r->too_dear) && s->frontier_count > 0,
        .frontiers = verdict->sensitive || s->budget_spent || r->too_dear ? 0 : s->frontier_count,
    };
    if (r->pin == PIN_NONE && s->session.known && !s->session.local && s->session_frontier >= 0 && (uint32_t)s->session_frontier < f.frontiers)
        f.preferred = (uint32_t)s->session_frontier;
    f.named = r->named_frontier >= 0 && (uint32_t)r->named_frontier < f.frontiers;
    if (f.named) f.preferred = (uint32_t)r->named_frontier;
    return f;
}

// ---------------------------------------------------------------- writing the plan

static void refuse(struct plan *out, enum reason reason, const char *code) {
    out->route = ROUTE_REFUSED;
    out->reason = reason;
    out->refusal = code;
    out->count = 0;
}

static void add(struct plan *out, bool local, uint32_t frontier, enum reason reason) {
    if (out->count == 0) {
        out->route = local ? ROUTE_LOCAL : ROUTE_FRONTIER;
        out->reason = reason;
    }
    if (out->count < PLAN_MAX)
        out->candidates[out->count++] = (struct candidate){.local = local, .frontier = frontier, .reason = reason};
}

static void degrade(struct plan *out, const char *code) {
    out->degraded = true;
    out->degraded_code = code;
}

// The frontiers, preferred one first, leaving `keep` places free behind them.
static void add_frontiers(struct plan *out, const struct facts *f, enum reason first, uint32_t keep) {
    add(out, false, f->preferred, first);
    if (!f->fall_back) return;
    for (uint32_t i = 0; i < f->frontiers && out->count + keep < PLAN_MAX; i++)
        if (i != f->preferred) add(out, false, i, REASON_FALL_BACK);
}

static void plan_local(struct plan *out, const struct facts *f, enum reason reason, bool may_leave) {
    add(out, true, 0, reason);
    if (may_leave && f->fall_back && f->frontiers) add_frontiers(out, f, REASON_FALL_BACK, 0);
}

static void plan_frontier(struct plan *out, const struct facts *f, enum reason reason) {
    bool local_last = f->fall_back && f->obstacle == OBSTACLE_NONE && f->able && f->fits;
    add_frontiers(out, f, reason, local_last);
    if (local_last) add(out, true, 0, REASON_FALL_BACK);
}

// A frontier is wanted and there is none, or none that may still cost.
static void plan_without_frontier(struct plan *out, const struct facts *f, enum on_no_frontier rule) {
    static const struct {
        enum reason reason;
        const char *nobody, *refusal, *degraded;
    } WHY[] = {{REASON_NO_FRONTIER, "no_upstream", "frontier_not_configured", "frontier-not-configured"},
               {REASON_BUDGET, "budget_spent", "budget_spent", "budget"}};
    if (f->obstacle == OBSTACLE_DISABLED) {
        refuse(out, WHY[f->spent].reason, WHY[f->spent].nobody);
        return;
    }
    if (rule == NO_FRONTIER_REFUSE || !f->able) {
        refuse(out, WHY[f->spent].reason, WHY[f->spent].refusal);
        return;
    }
    if (f->obstacle != OBSTACLE_NONE) {
        refuse(out, OBSTACLES[f->obstacle].reason, OBSTACLES[f->obstacle].refusal);
        return;
    }
    add(out, true, 0, WHY[f->spent].reason);
    degrade(out, WHY[f->spent].degraded);
}

// The request may not leave, or the caller does not want it to. A local model for which it is too long by our
// estimate says so itself: its word is better than ours.
static void plan_local_only(struct plan *out, const struct facts *f, enum reason reason) {
    if (f->sensitive && !f->trusted) refuse(out, reason, "local_untrusted_sensitive");
    else if (!f->able && f->obstacle == OBSTACLE_NONE) refuse(out, REASON_NOT_ABLE, "local_not_able");
    else if (f->obstacle == OBSTACLE_NONE) plan_local(out, f, reason, false);
    else if (f->sensitive) refuse(out, reason, "local_unavailable_sensitive");
    else refuse(out, OBSTACLES[f->obstacle].reason, OBSTACLES[f->obstacle].refusal);
}

static void plan_routine(struct plan *out, const struct facts *f) {
    if (f->obstacle == OBSTACLE_NONE && f->slow && f->frontiers && f->fall_back) {
        plan_frontier(out, f, REASON_LOCAL_SLOW);
        degrade(out, "local-slow");
        return;
    }
    if (f->obstacle == OBSTACLE_NONE) {
        plan_local(out, f, REASON_ROUTINE, true);
        return;
    }
    enum reason reason = OBSTACLES[f->obstacle].reason;
    // A local side that is switched off is not a failure: the frontier is then the only side there is.
    bool may_leave = f->frontiers && (f->fall_back || f->obstacle == OBSTACLE_DISABLED);
    if (!may_leave) {
        bool nobody = f->obstacle == OBSTACLE_DISABLED;
        const char *refusal = nobody ? f->spent ? "budget_spent" : "no_upstream" : OBSTACLES[f->obstacle].refusal;
        refuse(out, nobody && f->spent ? REASON_BUDGET : reason, refusal);
        return;
    }
    plan_frontier(out, f, reason);
    degrade(out, OBSTACLES[f->obstacle].degraded);
}

// Why a clean request without a pin to the local side wants a frontier, or REASON_ROUTINE.
static enum reason frontier_reason(const struct facts *f, const struct route_request *r, enum dial_mode mode, bool hard) {
    if (r->pin == PIN_FRONTIER) return REASON_PINNED_FRONTIER;
    if (!f->able) return REASON_NOT_ABLE;
    if (!f->fits) return REASON_TOO_LONG;
    if (!hard) return REASON_ROUTINE;
    if (f->named) return REASON_MODEL_NAMED;
    return mode == DIAL_QUALITY ? REASON_QUALITY_FLOOR : REASON_HARD;
}

// A conversation that the threshold would switch to the other side stays, unless the gain beats the lost cache.
static bool stays(const struct facts *f, const struct route_request *r, const struct route_state *s, bool hard) {
    if (!s->session.known || s->session.local != hard || r->change.gain_usd > r->change.loss_usd) return false;
    if (s->session.local) return f->obstacle == OBSTACLE_NONE && !f->slow;
    return f->frontiers > 0 && s->session_frontier >= 0 && (uint32_t)s->session_frontier == f->preferred;
}

// A sensitive request for which a frontier is wanted goes masked to those in the zones that allow it, and to nobody
// else: the local model is behind them, where it may have the request as it is. False when there is no such frontier.
static bool plan_masked(struct plan *out, const struct facts *f, const struct route_request *r,
                        const struct route_state *s, bool hard) {
    bool wanted = frontier_reason(f, r, s->mode, hard) != REASON_ROUTINE || f->obstacle == OBSTACLE_DISABLED;
    if (!r->mask_zones || r->pin == PIN_LOCAL || !wanted || f->spent) return false;
    bool local_last = f->fall_back && f->trusted && f->able && f->obstacle == OBSTACLE_NONE;
    uint32_t most = f->fall_back ? PLAN_MAX - local_last : 1;
    bool is_named = r->named_frontier >= 0 && (uint32_t)r->named_frontier < s->frontier_count;
    uint32_t first = is_named ? (uint32_t)r->named_frontier : 0;
    for (uint32_t i = 0; i < s->frontier_count && out->count < most; i++) {
        uint32_t frontier = i == 0 ? first : i <= first ? i - 1 : i; // the named one, then the others in order
        if (!(r->mask_zones & 1u << s->frontier_zones[frontier])) continue;
        add(out, false, frontier, REASON_MASKED);
        out->candidates[out->count - 1].masked = true;
    }
    if (out->count && local_last) add(out, true, 0, REASON_FALL_BACK);
    return out->count > 0;
}

// ---------------------------------------------------------------- verify, then escalate

// Whether what the score, the gate or the conversation kept local was near enough to being wanted elsewhere, with a
// frontier to compare.
static bool is_grey(const struct config *config, const struct score *score, const struct route_state *s,
                    const struct plan *plan) {
    bool by_score = plan->reason == REASON_ROUTINE || plan->reason == REASON_SENSITIVE || plan->reason == REASON_SESSION;
    // a part of the line, because where the line is low so are the scores that it parts
    float least = plan->threshold * (1 - (float)config->routing.verify.band);
    return by_score && s->frontier_count && !(dial_key(s->mode, score) < least);
}

static void plan_verify(struct plan *out, const struct config *config, const struct facts *f,
                        const struct score *score, const struct route_state *s) {
    enum verify_mode mode = config->routing.verify.mode;
    bool first = mode == VERIFY_ALL || (mode == VERIFY_GREY && is_grey(config, score, s, out));
    for (uint32_t i = 0; i < out->count; i++)
        out->candidates[i].verify = out->candidates[i].local && (i == 0 ? first : mode == VERIFY_ALL);
    bool may_leave = out->reason == REASON_ROUTINE || out->reason == REASON_SESSION;
    if (!may_leave || !out->candidates[0].verify || out->count > 1 || !f->frontiers) return;
    add(out, false, f->preferred, REASON_ESCALATED); // without fall_back
    out->candidates[1].only_escalated = true;
}

void route_plan(const struct config *config, const struct verdict *verdict, const struct score *score, float threshold,
                const struct route_request *request, const struct route_state *state, struct plan *out) {
    *out = (struct plan){.threshold = threshold};
    struct facts f = gather(config, verdict, score, request, state);
    bool hard = out->hard = !(dial_key(state->mode, score) <= threshold); // what is no number is hard
    out->free = !f.sensitive && request->pin == PIN_NONE && f.able && f.fits && state->frontier_count &&
                f.obstacle != OBSTACLE_DISABLED;
    enum reason reason = frontier_reason(&f, request, state->mode, hard);
    if (f.sensitive) {
        if (!plan_masked(out, &f, request, state, hard)) plan_local_only(out, &f, REASON_SENSITIVE);
    } else if (request->pin == PIN_LOCAL) {
        plan_local_only(out, &f, REASON_PINNED_LOCAL);
    } else if (out->free && stays(&f, request, state, hard)) {
        if (state->session.local) plan_local(out, &f, REASON_SESSION, true);
        else plan_frontier(out, &f, REASON_SESSION);
    } else if (reason == REASON_ROUTINE) {
        plan_routine(out, &f);
    } else if (f.frontiers) {
        plan_frontier(out, &f, reason);
    } else {
        plan_without_frontier(out, &f, config->routing.on_no_frontier);
    }
    plan_verify(out, config, &f, score, state);
}
