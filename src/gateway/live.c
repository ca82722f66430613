#include "gateway/live.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/request.h"
#include "gateway/server.h"
#include "ledger/outcome.h"

enum { REMEMBERED = 1024 }; // rows of the ledger: older scores weigh little

static const float PACE_WEIGHT = 0.1f; // of the newest answer in the running mean

// ---------------------------------------------------------------- life

static int add_past(void *budget, int64_t at_us, double usd) {
    budget_add_past(budget, at_us, usd, clock_wall_us());
    return 0;
}

// The dial goes on from the newest scores in the ledger that are of the same weights.
static void read_scores(const struct snapshot *snapshot, const char *path) {
    struct err e = {""};
    struct ledger_row *rows = mem_new_array(REMEMBERED, sizeof *rows);
    int n = ledger_read_newest(path, REMEMBERED, rows, &e);
    if (n < 0) log_event(LOG_WARN, "dial.past.unknown", LOG_S("why", e.text));
    while (n-- > 0) {
        const struct ledger_decision *d = &rows[n].decision;
        const struct score score = {.score = rows[n].score, .p_local = rows[n].p_local};
        if (d->format == DECISION_FORMAT && d->flags & DECISION_FREE && d->weights == snapshot->weights_mark)
            dial_observe(snapshot->dial, &score, 1);
    }
    free(rows);
}

static void read_costs(struct live *l, const struct config *config, const char *path, int64_t now) {
    struct err e = {""};
    int64_t period = budget_period_us(config);
    if (period && ledger_read_costs(path, now - period, budget_part_us(config), add_past, l->budget, &e) != 0)
        log_event(LOG_WARN, "budget.past.unknown", LOG_S("why", e.text));
}

void live_init(struct live *l, const struct snapshot *snapshot) {
    const struct config *config = snapshot->config;
    int64_t now = clock_wall_us();
    l->sessions = sessions_new((size_t)config->routing.sessions);
    l->budget = budget_new();
    budget_set(l->budget, config, now);
    char *path = ledger_path(config);
    if (strcmp(path, ":memory:") != 0) {
        read_scores(snapshot, path);
        read_costs(l, config, path, now);
    }
    free(path);
}

void live_release(struct live *l) {
    sessions_free(l->sessions);
    budget_free(l->budget);
}

void live_reload(struct live *l, const struct config *config) {
    budget_set(l->budget, config, clock_wall_us());
}

// ---------------------------------------------------------------- before the decision

// How long a request would wait for a slot: those before it, a slot's time for each.
static int64_t expected_wait_ms(struct server *s, const struct config *config) {
    uint32_t slots = (uint32_t)config->local.slots, busy = local_in_flight(s->local);
    float service = atomic_load_explicit(&s->live.local_service_ms, memory_order_relaxed);
    return busy < slots ? 0 : (int64_t)((float)(busy - slots + 1) * service / (float)slots);
}

static void fill_local(struct server *s, const struct snapshot *snapshot, struct route_state *out) {
    struct local *local = s->local;
    const struct local_server *server = local ? local_server(local) : NULL;
    out->local_enabled = local != NULL;
    out->local_ready = server != NULL;
    out->local_has_room = server && local_has_room(local);
    out->local_context = server ? server->context : 0;
    out->local_sees_images = server && server->sees_images;
    out->local_wait_ms = server ? expected_wait_ms(s, snapshot->config) : 0;
}

static void find_session(struct server *s, const struct snapshot *snapshot, uint64_t key, int64_t now_us,
                         struct route_state *out) {
    const struct config *config = snapshot->config;
    out->session = session_find(s->live.sessions, key, (uint64_t)now_us / 1000000,
                                (uint64_t)config->routing.session_cache_ms / 1000);
    if (!out->session.known || out->session.local) return;
    for (uint32_t i = 0; i < snapshot->usable_count; i++)
        if (snapshot->usable[i] == out->session.frontier) out->session_frontier = (int)i;
}

uint64_t live_state(struct server *s, const struct snapshot *snapshot, const struct chat_view *view, int64_t now_us,
                    struct route_state *out) {
    decide_assumed_state(snapshot, out);
    fill_local(s, snapshot, out);
    if (snapshot->config->routing.max_cost_usd > 0) {
        struct budget_state budget;
        budget_look(s->live.budget, now_us, &budget);
        out->ease = budget.ease;
        out->budget_spent = !budget_fits(&budget, 0);
        out->budget_set = true;
        out->budget_left_usd = budget.max_usd - budget.spent_usd - budget.aside_usd;
    }
    if (!snapshot->config->routing.sessions) return 0;
    uint64_t key = session_key(s->id_key, chat_first_text(view, ROLE_SYSTEM), chat_first_text(view, ROLE_USER));
    session_prefetch(s->live.sessions, key);
    if (view->user_turns > 1 || view->message_count > 2) find_session(s, snapshot, key, now_us, out);
    return key;
}

// ---------------------------------------------------------------- after it

void live_decided(struct request *r, const struct decision *d, const struct route_state *state) {
    r->chat.expected_usd = d->cost.priced ? d->cost.usd : NAN;
    if (d->plan.free) dial_observe(r->chat.snapshot->dial, &d->score, state->ease);
}

bool live_spend(struct request *r) {
    struct live *l = &r->worker->server->live;
    struct budget_state budget;
    if (!(r->chat.snapshot->config->routing.max_cost_usd > 0)) return true;
    budget_look(l->budget, clock_wall_us(), &budget);
    if (!budget_fits(&budget, r->chat.expected_usd)) return false;
    r->chat.reserved_usd += budget_reserve(l->budget, r->chat.expected_usd);
    return true;
}

// By Little's law: of `busy` requests at once, each took its slot for total * slots / busy.
static void note_pace(struct server *s, const struct config *config, int64_t total_us) {
    float busy = (float)local_in_flight(s->local), slots = (float)config->local.slots;
    float took = (float)total_us / 1000 * (busy > slots ? slots / busy : 1);
    float mean = atomic_load_explicit(&s->live.local_service_ms, memory_order_relaxed);
    // two workers at once: one of the two values is lost, which a mean can bear
    atomic_store_explicit(&s->live.local_service_ms, mean > 0 ? mean + (took - mean) * PACE_WEIGHT : took,
                          memory_order_relaxed);
}

void live_done(struct request *r) {
    struct server *s = r->worker->server;
    const struct ledger_row *row = &r->row;
    const struct chat_state *chat = &r->chat;
    int64_t now_us = row->started_us + row->total_us;
    if (chat->snapshot->config->routing.max_cost_usd > 0 && row->attempts)
        budget_settle(s->live.budget, chat->reserved_usd, row->cost_usd, now_us);
    if (!chat->committed || strcmp(row->outcome, "ok") != 0) return;
    if (chat->now_local && s->local) note_pace(s, chat->snapshot->config, row->total_us);
    if (!chat->session_key) return;
    int64_t tokens =
        (row->input_tokens > 0 ? row->input_tokens : 0) + (row->output_tokens > 0 ? row->output_tokens : 0);
    const struct session what = {.known = true,
                                 .local = chat->now_local,
                                 .frontier = chat->now_local ? 0 : chat->now_frontier,
                                 .tokens = (uint32_t)(tokens < UINT32_MAX ? tokens : UINT32_MAX)};
    session_note(s->live.sessions, chat->session_key, &what, (uint64_t)now_us / 1000000);
}
