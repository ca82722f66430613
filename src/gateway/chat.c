#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "gate/tag.h"
#include "gateway/live.h"
#include "gateway/outcome.h"
#include "gateway/request.h"
#include "gateway/server.h"

#define COPY_Z(to, from) span_copy_z((to), sizeof(to), (from))

static void copy_span(char *to, size_t size, struct span from) {
    // control bytes have no place in a name: ledger, logs and headers are lines
    size_t n = 0;
    for (size_t i = 0; i < from.len && n + 1 < size; i++)
        if ((unsigned char)from.at[i] >= 0x20 && from.at[i] != 0x7f) to[n++] = from.at[i];
    while (n && ((unsigned char)to[n - 1] & 0xc0) == 0x80 && from.len >= size) n--; // no half of a UTF-8 sequence
    to[n] = 0;
}

// "req_" and 24 hex digits: the time in microseconds, so that rows come to the ledger's index nearly in order, and a
// part that cannot be guessed and differs for the requests of a microsecond.
enum { ID_TIME_DIGITS = 13, ID_TAIL_DIGITS = 11 };

static char *put_hex(char *to, uint64_t v, int digits) {
    for (int i = digits; i--;) *to++ = "0123456789abcdef"[v >> (i * 4) & 15];
    return to;
}

static void make_id(struct request *r) {
    struct worker *w = r->worker;
    r->number = (w->next_number++ << 8) | w->index;
    char *to = r->row.id;
    memcpy(to, "req_", 4);
    to = put_hex(to + 4, (uint64_t)r->row.started_us, ID_TIME_DIGITS);
    to = put_hex(to, hash_keyed(&r->number, sizeof r->number, w->server->id_key), ID_TAIL_DIGITS);
    *to = 0;
}

static void begin_row(struct request *r) {
    struct ledger_row *row = &r->row;
    row->started_us = clock_wall_us_at(&r->worker->clocks, r->ready_ns);
    make_id(r);
    COPY_Z(row->endpoint, "/v1/chat/completions");
    copy_span(row->user, sizeof row->user, request_header(r, HEADER_USER));
    copy_span(row->task, sizeof row->task, request_header(r, HEADER_TASK));
    row->input_tokens = row->output_tokens = row->cached_tokens = row->cache_write_tokens = row->reasoning_tokens = -1;
    row->cache_write_1h_tokens = -1;
    row->logprob_mean = row->logprob_least = NAN;
    row->ttft_us = -1;
    row->bytes_in = (int64_t)r->body.len;
}

int chat_parse(struct request *r, struct chat_view *view) {
    struct worker *w = r->worker;
    const struct config *config = r->chat.snapshot->config;
    struct json_limits limits = {.max_depth = (uint32_t)config->limits.json_depth,
                                 .max_nodes = (uint32_t)config->limits.json_values};
    size_t at;
    char detail[96];
    enum json_status status = json_parse(&w->doc, buf_span(&r->body), &limits, &at);
    if (status == JSON_OK && json_type(&w->doc, 0) != JSON_OBJECT) status = JSON_BAD_SYNTAX, at = 0;
    if (status != JSON_OK) {
        snprintf(detail, sizeof detail, "%s, at byte %zu of %zu.", json_status_text(status), at, r->body.len);
        respond_error(r, GATEWAY_INVALID_JSON, NULL, detail);
        return -1;
    }
    struct chat_fault fault;
    if (chat_view_openai(view, &w->doc, (uint32_t)config->limits.messages, &w->arena, &fault) != 0) {
        respond_error(r, GATEWAY_INVALID_FIELD, fault.param, fault.why.text);
        return -1;
    }
    return 0;
}

static void read_pin(struct request *r) {
    static const struct {
        const char *word;
        enum pin pin;
    } WORDS[] = {{"", PIN_NONE}, {"auto", PIN_NONE}, {"local", PIN_LOCAL}, {"frontier", PIN_FRONTIER}};
    struct span word = request_header(r, HEADER_ROUTE);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (!span_is_nocase(word, span_from(WORDS[i].word))) continue;
        r->head->pin = (uint8_t)WORDS[i].pin;
        r->head->pin_read = true;
        return;
    }
}

int chat_read_pin(struct request *r, enum pin *pin) {
    if (!r->head->pin_read) read_pin(r); // the head may be that of a request before
    *pin = (enum pin)r->head->pin;
    if (r->head->pin_read) return 0;
    respond_error(r, GATEWAY_INVALID_FIELD, "x-sluice-route",
                  "The header x-sluice-route takes auto, local or frontier.");
    return -1;
}

static void note_decision(struct request *r, const struct decision *d, const struct route_state *state) {
    struct ledger_row *row = &r->row;
    _Static_assert(sizeof row->route == ROUTE_BYTES && sizeof row->reason == REASON_BYTES, "copied as they stand");
    memcpy(row->route, route_name(d->plan.route), ROUTE_BYTES);
    memcpy(row->reason, reason_code(d->plan.reason), REASON_BYTES);
    if (d->plan.degraded && d->plan.degraded_code) COPY_Z(row->degraded, d->plan.degraded_code);
    bool named = row->task[0] != 0; // by the caller
    if (!named) COPY_Z(row->task, d->score.task);
    row->score = d->score.score;
    row->p_local = d->score.p_local;
    row->complexity = d->score.complexity;
    row->ambiguity = d->score.ambiguity;
    row->decision = decide_record(r->chat.snapshot, d, state);
    row->sensitive = d->verdict.sensitive;
    data_class_list(d->verdict.classes, row->classes);
    memcpy(row->receipt, d->verdict.receipt, sizeof row->receipt);
    r->chat.plan = d->plan;
    r->chat.need = d->need;
    if (named && d->need.checks >> CHECK_CONFIDENCE & 1) // lines are learned by the name in the ledger
        r->chat.need.line = verify_line_of(r->chat.snapshot->config, &r->chat.snapshot->lines, row->task);
    r->chat.mask = d->mask;
    r->chat.verdict = d->verdict;
    r->chat.verdict.findings = NULL; // they live in the arena of this step
    r->chat.verdict.reason = NULL;
}

static void log_decision(const struct request *r, const struct decision *d) {
    log_event(LOG_DEBUG, "request.decided", LOG_S("id", r->row.id), LOG_S("route", r->row.route),
              LOG_S("reason", r->row.reason), LOG_F("score", d->score.score), LOG_I("gate_us", d->gate_us),
              LOG_I("score_us", d->score_us), LOG_S("receipt", r->row.receipt),
              LOG_S("unmasked", d->unmasked ? d->unmasked : ""));
}

// What kept a request here: class, rule, length and a keyed tag of each value, never the value.
static void log_findings(const struct request *r, const struct chat_view *view, const struct verdict *v) {
    enum { LOGGED = 8 }; // of a request: the rest is counted
    uint32_t logged = 0;
    for (uint32_t i = 0; i < v->count && logged < LOGGED; i++) {
        const struct finding *f = &v->findings[i];
        if (!(v->classes & f->class_) || f->score <= 0) continue;
        char tag[GATE_TAG_BYTES];
        bool last = ++logged == LOGGED;
        gate_tag(span_sub(view->text, f->start, f->end - f->start), tag);
        log_event(LOG_INFO, "gate.finding", LOG_S("id", r->row.id), LOG_S("class", data_class_name(f->class_)),
                  LOG_S("type", f->type), LOG_S("rule", f->rule), LOG_I("length", f->end - f->start), LOG_S("tag", tag),
                  LOG_I("more", last ? v->count + v->omitted - i - 1 : 0));
    }
}

// Parse, gate, score, decide and send: one step, nothing waits.
static void run(struct request *r) {
    struct worker *w = r->worker;
    struct chat_view view;
    enum pin pin = PIN_NONE;
    if (chat_read_pin(r, &pin) != 0 || chat_parse(r, &view) != 0) return;
    request_head_drop(r->head); // what it said is in the row and in the pin
    r->head = NULL;
    r->row.stream = r->chat.streams = view.stream;
    r->chat.wants_usage = view.wants_usage;
    r->chat.estimated_input = view.estimated_tokens;
    const struct local_server *server = w->server->local ? local_server(w->server->local) : NULL;
    enum pin named;
    int frontier;
    if (!decide_model(r->chat.snapshot, view.model, server ? server->model : NULL, &named, &frontier)) {
        respond_error(r, GATEWAY_MODEL_NOT_FOUND, "model", "");
        return;
    }
    // Not before it is known to be a name: a row must not hold what somebody put there by mistake.
    copy_span(r->row.asked_model, sizeof r->row.asked_model, view.model);
    struct route_state state;
    r->chat.session_key = live_state(w->server, r->chat.snapshot, &view, r->row.started_us, &state);
    struct decision decision;
    // The parse of a body that took several reads may be long: it shall not count as the gate's time.
    uint64_t now_ns = r->ready_ns == r->started_ns ? r->ready_ns : 0;
    decide(r->chat.snapshot, w->scratch, &view, pin ? pin : named, &state, now_ns, log_enabled(LOG_DEBUG), &w->arena,
           &decision);
    note_decision(r, &decision, &state);
    live_decided(r, &decision, &state);
    outcome_remember(r, &decision.intent);
    if (log_enabled(LOG_DEBUG)) log_decision(r, &decision);
    if (decision.verdict.sensitive && log_enabled(LOG_INFO)) log_findings(r, &view, &decision.verdict);
    if (decision.plan.count == 0) {
        respond_error(r, gateway_error_by_code(decision.plan.refusal), NULL, "");
        return;
    }
    attempt_next(r, &view);
}

void chat_begin(struct request *r) {
    struct worker *w = r->worker;
    struct server *s = w->server;
    if (w->draining) {
        respond_error(r, GATEWAY_SHUTTING_DOWN, NULL, "");
        return;
    }
    if (!ledger_reserve(s->ledger)) {
        respond_error(r, GATEWAY_LEDGER_FULL, NULL, "");
        return;
    }
    r->has_place = true;
    r->chat.snapshot = snapshot_ref(w->snapshot);
    w->in_flight++;
    meter_in_flight(s->meter, w->index, 1);
    unsigned in_flight = atomic_fetch_add(&s->in_flight, 1) + 1;
    begin_row(r);
    if (in_flight > (unsigned)r->chat.snapshot->config->limits.in_flight)
        respond_error(r, GATEWAY_OVERLOADED, NULL, "");
    else run(r);
    arena_reset(&w->arena);
}
