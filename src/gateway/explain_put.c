#include "gateway/explain.h"

#include <math.h>

// ---------------------------------------------------------------- JSON

static void put_number(struct buf *b, const char *key, float v) {
    json_put_key(b, key);
    buf_printf(b, "%.7f", (double)v);
}

static void put_bool(struct buf *b, const char *key, bool v) {
    json_put_key(b, key);
    buf_add_z(b, v ? "true" : "false");
}

static void put_optional(struct buf *b, const char *key, const char *v) {
    json_put_key(b, key);
    if (v) json_put_z(b, v);
    else buf_add_z(b, "null");
}

// The part in which a finding begins.
static const struct chat_part *part_of(const struct chat_view *view, uint32_t start) {
    for (uint32_t i = 0; i < view->part_count; i++)
        if (start >= view->parts[i].start && start < view->parts[i].start + view->parts[i].len) return &view->parts[i];
    return NULL;
}

// Offsets count bytes of the decoded text of the part that holds the finding.
static void put_finding(struct buf *b, const struct chat_view *view, const struct finding *f) {
    const struct chat_part *part = part_of(view, f->start);
    uint32_t base = part ? part->start : 0;
    buf_add_char(b, '{');
    json_put_key(b, "class");
    json_put_z(b, data_class_name((enum data_class)f->class_));
    json_put_key(b, "type");
    json_put_z(b, f->type);
    json_put_key(b, "start");
    buf_add_u64(b, f->start - base);
    json_put_key(b, "end");
    buf_add_u64(b, f->end - base);
    json_put_key(b, "score");
    buf_printf(b, "%.3f", (double)f->score);
    put_bool(b, "hard", f->hard);
    json_put_key(b, "rule");
    json_put_z(b, f->rule);
    json_put_key(b, "message");
    if (part && part->message != UINT16_MAX) buf_add_u64(b, part->message);
    else buf_add_z(b, "null");
    buf_add_char(b, '}');
}

void explain_put_members(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    json_put_key(b, "route");
    json_put_z(b, route_name(d->plan.route));
    json_put_key(b, "reason");
    json_put_z(b, reason_code(d->plan.reason));
    put_number(b, "score", d->score.score);
    put_number(b, "p_local", d->score.p_local);
    json_put_key(b, "task");
    json_put_z(b, d->score.task);
    put_number(b, "complexity", d->score.complexity);
    put_number(b, "ambiguity", d->score.ambiguity);
    json_put_key(b, "output_tokens");
    buf_add_i64(b, d->score.output_tokens);
    put_bool(b, "sensitive", d->verdict.sensitive);
    json_put_key(b, "findings");
    buf_add_char(b, '[');
    for (uint32_t i = 0; i < d->verdict.count; i++) {
        if (i) buf_add_char(b, ',');
        put_finding(b, x->view, &d->verdict.findings[i]);
    }
    buf_add_char(b, ']');
    json_put_key(b, "us");
    buf_add_u64(b, (uint64_t)d->gate_us + d->score_us + d->plan_us);
}

// "local", or the name of the frontier.
static const char *candidate_name(const struct explanation *x, const struct candidate *c) {
    if (c->local) return "local";
    if (x->frontier_assumed) return "frontier";
    return x->snapshot->frontiers[x->snapshot->usable[c->frontier]].config->name;
}

static void put_plan(struct buf *b, const struct explanation *x) {
    const struct plan *plan = &x->decision.plan;
    json_put_key(b, "plan");
    buf_add_char(b, '[');
    for (uint32_t i = 0; i < plan->count; i++) {
        buf_add_z(b, i ? ",{" : "{");
        json_put_key(b, "upstream");
        json_put_z(b, candidate_name(x, &plan->candidates[i]));
        put_bool(b, "local", plan->candidates[i].local);
        json_put_key(b, "reason");
        json_put_z(b, reason_code(plan->candidates[i].reason));
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

// What the frontier would see instead of the values, or null.
static void put_masked(struct buf *b, const struct decision *d) {
    json_put_key(b, "masked");
    if (!d->mask) {
        buf_add_z(b, "null");
    } else {
        buf_add_char(b, '[');
        for (uint32_t i = 0; i < mask_count(d->mask); i++) {
            if (i) buf_add_char(b, ',');
            json_put_string(b, mask_placeholder(d->mask, i));
        }
        buf_add_char(b, ']');
    }
    put_optional(b, "unmasked_because", d->unmasked);
}

static void put_usd(struct buf *b, const char *key, double usd, bool known) {
    json_put_key(b, key);
    if (known) buf_printf(b, "%.9g", usd);
    else buf_add_z(b, "null");
}

static void put_count(struct buf *b, const char *key, int64_t n) {
    json_put_key(b, key);
    buf_add_i64(b, n);
}

// Where the threshold comes from.
static void put_dial(struct buf *b, const struct explanation *x) {
    const struct dial_facts *d = &x->dial;
    json_put_key(b, "aim");
    buf_add_char(b, '{');
    json_put_key(b, "setting");
    json_put_z(b, dial_mode_name(d->mode));
    json_put_key(b, "value");
    buf_printf(b, "%.7g", d->mode == DIAL_BUDGET ? x->snapshot->config->routing.max_cost_usd : d->aim);
    put_bool(b, "free", x->decision.plan.free);
    put_bool(b, "hard", x->decision.plan.hard);
    put_bool(b, "live", d->live);
    put_number(b, "share_below", (float)d->share);
    put_count(b, "requests", (int64_t)d->requests);
    buf_add_char(b, '}');
}

static const char *session_word(const struct session *s) {
    return !s->known ? NULL : s->local ? "local" : "frontier";
}

static void put_cost(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    json_put_key(b, "cost");
    buf_add_char(b, '{');
    put_usd(b, "frontier_usd", d->cost.usd, d->cost.priced);
    put_usd(b, "local_usd", 0, true);
    put_count(b, "cached_tokens", (int64_t)d->cost.cached);
    put_optional(b, "session", session_word(&x->state->session));
    put_usd(b, "switch_gain_usd", d->change.gain_usd, x->state->session.known && d->cost.priced);
    put_usd(b, "switch_loss_usd", d->change.loss_usd, x->state->session.known && d->cost.priced);
    buf_add_char(b, '}');
}

static void put_state(struct buf *b, const struct explanation *x) {
    const struct route_state *s = x->state;
    json_put_key(b, "state");
    buf_add_char(b, '{');
    put_bool(b, "assumed", !x->serving);
    put_bool(b, "local_enabled", s->local_enabled);
    put_bool(b, "local_ready", s->local_ready);
    put_bool(b, "local_has_room", s->local_has_room);
    put_count(b, "local_wait_ms", s->local_wait_ms);
    put_count(b, "local_context", s->local_context);
    put_bool(b, "local_sees_images", s->local_sees_images);
    put_count(b, "frontiers", s->frontier_count);
    put_usd(b, "budget_usd", x->budget.max_usd, x->budget.set);
    put_usd(b, "budget_spent_usd", x->budget.spent_usd, x->budget.set);
    buf_add_char(b, '}');
}

static void put_what_ifs(struct buf *b, const struct explanation *x) {
    json_put_key(b, "what_if");
    buf_add_char(b, '[');
    for (size_t i = 0; i < x->what_if_count; i++) {
        const struct what_if *w = &x->what_ifs[i];
        buf_add_z(b, i ? ",{" : "{");
        json_put_key(b, "change");
        json_put_z(b, w->change);
        json_put_key(b, "route");
        json_put_z(b, route_name(w->route));
        json_put_key(b, "reason");
        json_put_z(b, reason_code(w->reason));
        put_number(b, "score", w->score);
        put_bool(b, "flips", w->flips);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

// The candidate whose answer would be checked, or NULL.
static const struct candidate *verified_candidate(const struct plan *plan) {
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->candidates[i].verify) return &plan->candidates[i];
    return NULL;
}

static bool may_escalate(const struct decision *d, const struct candidate *c) {
    return !d->verdict.sensitive && c + 1 < d->plan.candidates + d->plan.count && !c[1].local;
}

static void put_bound(struct buf *b, const char *key, double bound) {
    if (isfinite(bound)) put_number(b, key, (float)bound);
    else put_optional(b, key, NULL);
}

// The line of log-probability; null where none are asked for.
static void put_confidence_line(struct buf *b, const struct verify_need *need) {
    json_put_key(b, "line");
    if (!(need->checks >> CHECK_CONFIDENCE & 1)) {
        buf_add_z(b, "null");
        return;
    }
    buf_add_char(b, '{');
    json_put_key(b, "source");
    json_put_z(b, line_source_name(need->line.source));
    put_bound(b, "mean", need->line.mean);
    put_bound(b, "least", need->line.least);
    buf_add_char(b, '}');
}

// How the local answer would be checked, or null.
static void put_verify(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    const struct candidate *c = verified_candidate(&d->plan);
    json_put_key(b, "verify");
    if (!c) {
        buf_add_z(b, "null");
        return;
    }
    buf_add_char(b, '{');
    json_put_key(b, "checks");
    buf_add_char(b, '[');
    for (enum verify_check i = 0; i < CHECK_COUNT; i++) {
        if (!(d->need.checks >> i & 1)) continue;
        if (b->at[b->len - 1] != '[') buf_add_char(b, ',');
        json_put_z(b, verify_check_name(i));
    }
    buf_add_char(b, ']');
    put_confidence_line(b, &d->need);
    json_put_key(b, "held");
    if (d->need.whole) buf_add_z(b, "\"whole\"");
    else buf_printf(b, "\"%lld tokens\"", (long long)x->snapshot->config->routing.verify.hold_tokens);
    json_put_key(b, "if_it_fails");
    json_put_z(b, may_escalate(d, c) ? "frontier" : "marked");
    buf_add_char(b, '}');
}

static void put_terms(struct buf *b, const struct explanation *x) {
    json_put_key(b, "terms");
    buf_add_char(b, '[');
    for (size_t i = 0; i < x->term_count; i++) {
        buf_add_z(b, i ? ",{" : "{");
        json_put_key(b, "text");
        json_put_z(b, x->terms[i].text);
        put_number(b, "weight", x->terms[i].weight);
        buf_add_char(b, '}');
    }
    buf_add_char(b, ']');
}

void explain_put_json(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    buf_add_char(b, '{');
    explain_put_members(b, x);
    json_put_key(b, "why");
    json_put_z(b, reason_text(d->plan.reason));
    put_number(b, "threshold", d->plan.threshold);
    put_plan(b, x);
    put_verify(b, x);
    put_masked(b, d);
    put_optional(b, "degraded", d->plan.degraded ? d->plan.degraded_code : NULL);
    put_optional(b, "refusal", d->plan.refusal);
    put_bool(b, "frontier_assumed", x->frontier_assumed);
    json_put_key(b, "input_tokens");
    buf_add_u64(b, x->view->estimated_tokens);
    put_dial(b, x);
    put_cost(b, x);
    put_state(b, x);
    put_terms(b, x);
    put_what_ifs(b, x);
    json_put_key(b, "gate");
    json_put_z(b, gate_version(x->snapshot->gate));
    json_put_key(b, "weights");
    json_put_z(b, weights_version(x->snapshot->weights));
    json_put_key(b, "gate_us");
    buf_add_u64(b, d->gate_us);
    json_put_key(b, "score_us");
    buf_add_u64(b, d->score_us);
    json_put_key(b, "plan_us");
    buf_add_u64(b, d->plan_us);
    buf_add_z(b, "}\n");
}

// ---------------------------------------------------------------- words

static void put_gate(struct buf *b, const struct explanation *x) {
    const struct verdict *v = &x->decision.verdict;
    if (!v->sensitive && v->count == 0) {
        buf_add_z(b, "  gate       clean: nothing that must stay was found\n");
        return;
    }
    buf_printf(b, "  gate       %s%s%s\n", v->sensitive ? "sensitive" : "clean, with findings that do not decide",
               v->sensitive && v->reason ? ": " : "", v->sensitive && v->reason ? v->reason : "");
    for (uint32_t i = 0; i < v->count; i++) {
        const struct finding *f = &v->findings[i];
        const struct chat_part *part = part_of(x->view, f->start);
        uint32_t base = part ? part->start : 0;
        buf_printf(b, "               %s %s, bytes %u to %u, %.2f%s, rule %s\n",
                   data_class_name((enum data_class)f->class_), f->type, f->start - base, f->end - base,
                   (double)f->score, f->hard ? ", decides alone" : "", f->rule);
    }
    if (v->omitted) buf_printf(b, "               and %u more\n", v->omitted);
}

static void put_mask_words(struct buf *b, const struct decision *d) {
    if (d->unmasked) buf_printf(b, "  masked     no: %s\n", d->unmasked);
    if (!d->mask) return;
    buf_add_z(b, "  masked     a frontier sees");
    for (uint32_t i = 0; i < mask_count(d->mask); i++)
        buf_printf(b, "%s %.*s", i ? "," : "", SPAN_ARG(mask_placeholder(d->mask, i)));
    buf_add_z(b, " instead; the answer gets the values back\n");
}

// The key that is compared, and where the line comes from.
static void put_line(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    const struct dial_facts *dial = &x->dial;
    const char *aim = dial_mode_name(dial->mode);
    double value = dial->mode == DIAL_BUDGET ? x->snapshot->config->routing.max_cost_usd : dial->aim;
    if (dial->mode == DIAL_QUALITY)
        buf_printf(b, "  score      %.3f; local where it does as well with probability %.3f or more\n",
                   (double)d->score.score, 1 - (double)d->plan.threshold);
    else
        buf_printf(b, "  score      %.3f, %s the threshold %.3f (higher wants the frontier)\n", (double)d->score.score,
                   d->plan.hard ? "above" : "not above", (double)d->plan.threshold);
    buf_printf(b, "  line       holds %s %.7g; ", aim, value);
    if (dial->live)
        buf_printf(b, "by requests that weigh as much as %.0f, of which %.1f %% are below it\n", dial->requests,
                   dial->share * 100);
    else
        buf_add_z(b, dial->mode == DIAL_QUALITY ? "each answer keeps it by itself, until there is traffic\n"
                                                : "by the reference traffic of the weights\n");
    if (!d->plan.free) buf_add_z(b, "             it did not decide: the request is not free to go either way\n");
}

static void put_score(struct buf *b, const struct explanation *x) {
    const struct score *s = &x->decision.score;
    put_line(b, x);
    buf_printf(b, "  local      does this as well with probability %.2f\n", (double)s->p_local);
    buf_printf(b, "  task       %s, complexity %.2f, ambiguity %.2f\n", s->task, (double)s->complexity,
               (double)s->ambiguity);
    buf_printf(b, "  tokens     about %zu in, about %d out", x->view->estimated_tokens, s->output_tokens);
    if (x->state->local_context > 0)
        buf_printf(b, "; the local context holds %lld", (long long)x->state->local_context);
    buf_add_char(b, '\n');
}

static void put_money(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    const struct session *s = &x->state->session;
    if (d->cost.priced) buf_printf(b, "  cost       about $%.6f at the frontier", d->cost.usd);
    else buf_add_z(b, "  cost       the frontier's price is not known");
    if (d->cost.cached > 0) buf_printf(b, ", %.0f tokens of it from its cache", d->cost.cached);
    buf_add_z(b, "; nothing at the local model\n");
    if (x->budget.set)
        buf_printf(b, "  budget     $%.4f of $%.2f are spent, $%.4f set aside\n", x->budget.spent_usd,
                   x->budget.max_usd, x->budget.aside_usd);
    if (!s->known) return;
    buf_printf(b, "  session    %s has %u tokens of it in its cache; leaving it gains $%.6f and loses $%.6f\n",
               s->local ? "the local model" : "a frontier", s->tokens, d->change.gain_usd, d->change.loss_usd);
}

static void put_moment(struct buf *b, const struct explanation *x) {
    const struct route_state *s = x->state;
    const char *local = !s->local_enabled    ? "is switched off"
                        : !s->local_ready    ? "is not ready"
                        : !s->local_has_room ? "is busy, and its queue is full"
                        : x->serving         ? "is ready"
                                             : "is taken as ready";
    buf_printf(b, "  state      the local model %s", local);
    if (s->local_wait_ms > 0) buf_printf(b, ", after a wait of about %lld ms", (long long)s->local_wait_ms);
    buf_printf(b, "; %u frontier%s\n", s->frontier_count, s->frontier_count == 1 ? "" : "s");
}

static void put_what_if_words(struct buf *b, const struct explanation *x) {
    for (size_t i = 0; i < x->what_if_count; i++) {
        const struct what_if *w = &x->what_ifs[i];
        buf_printf(b, "  %s%s: ", i ? "           " : "what if    ", w->change);
        if (w->scored) buf_printf(b, "score %.3f, ", (double)w->score);
        buf_printf(b, "%s%s (%s)\n", w->flips ? "" : "still ", route_name(w->route), reason_code(w->reason));
    }
}

// The words of one sign, on one line.
static void put_signed_terms(struct buf *b, const struct explanation *x, bool to_frontier) {
    size_t shown = 0;
    for (size_t i = 0; i < x->term_count; i++) {
        if ((x->terms[i].weight > 0) != to_frontier) continue;
        if (!shown++) buf_printf(b, "  %s", to_frontier ? "frontier + " : "local +    ");
        buf_printf(b, "%s%s %+.2f", shown > 1 ? ",  " : "", x->terms[i].text, (double)x->terms[i].weight);
    }
    if (shown) buf_add_char(b, '\n');
}

static void put_plan_words(struct buf *b, const struct explanation *x) {
    const struct plan *plan = &x->decision.plan;
    bool remote = false;
    for (uint32_t i = 0; i < plan->count; i++) {
        remote |= !plan->candidates[i].local;
        buf_printf(b, "  %s  %u. %s: %s\n", i ? "         " : "plan     ", i + 1,
                   candidate_name(x, &plan->candidates[i]), reason_text(plan->candidates[i].reason));
    }
    if (plan->refusal) buf_printf(b, "  refused    %s\n", plan->refusal);
    if (plan->degraded) buf_printf(b, "  degraded   %s\n", plan->degraded_code);
    if (x->frontier_assumed && remote)
        buf_add_z(b, "  note       no frontier has a key here, so one was assumed; routing.on_no_frontier says what\n"
                     "             `serve` would do instead\n");
}

static void put_line_words(struct buf *b, const struct verify_line *line) {
    static const char *const FROM[] = {
        [LINE_NONE] = "none yet; log-probabilities are asked for so that `sluice learn` can find one",
        [LINE_SET] = "set by routing.verify.min_mean_logprob, min_logprob",
        [LINE_LEARNED_TASK] = "learned for this task",
        [LINE_LEARNED] = "learned for all tasks",
        [LINE_BUILT_IN] = "measured for the embedded model"};
    buf_printf(b, "               line        %s", FROM[line->source]);
    if (isfinite(line->mean)) buf_printf(b, "; mean at least %.3g", line->mean);
    if (isfinite(line->least)) buf_printf(b, "; every token at least %.3g", line->least);
    buf_add_char(b, '\n');
}

static void put_verify_words(struct buf *b, const struct explanation *x) {
    const struct decision *d = &x->decision;
    const struct candidate *c = verified_candidate(&d->plan);
    if (!c) {
        if (d->plan.route == ROUTE_LOCAL) buf_add_z(b, "  verify     no: the local answer is sent as it comes\n");
        return;
    }
    buf_printf(b, "  verify     yes, before it is sent; if it fails, %s\n",
               may_escalate(d, c) ? "a frontier is asked" : "it is sent and marked");
    for (enum verify_check i = 0; i < CHECK_COUNT; i++)
        if (d->need.checks >> i & 1)
            buf_printf(b, "               %-10s  %s\n", verify_check_name(i), verify_check_text(i));
    if (d->need.checks >> CHECK_CONFIDENCE & 1) put_line_words(b, &d->need.line);
}

void explain_put_words(struct buf *b, const struct explanation *x, bool colour) {
    const struct decision *d = &x->decision;
    const char *paint = !colour                           ? ""
                        : d->plan.route == ROUTE_LOCAL    ? "\033[32m"
                        : d->plan.route == ROUTE_FRONTIER ? "\033[33m"
                                                          : "\033[31m";
    buf_printf(b, "%s%s%s (%s): %s\n\n", paint, route_name(d->plan.route), colour ? "\033[0m" : "",
               reason_code(d->plan.reason), reason_text(d->plan.reason));
    put_gate(b, x);
    put_mask_words(b, d);
    put_score(b, x);
    put_money(b, x);
    put_moment(b, x);
    put_signed_terms(b, x, false);
    put_signed_terms(b, x, true);
    put_plan_words(b, x);
    put_what_if_words(b, x);
    put_verify_words(b, x);
    buf_printf(b, "  took       %u us gate, %u us score, %u us plan\n", d->gate_us, d->score_us, d->plan_us);
}
