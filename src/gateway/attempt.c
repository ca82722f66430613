#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "chat/request.h"
#include "gateway/live.h"
#include "gateway/request.h"
#include "gateway/server.h"

enum { ANTHROPIC_DEFAULT_MAX_TOKENS = 4096, MAX_GROWTH = 1 << 20 };

// Remembers why this candidate could not be asked; the plan goes on with the next.
static int cannot(struct chat_state *chat, enum gateway_error code, const char *why) {
    chat->failure_code = code;
    span_copy_z(chat->failure, sizeof chat->failure, why);
    return -1;
}

// The upstream's bytes: what the caller sent, with what this upstream needs changed.
static int build(struct request *r, const struct chat_view *view, enum protocol protocol, const struct chat_shape *shape) {
    struct chat_state *chat = &r->chat;
    struct chat_fault fault; // its text has half a kilobyte, and is mostly not needed
    fault.param = NULL;
    fault.why.text[0] = 0;
    buf_free(&chat->sent);
    // translation and broken-up control tokens add some; the caller's own size is bounded already
    buf_init(&chat->sent, r->body.len * 4 + MAX_GROWTH);
    int status = protocol == PROTOCOL_ANTHROPIC ? chat_request_anthropic(view, shape, &chat->sent, &fault)
                                                : chat_request_openai(view, shape, &chat->sent);
    if (status == 0) return 0;
    chat->failure_param = fault.param;
    return cannot(chat, fault.why.text[0] ? GATEWAY_INVALID_FIELD : GATEWAY_INTERNAL,
                  fault.why.text[0] ? fault.why.text : "The request could not be rewritten for the upstream.");
}

static int send_to(struct request *r, const struct upstream_target *target, enum protocol protocol,
                   const struct clearance *clearance) {
    struct chat_state *chat = &r->chat;
    struct upstream_request out = {
        .number = r->number,
        .clearance = clearance,
        .path = protocol == PROTOCOL_ANTHROPIC ? SPAN("/messages") : SPAN("/chat/completions"),
        .body = buf_span(&chat->sent),
    };
    r->row.attempts++;
    chat->sent_noted = false;
    chat->sent_ns = clock_now_ns();
    if (r->row.attempts == 1) r->row.overhead_us = (int64_t)((chat->sent_ns - r->ready_ns) / 1000);
    chat->call = upstream_start(r->worker->upstreams, target, &out, &RELAY_EVENTS, r);
    if (chat->call) return 0;
    log_event(LOG_ERROR, "upstream.forbidden", LOG_S("id", r->row.id), LOG_S("upstream", target->name));
    return cannot(chat, GATEWAY_INTERNAL, "The upstream may not be asked.");
}

static int ask_local(struct request *r, const struct chat_view *view, bool verified) {
    struct chat_state *chat = &r->chat;
    struct local *local = r->worker->server->local;
    const struct local_server *server = local ? local_server(local) : NULL;
    if (!server) return cannot(chat, chat->verdict.sensitive ? GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE : GATEWAY_LOCAL_NOT_READY, "");
    if (!local_enter(local)) return cannot(chat, GATEWAY_LOCAL_BUSY, "");
    chat->entered_local = true;
    struct chat_shape shape = {
        .model = span_from(server->model),
        .stream = chat->asked_stream = view->stream || server->always_stream,
        .ask_usage = true,
        .ask_logprobs = verified && r->chat.need.checks >> CHECK_CONFIDENCE & 1 && !view->wants_logprobs,
        .control_tokens = (const char *const *)server->control_tokens,
        .control_token_count = server->control_token_count,
        .control_begins = server->control_begins,
    };
    span_copy_z(r->row.upstream, sizeof r->row.upstream, "local");
    span_copy_z(chat->model, sizeof chat->model, server->model);
    if (build(r, view, PROTOCOL_OPENAI, &shape) != 0) return -1;
    if (verified) verify_begin(r, view);
    const struct upstream_target *target = worker_local_target(r->worker, server);
    if (!target) return cannot(chat, GATEWAY_LOCAL_NOT_READY, "");
    chat->zone = (uint8_t)target->zone;
    struct clearance clearance;
    if (target->zone != ZONE_LOCAL && !gate_clear(&chat->verdict, r->number, target->zone, &clearance))
        return cannot(chat, GATEWAY_LOCAL_UNTRUSTED_SENSITIVE, "");
    return send_to(r, target, PROTOCOL_OPENAI, target->zone == ZONE_LOCAL ? NULL : &clearance);
}

// The model to ask a frontier for: the one that the caller named when it is his, else its first.
static const char *frontier_model(const struct config_frontier *f, struct span asked) {
    for (size_t i = 0; i < f->model_count; i++)
        if (span_is_z(asked, f->models[i])) return f->models[i];
    return f->models[0];
}

static int send_to_frontier(struct request *r, const struct chat_view *view, const struct clearance *clearance,
                            const struct snapshot_frontier *f) {
    struct chat_state *chat = &r->chat;
    chat->zone = (uint8_t)f->config->zone;
    span_copy_z(chat->model, sizeof chat->model, frontier_model(f->config, view->model));
    span_copy_z(r->row.upstream, sizeof r->row.upstream, f->config->name);
    struct chat_shape shape = {
        .model = span_from(chat->model),
        .stream = chat->asked_stream = view->stream,
        .ask_usage = true,
        .max_tokens_default = ANTHROPIC_DEFAULT_MAX_TOKENS,
    };
    if (build(r, view, f->config->protocol, &shape) != 0) return -1;
    return send_to(r, &f->target, f->config->protocol, clearance);
}

// What goes out is built from what the gate has just looked at, and from nothing else.
static int send_masked(struct request *r, const struct snapshot_frontier *f) {
    struct chat_state *chat = &r->chat;
    struct worker *w = r->worker;
    // the worker's scratch belongs to its snapshot, which may be a newer one
    struct gate_scratch *own = chat->snapshot == w->snapshot ? NULL : gate_scratch_new(chat->snapshot->gate);
    struct masked_request masked = {0};
    struct clearance clearance;
    int status = cannot(chat, GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE, "");
    if (chat->mask && masked_clear(chat->snapshot, own ? own : w->scratch, chat->mask, &chat->verdict, r->number,
                                   f->config->zone, &w->arena, &masked, &clearance)) {
        chat->now_masked = true;
        status = send_to_frontier(r, &masked.view, &clearance, f);
        if (status == 0) masked_note(&r->row, mask_count(chat->mask));
    }
    masked_release(&masked);
    gate_scratch_free(own);
    return status;
}

static int ask_frontier(struct request *r, const struct chat_view *view, const struct candidate *c) {
    struct chat_state *chat = &r->chat;
    chat->now_frontier = chat->snapshot->usable[c->frontier];
    const struct snapshot_frontier *f = &chat->snapshot->frontiers[chat->now_frontier];
    struct clearance clearance;
    if (!live_spend(r)) return cannot(chat, GATEWAY_BUDGET_SPENT, "");
    if (c->masked) return send_masked(r, f);
    if (!gate_clear(&chat->verdict, r->number, f->config->zone, &clearance))
        return cannot(chat, GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE, "");
    return send_to_frontier(r, view, &clearance, f);
}

static void note_candidate(struct request *r, const struct candidate *c) {
    struct ledger_row *row = &r->row;
    r->chat.now_local = c->local;
    r->chat.now_masked = false;
    if (r->chat.next_candidate == 1) return; // the first is as planned
    span_copy_z(row->route, sizeof row->route, route_name(c->local ? ROUTE_LOCAL : ROUTE_FRONTIER));
    bool escalated = r->chat.escalated, after_local = r->chat.plan.candidates[0].local && !escalated;
    const char *failed = after_local ? "local-failed" : "frontier-failed";
    span_copy_z(row->reason, sizeof row->reason, reason_code(escalated ? REASON_ESCALATED : c->reason));
    // the first frontier after a check is no second choice
    span_copy_z(row->degraded, sizeof row->degraded, escalated && r->chat.next_candidate == 2 ? "" : failed);
}

static int start(struct request *r, const struct chat_view *view) {
    const struct candidate *c = &r->chat.plan.candidates[r->chat.next_candidate++];
    note_candidate(r, c);
    return c->local ? ask_local(r, view, c->verify) : ask_frontier(r, view, c);
}

static bool has_next(const struct chat_state *chat) {
    return chat->next_candidate < chat->plan.count &&
           (chat->escalated || !chat->plan.candidates[chat->next_candidate].only_escalated);
}

// Nobody is left to be asked.
static void give_up(struct request *r, enum gateway_error code, const char *param) {
    if (!verify_answer_kept(r)) respond_error(r, code, param, r->chat.failure);
}

void attempt_next(struct request *r, const struct chat_view *view) {
    struct chat_view again;
    struct worker *w = r->worker;
    if (!view && has_next(&r->chat)) {
        if (chat_parse(r, &again) != 0) return; // it was readable before: only memory can fail, and is answered
        view = &again;
    }
    while (has_next(&r->chat)) {
        if (start(r, view) == 0) {
            if (view == &again) arena_reset(&w->arena);
            return;
        }
        attempt_release(r);
    }
    give_up(r, r->chat.failure_code, r->chat.failure_param);
    if (view == &again) arena_reset(&w->arena);
}

void attempt_release(struct request *r) {
    struct chat_state *chat = &r->chat;
    if (chat->call) {
        if (!chat->sent_noted) r->row.bytes_out[chat->zone] += (int64_t)upstream_sent(chat->call);
        upstream_cancel(chat->call);
    }
    chat->call = NULL;
    if (chat->entered_local) local_leave(r->worker->server->local);
    chat->entered_local = false;
    answer_free(chat->answer);
    chat->answer = NULL;
    restore_free(chat->restore);
    chat->restore = NULL;
    hold_free(chat->hold);
    chat->hold = NULL;
    buf_free(&chat->sent);
    buf_free(&chat->body);
}

void attempt_failed(struct request *r, enum gateway_error code, int status, const char *why, bool may_fall_back) {
    struct chat_state *chat = &r->chat;
    meter_attempt_failed(r->worker->server->meter, r->worker->index, r->row.upstream, status);
    // `why` may hold words of the upstream, which may repeat the prompt: it goes to the caller, not to the log
    log_event(LOG_WARN, "upstream.failed", LOG_S("id", r->row.id), LOG_S("upstream", r->row.upstream),
              LOG_S("code", gateway_error_info(code)->code), LOG_I("status", status), LOG_B("committed", chat->committed));
    chat->failure_code = code;
    chat->failure_param = NULL;
    span_copy_z(chat->failure, sizeof chat->failure, why);
    chat->upstream_status = status;
    if (status == 429) r->row.throttles++;
    if (chat->now_local && r->worker->server->local && (code != GATEWAY_UPSTREAM_REJECTED || status >= 500))
        local_suspect(r->worker->server->local);
    attempt_release(r);
    if (may_fall_back && has_next(chat)) {
        r->row.retries++;
        attempt_next(r, NULL);
    } else {
        give_up(r, code, NULL);
    }
}

struct patience {
    int64_t first_ms; // to the first content; an answer in one piece has it at its end
    int64_t whole_ms; // to the end; 0 = no limit
};

static struct patience patience_of(const struct chat_state *chat) {
    const struct config *config = chat->snapshot->config;
    const struct config_frontier *f = chat->now_local ? NULL : chat->snapshot->frontiers[chat->now_frontier].config;
    int64_t whole = f ? f->timeout_ms : config->local.timeout_ms;
    int64_t first = f ? f->first_byte_timeout_ms : config->local.first_byte_timeout_ms;
    return (struct patience){chat->asked_stream ? first : whole, whole};
}

void request_watch(struct request *r, uint64_t now_ns) {
    struct chat_state *chat = &r->chat;
    if (!chat->call) return;
    int64_t waited_ms = (int64_t)((now_ns - chat->sent_ns) / 1000000);
    struct patience patience = patience_of(chat);
    bool silent = !chat->answer || answer_meter(chat->answer)->state == ANSWER_WAITING;
    if (silent && patience.first_ms > 0 && waited_ms > patience.first_ms)
        attempt_failed(r, GATEWAY_UPSTREAM_TIMEOUT, 0, "it sent nothing in time (first_byte_timeout, timeout).", true);
    else if (patience.whole_ms > 0 && waited_ms > patience.whole_ms) relay_timed_out(r);
    else if (chat->hold) verify_watch(r, now_ns);
}
