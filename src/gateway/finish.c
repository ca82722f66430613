#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/live.h"
#include "gateway/request.h"
#include "gateway/server.h"

// Where the upstream told no counts, ours are used and marked: a row is never empty and never pretends.
static void note_usage(struct request *r) {
    struct ledger_row *row = &r->row;
    const struct answer_meter *m = r->chat.answer ? answer_meter(r->chat.answer) : NULL;
    if (!m) return;
    SPAN_COPY_SAME(row->finish, m->finish);
    row->input_tokens = m->usage.input;
    row->output_tokens = m->usage.output;
    row->cached_tokens = m->usage.cached;
    row->cache_write_tokens = m->usage.cache_write;
    row->cache_write_1h_tokens = m->usage.cache_write_1h;
    row->reasoning_tokens = m->usage.reasoning;
    SPAN_COPY_SAME(row->service_tier, m->usage.service);
    if (row->input_tokens < 0) row->input_tokens = (int64_t)r->chat.estimated_input, row->usage_estimated = true;
    if (row->output_tokens < 0) row->output_tokens = (int64_t)m->events, row->usage_estimated = true;
}

// OpenAI's form, which the reader of an answer brings every protocol to: the cache is part of the input.
static struct price_usage usage_of(const struct ledger_row *row) {
    struct price_usage usage =
        price_usage_openai(row->input_tokens, row->output_tokens, row->cached_tokens, row->reasoning_tokens);
    usage.cache_write = row->cache_write_tokens;
    usage.cache_write_1h = row->cache_write_1h_tokens;
    usage.service = price_service_from(span_from(row->service_tier));
    return usage;
}

// What it cost, and what the first frontier would have charged for the same tokens.
static void note_cost(struct request *r) {
    struct ledger_row *row = &r->row;
    const struct snapshot *s = r->chat.snapshot;
    row->cost_usd = row->baseline_usd = NAN;
    if (!r->chat.answer) {
        row->cost_usd = row->attempts ? NAN : 0;
        return;
    }
    struct price_usage usage = usage_of(row);
    row->cost_usd = r->chat.now_local ? 0 : price_cost_usd(price_find(s->prices, span_from(r->chat.model)), &usage);
    if (s->frontier_count == 0) return;
    const struct snapshot_frontier *f = &s->frontiers[s->usable_count ? s->usable[0] : 0];
    struct price_usage plain = price_usage_openai(usage.input, usage.output, 0, 0); // no cache is assumed
    row->baseline_usd = price_cost_usd(f->price, &plain);
}

static void log_request(const struct ledger_row *row) {
    log_event(LOG_INFO, "request", LOG_S("id", row->id), LOG_I("status", row->status), LOG_S("outcome", row->outcome),
              LOG_S("route", row->route), LOG_S("reason", row->reason), LOG_S("model", row->model),
              LOG_I("in", row->input_tokens), LOG_I("out", row->output_tokens), LOG_F("usd", row->cost_usd),
              LOG_I("ttft_ms", row->ttft_us < 0 ? -1 : row->ttft_us / 1000), LOG_I("ms", row->total_us / 1000));
}

static void file_row(struct request *r, const char *outcome) {
    struct ledger_row *row = &r->row;
    struct server *s = r->worker->server;
    span_copy_z(row->outcome, sizeof row->outcome, outcome);
    if (!row->route[0]) span_copy_z(row->route, sizeof row->route, "refused");
    if (!row->model[0]) SPAN_COPY_SAME(row->model, r->chat.model);
    // a whole answer ends in the step that commits it
    uint64_t end_ns = r->chat.committed && !r->chat.streams ? r->chat.committed_ns : clock_now_ns();
    row->total_us = (int64_t)((end_ns - r->started_ns) / 1000);
    note_usage(r);
    note_cost(r);
    live_done(r);
    ledger_file(s->ledger, row);
    meter_request(s->meter, r->worker->index, row);
    if (log_enabled(LOG_INFO)) log_request(row);
    r->worker->in_flight--;
    meter_in_flight(s->meter, r->worker->index, -1);
    atomic_fetch_sub(&s->in_flight, 1);
}

void request_finish(struct request *r, const char *outcome) {
    struct conn *c = r->conn;
    if (r->has_place) file_row(r, outcome);
    else if (r->row.error_code[0]) meter_rejected(r->worker->server->meter, r->worker->index, r->row.error_code);
    attempt_release(r);
    request_free(r);
    if (c) conn_answered(c);
}

void request_caller_left(struct request *r) {
    r->conn = NULL;
    buf_reset(&r->worker->out);
    if (r->has_place) {
        r->row.status = 499; // nginx's word for a caller who left
        request_finish(r, "cancelled");
    } else {
        span_copy_z(r->row.error_code, sizeof r->row.error_code, "caller_left");
        request_finish(r, "cancelled");
    }
}
