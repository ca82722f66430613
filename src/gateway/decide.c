#include "gateway/decide.h"

#include "base/clock.h"
#include "intent/features.h"

static const struct {
    const char *name;
    enum pin pin;
} ROUTE_MODELS[] = {{"auto", PIN_NONE}, {"local", PIN_LOCAL}, {"frontier", PIN_FRONTIER}};

bool decide_model(const struct snapshot *snapshot, struct span model, const char *local_model, enum pin *pin,
                  int *frontier) {
    *pin = PIN_NONE;
    *frontier = -1;
    for (size_t i = 0; i < sizeof ROUTE_MODELS / sizeof *ROUTE_MODELS; i++) {
        if (!span_is_z(model, ROUTE_MODELS[i].name)) continue;
        *pin = ROUTE_MODELS[i].pin;
        return true;
    }
    if (local_model && span_is_z(model, local_model)) {
        *pin = PIN_LOCAL;
        return true;
    }
    for (uint32_t i = 0; i < snapshot->usable_count; i++) {
        const struct config_frontier *f = snapshot->frontiers[snapshot->usable[i]].config;
        for (size_t m = 0; m < f->model_count; m++) {
            if (!span_is_z(model, f->models[m])) continue;
            *frontier = (int)i;
            return true;
        }
    }
    // A model whose key is missing is known, and routed like any other: what cannot be had is answered locally.
    for (uint32_t i = 0; i < snapshot->frontier_count; i++)
        for (size_t m = 0; m < snapshot->frontiers[i].config->model_count; m++)
            if (span_is_z(model, snapshot->frontiers[i].config->models[m])) return true;
    return false;
}

static void note_us(bool timed, uint64_t *from_ns, uint32_t *us) {
    if (!timed) return;
    uint64_t now = clock_now_ns(), passed = (now - *from_ns) / 1000;
    *from_ns = now;
    *us = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
}

static uint32_t count_tools(const struct chat_view *view) {
    return view->has_tools ? json_count(view->doc, json_get(view->doc, 0, "tools")) : 0;
}

// The user's message that a short one follows up: the last before it that says enough to be a request.
static struct span request_before(const struct chat_view *view, struct span last) {
    if (last.len >= FEATURES_FOLLOW_UP_BYTES || view->user_turns < 2) return SPAN_NONE;
    for (uint32_t i = view->part_count; i-- > 0;) {
        const struct chat_part *part = &view->parts[i];
        if (part->role == ROLE_USER && part->kind == PART_TEXT && part->len >= FEATURES_FOLLOW_UP_BYTES)
            return span_sub(view->text, part->start, part->len);
    }
    return SPAN_NONE;
}

struct intent_input decide_intent(const struct chat_view *view, struct arena *arena) {
    struct span text = chat_last_user_text(view, arena);
    return (struct intent_input){
        .text = text,
        .context = request_before(view, text),
        .system = chat_first_text(view, ROLE_SYSTEM),
        .input_tokens = view->estimated_tokens,
        .user_turns = view->user_turns,
        .tools = count_tools(view),
        .has_schema = view->has_schema,
        .has_images = view->has_images,
        .max_tokens = view->max_tokens,
    };
}

// What the frontier would cost, with what it has in its cache, and what a switch of a conversation would be worth.
static void weigh(const struct snapshot *snapshot, const struct route_state *state, struct route_request *request,
                  struct decision *out) {
    int at = request->named_frontier >= 0 ? request->named_frontier
             : state->session.known       ? state->session_frontier
                                          : -1;
    uint32_t usable = at >= 0 && (uint32_t)at < snapshot->usable_count ? (uint32_t)at : 0;
    const struct snapshot_frontier *f = snapshot->usable_count ? &snapshot->frontiers[snapshot->usable[usable]] : NULL;
    const struct price *price = f ? f->price : snapshot->frontier_count ? snapshot->frontiers[0].price : NULL;
    const struct session_request r = {(double)request->input_tokens, out->score.output_tokens,
                                      (double)out->score.p_local};
    const struct session *s = &state->session;
    out->cost = session_cost(price, &r, s->known && !s->local && at == state->session_frontier ? s->tokens : 0);
    request->too_dear = state->budget_set && out->cost.usd >= state->budget_left_usd;
    if (s->known) out->change = request->change = session_weigh(price, &r, s);
}

static struct route_request request_of(const struct snapshot *snapshot, const struct chat_view *view, enum pin pin) {
    struct route_request request = {
        .pin = pin,
        .named_frontier = -1,
        .input_tokens = view->estimated_tokens,
        .max_tokens = view->max_tokens,
        .needs_vision = view->has_images,
        .needs_audio = view->has_audio,
    };
    enum pin named;
    decide_model(snapshot, view->model, NULL, &named, &request.named_frontier);
    if (request.pin == PIN_NONE) request.pin = named;
    return request;
}

void decide(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct chat_view *view, enum pin pin,
            const struct route_state *state, uint64_t now_ns, bool timed, struct arena *arena, struct decision *out) {
    uint64_t clock = timed || !now_ns ? clock_now_ns() : now_ns;
    *out = (struct decision){.input_tokens = view->estimated_tokens};
    struct gate_input gate_input = masked_gate_input(view);
    gate_input.now_ns = clock;
    struct imprint system = IMPRINT_NONE; // gate and score both know a system text again
    gate_input.imprint = &system;
    gate_input.imprint_part = chat_first_part(view, ROLE_SYSTEM);
    gate_scan(snapshot->gate, scratch, &gate_input, gate_profile(snapshot->gate), arena, &out->verdict);
    note_us(timed, &clock, &out->gate_us);

    out->intent = decide_intent(view, arena);
    out->intent.system_imprint = system;
    intent_score(snapshot->weights, &out->intent, &out->score);
    note_us(timed, &clock, &out->score_us);

    struct route_request request = request_of(snapshot, view, pin);
    weigh(snapshot, state, &request, out);
    if (out->verdict.sensitive) request.mask_zones = gate_mask_zones(snapshot->gate);
    float threshold = dial_threshold(snapshot->dial);
    route_plan(snapshot->config, &out->verdict, &out->score, threshold, &request, state, &out->plan);
    if (out->plan.count && out->plan.candidates[0].masked) {
        out->mask = masked_prepare(snapshot, scratch, view, &out->verdict, &out->unmasked);
        request.mask_zones = 0; // where no mask can be made the request stays
        if (!out->mask)
            route_plan(snapshot->config, &out->verdict, &out->score, threshold, &request, state, &out->plan);
    }
    for (uint32_t i = 0; i < out->plan.count; i++)
        if (out->plan.candidates[i].verify)
            out->need = verify_need_of(view, out->score.task, snapshot->config, &snapshot->lines);
    note_us(timed, &clock, &out->plan_us);
}

void decide_plan(const struct snapshot *snapshot, const struct chat_view *view, enum pin pin,
                 const struct route_state *state, bool sensitive, const struct score *score, struct plan *out) {
    struct decision d = {.score = *score, .verdict = {.sensitive = sensitive}};
    struct route_request request = request_of(snapshot, view, pin);
    request.pin = pin; // whatever the model's name says
    weigh(snapshot, state, &request, &d);
    if (sensitive) request.mask_zones = gate_mask_zones(snapshot->gate);
    route_plan(snapshot->config, &d.verdict, &d.score, dial_threshold(snapshot->dial), &request, state, out);
}

struct ledger_decision decide_record(const struct snapshot *snapshot, const struct decision *d,
                                     const struct route_state *state) {
    unsigned flags = (d->plan.hard ? DECISION_HARD : 0u) | (d->plan.free ? DECISION_FREE : 0u) |
                     (d->cost.priced ? DECISION_PRICED : 0u) | (state->session.known ? DECISION_SESSION : 0u) |
                     (state->session.local ? DECISION_SESSION_LOCAL : 0u);
    return (struct ledger_decision){
        .format = DECISION_FORMAT,
        .aim = (uint8_t)state->mode,
        .weights = snapshot->weights_mark,
        .flags = (uint8_t)flags,
        .threshold = d->plan.threshold,
        .expected_usd = (float)d->cost.usd,
        .gain_usd = (float)d->change.gain_usd,
        .loss_usd = (float)d->change.loss_usd,
        .input_tokens = (uint32_t)d->input_tokens,
        .output_tokens = (uint32_t)d->score.output_tokens,
        .cached_tokens = (uint32_t)d->cost.cached,
        .wait_ms = (uint32_t)state->local_wait_ms,
    };
}

void decide_assumed_state(const struct snapshot *snapshot, struct route_state *out) {
    *out = (struct route_state){
        .local_enabled = snapshot->config->local.enabled,
        .local_trusted = !*snapshot->config->local.url || snapshot->config->local.url_is_local,
        .local_ready = snapshot->config->local.enabled,
        .local_has_room = snapshot->config->local.enabled,
        .local_context = snapshot->config->local.context,
        .frontier_count = snapshot->usable_count,
        .frontier_zones = snapshot->usable_zones,
        .mode = dial_mode(snapshot->dial),
        .ease = 1,
        .session_frontier = -1,
    };
}
