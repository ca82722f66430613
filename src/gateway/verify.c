// Verify, then escalate: a local answer is checked before the caller sees a byte of it.
//
//   passes                                   it is sent
//   fails, and a frontier may be asked       the next candidate is; the local answer is kept until that one answers
//   fails, and nobody else may be asked      it is sent, marked: x-sluice-degraded: verify-failed-CHECK
//   nobody else could answer                 what was kept is sent, marked; without it, the error
//
// A stream of text is released after routing.verify.hold_tokens, and what is found later is recorded only. JSON is held
// to its end.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/outcome.h"
#include "gateway/request.h"
#include "gateway/server.h"

// A local answer that failed, whole.
struct kept {
    enum verify_check failed;
    struct answer *answer; // its meter has the usage
    struct buf bytes;      // the body, or the events
    char model[64];
};

void verify_forget(struct request *r) {
    struct kept *k = r->chat.kept;
    hold_free(r->chat.hold);
    r->chat.hold = NULL;
    r->chat.kept = NULL;
    if (!k) return;
    answer_free(k->answer);
    buf_free(&k->bytes);
    free(k);
}

static struct json_limits limits_of(const struct request *r) {
    const struct config *config = r->chat.snapshot->config;
    return (struct json_limits){.max_depth = (uint32_t)config->limits.json_depth,
                                .max_nodes = (uint32_t)config->limits.json_values};
}

void verify_begin(struct request *r, const struct chat_view *view) {
    struct chat_state *chat = &r->chat;
    const struct config *config = chat->snapshot->config;
    struct json_limits limits = limits_of(r);
    hold_free(chat->hold);
    chat->hold = hold_new(&chat->need, &limits, chat->streams ? (size_t)config->limits.held_bytes : 0,
                          (size_t)config->limits.answer_bytes);
    chat->hold->max_tokens = view->max_tokens;
    chat->hold->strip = !view->wants_logprobs;
    chat->hold->look_at = (uint32_t)config->routing.verify.hold_tokens;
}

// ---------------------------------------------------------------- judging

// The request again, while its body is there: in the worker's document and arena.
static bool read_request(struct request *r, struct chat_view *view) {
    struct worker *w = r->worker;
    struct json_limits limits = limits_of(r);
    struct chat_fault fault;
    size_t at;
    return !r->chat.committed && json_parse(&w->doc, buf_span(&r->body), &limits, &at) == JSON_OK &&
           chat_view_openai(view, &w->doc, (uint32_t)r->chat.snapshot->config->limits.messages, &w->arena, &fault) == 0;
}

// How sure the model was of what is there, and of what it had to be: from that and the outcome lines are learned.
static void note_confidence(struct request *r, const struct verify_report *report) {
    if (!report->confidence.tokens) return;
    r->row.logprob_mean = (float)report->confidence.mean;
    r->row.logprob_least = (float)report->confidence.least;
    verify_line_text(&r->chat.need.line, r->row.line);
}

static void judge(struct request *r, bool partial, struct verify_report *report) {
    struct chat_state *chat = &r->chat;
    const struct hold *h = chat->hold;
    struct chat_view view;
    struct buf body;
    struct verify_input in = {.view = read_request(r, &view) ? &view : NULL,
                              .config = chat->snapshot->config,
                              .need = h->need,
                              .max_tokens = h->max_tokens,
                              .partial = partial};
    *report = (struct verify_report){.failed = CHECK_COUNT};
    buf_init(&body, (size_t)chat->snapshot->config->limits.answer_bytes * 2);
    if (!h->seen) verify_answer(&in, buf_span(&chat->body), &r->worker->arena, report);
    else if (hold_write(h, &body)) verify_answer(&in, buf_span(&body), &r->worker->arena, report);
    buf_free(&body);
    arena_reset(&r->worker->arena);
    note_confidence(r, report);
}

static void count(struct request *r, const struct verify_report *report) {
    for (enum verify_check c = 0; c < CHECK_COUNT; c++) {
        if (!(r->chat.need.checks >> c & 1)) continue;
        meter_verification(r->worker->server->meter, r->worker->index, verify_check_name(c),
                           verify_result_name((enum verify_result)report->results[c]));
        if (report->failed == c) break; // what comes after was not looked at
    }
}

static void note(struct request *r, const char *word) {
    span_copy_z(r->row.verify, sizeof r->row.verify, word);
}

static void mark(struct request *r, enum verify_check failed) {
    snprintf(r->row.degraded, sizeof r->row.degraded, "verify-failed-%s", verify_check_name(failed));
}

static void log_failed(const struct request *r, enum verify_check failed, const char *then) {
    log_event(LOG_INFO, "answer.doubted", LOG_S("id", r->row.id), LOG_S("check", verify_check_name(failed)),
              LOG_S("then", then));
}

// ---------------------------------------------------------------- escalating

static bool may_escalate(const struct chat_state *chat) {
    return !chat->verdict.sensitive && chat->next_candidate < chat->plan.count &&
           !chat->plan.candidates[chat->next_candidate].local;
}

// What the attempt used: it is paid for, in time and power, and the row is to say so.
static void note_unused(struct request *r) {
    const struct answer_meter *m = answer_meter(r->chat.answer);
    r->row.unused_input_tokens += m->usage.input >= 0 ? m->usage.input : (int64_t)r->chat.estimated_input;
    r->row.unused_output_tokens += m->usage.output >= 0 ? m->usage.output : (int64_t)m->events;
}

static void keep(struct request *r, enum verify_check failed) {
    struct chat_state *chat = &r->chat;
    struct kept *k = mem_new(sizeof *k);
    struct buf *whole = chat->streams ? &chat->hold->events : &chat->body;
    k->failed = failed;
    span_copy_z(k->model, sizeof k->model, chat->model);
    buf_init(&k->bytes, whole->max);
    if (chat->streams || !hold_strip(chat->hold, &r->worker->doc, buf_span(whole), &k->bytes)) {
        k->bytes = *whole;
        buf_init(whole, whole->max);
    }
    k->answer = chat->answer;
    chat->answer = NULL;
    chat->kept = k;
}

// Asks the next candidate; the request may be gone afterwards.
static void escalate(struct request *r, enum verify_check failed, bool whole) {
    log_failed(r, failed, "escalated");
    meter_escalation(r->worker->server->meter, r->worker->index, verify_check_name(failed));
    outcome_add(r, OUTCOME_ESCALATION, true, OUTCOME_BAD, NAN);
    note_unused(r);
    if (whole) keep(r, failed);
    r->chat.escalated = true;
    buf_reset(&r->worker->out);
    attempt_release(r);
    attempt_next(r, NULL);
}

// False when a frontier is asked instead.
static bool fails(struct request *r, enum verify_check failed, bool whole) {
    note(r, verify_check_name(failed));
    if (may_escalate(&r->chat)) {
        escalate(r, failed, whole);
        return false;
    }
    log_failed(r, failed, "marked");
    outcome_add(r, OUTCOME_VALIDATOR, true, OUTCOME_BAD, NAN);
    mark(r, failed);
    return true;
}

bool verify_answer_kept(struct request *r) {
    struct chat_state *chat = &r->chat;
    struct kept *k = chat->kept;
    struct buf *out = &r->worker->out;
    if (!k) return false;
    chat->kept = NULL;
    chat->now_local = true;
    chat->now_masked = false;
    chat->answer = k->answer;
    span_copy_z(chat->model, sizeof chat->model, k->model);
    span_copy_z(r->row.upstream, sizeof r->row.upstream, "local");
    span_copy_z(r->row.route, sizeof r->row.route, route_name(ROUTE_LOCAL));
    span_copy_z(r->row.reason, sizeof r->row.reason, reason_code(chat->plan.reason));
    mark(r, k->failed);
    r->row.unused_input_tokens = r->row.unused_output_tokens = 0; // they are used after all
    log_failed(r, k->failed, "kept");
    if (chat->streams) {
        buf_reset(out);
        relay_begin_piece(out);
        buf_add_span(out, buf_span(&k->bytes));
        buf_free(&k->bytes);
    } else {
        chat->body = k->bytes;
    }
    free(k);
    relay_finish(r);
    return true;
}

// ---------------------------------------------------------------- streams

static void release(struct request *r, struct buf *out) {
    struct hold *h = r->chat.hold;
    hold_release(h, out);
    // the request goes with the first byte; what compares with it is over
    h->need.checks &= ~(1u << CHECK_REFUSING);
}

// It waited long enough, or is too much to wait. A text is let go when nothing speaks against it so far. False when a
// frontier is asked instead.
static bool overdue(struct request *r, struct buf *out) {
    struct hold *h = r->chat.hold;
    struct verify_report report = {.failed = CHECK_LATE};
    bool whole = h->need.whole || h->calls;
    if (!whole) judge(r, true, &report);
    if (report.failed == CHECK_COUNT) {
        log_failed(r, CHECK_LATE, "released");
        note(r, verify_check_name(CHECK_LATE));
    } else {
        if (!whole) count(r, &report);
        if (!fails(r, report.failed, false)) return false;
    }
    meter_verification(r->worker->server->meter, r->worker->index, verify_check_name(CHECK_LATE),
                       verify_result_name(VERIFY_FAILED));
    release(r, out);
    return true;
}

void verify_look(struct request *r, struct buf *out) {
    struct hold *h = r->chat.hold;
    struct verify_report report;
    uint32_t events = answer_meter(r->chat.answer)->events;
    if (!h->seen || h->released) return;
    if (events && !h->since_ns) h->since_ns = clock_now_ns();
    if (hold_is_full(h)) {
        overdue(r, out);
        return;
    }
    if (h->need.whole || h->calls || events < h->look_at) return;
    judge(r, true, &report);
    if (report.failed != CHECK_COUNT) {
        count(r, &report);
        if (fails(r, report.failed, false)) release(r, out);
    } else if (report.results[CHECK_EMPTY] == VERIFY_SKIPPED) { // nothing but reasoning so far
        h->look_at = events + (uint32_t)r->chat.snapshot->config->routing.verify.hold_tokens;
    } else {
        release(r, out);
    }
}

void verify_watch(struct request *r, uint64_t now_ns) {
    const struct hold *h = r->chat.hold;
    uint64_t most_ns = (uint64_t)r->chat.snapshot->config->routing.verify.max_hold_ms * 1000000;
    struct buf *out = &r->worker->out;
    if (!h->seen || h->released || !h->since_ns || now_ns < h->since_ns + most_ns) return;
    buf_reset(out);
    relay_begin_piece(out);
    if (overdue(r, out)) relay_flush(r);
}

// ---------------------------------------------------------------- the end

// It was released before: what is found now is recorded, and the caller's stream ends as it is.
static void record(struct request *r, const struct verify_report *report) {
    if (report->failed == CHECK_COUNT) {
        if (!r->row.verify[0]) note(r, "passed");
        return;
    }
    bool marked = r->row.degraded[0] != 0; // the outcome was told then
    log_failed(r, report->failed, "recorded");
    note(r, verify_check_name(report->failed));
    if (!marked) outcome_add(r, OUTCOME_VALIDATOR, true, OUTCOME_BAD, NAN);
}

static void strip_body(struct request *r) {
    struct buf plain;
    buf_init(&plain, r->chat.body.max);
    if (hold_strip(r->chat.hold, &r->worker->doc, buf_span(&r->chat.body), &plain)) {
        buf_free(&r->chat.body);
        r->chat.body = plain;
    } else {
        buf_free(&plain);
    }
}

bool verify_end(struct request *r, struct buf *out) {
    struct hold *h = r->chat.hold;
    struct verify_report report;
    bool released = h->released;
    judge(r, false, &report);
    count(r, &report);
    if (released) {
        record(r, &report);
    } else if (report.failed != CHECK_COUNT) {
        if (!fails(r, report.failed, true)) return false;
    } else {
        note(r, "passed");
    }
    if (!h->seen) strip_body(r);
    else if (!released) hold_release(h, out);
    return true;
}
