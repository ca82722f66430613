// What the upstream sends becomes what the caller gets.
//
// Until the answer is committed (the caller has got its head) every failure falls back without a trace for
// the caller. A caller who does not stream gets his answer whole or not at all. A stream is committed with
// its first content, and if it breaks later it ends in an error event, without [DONE] and without the
// closing chunk, so that nothing takes it for complete.
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/request.h"
#include "gateway/server.h"

static enum protocol protocol_of(const struct request *r) {
    return r->chat.now_local ? PROTOCOL_OPENAI : r->chat.snapshot->frontiers[r->chat.now_frontier].config->protocol;
}

static void on_sent(void *ctx, size_t bytes) {
    struct request *r = ctx;
    r->chat.sent_noted = true;
    r->row.bytes_out[r->chat.zone] += (int64_t)bytes;
}

static void on_head(void *ctx, const struct upstream_head *head) {
    struct request *r = ctx;
    struct chat_state *chat = &r->chat;
    const struct config *config = chat->snapshot->config;
    buf_free(&chat->sent);
    chat->upstream_status = head->status;
    chat->retry_after_ms = head->retry_after_ms;
    bool good = head->status >= 200 && head->status < 300;
    buf_init(&chat->body, good ? (size_t)config->limits.answer_bytes : REQUEST_ERROR_BODY_BYTES);
    if (!good) return;
    // room at once for an answer of known length, so that it is not moved while it grows
    if (!chat->streams && head->content_length > 0 && head->content_length <= READ_BUFFER_BYTES &&
        !buf_reserve(&chat->body, (size_t)head->content_length))
        return;
    struct answer_spec spec = {
        .protocol = protocol_of(r),
        .upstream_streams = head->event_stream,
        .caller_streams = chat->streams,
        .caller_wants_usage = chat->wants_usage,
        .id = r->row.id,
        .model = span_from(chat->model),
        .created = r->row.started_us / 1000000,
        .max_body_bytes = (size_t)config->limits.answer_bytes,
        .max_event_bytes = (size_t)config->limits.event_bytes,
        .json = {.max_depth = (uint32_t)config->limits.json_depth, .max_nodes = (uint32_t)config->limits.json_values},
    };
    chat->answer = answer_new(&spec);
    if (chat->now_masked) chat->restore = restore_new(chat->mask, &spec.json);
}

// A piece of a stream begins with room for the size of its chunk.
void relay_begin_piece(struct buf *out) {
    static const char ROOM[CHUNK_ROOM];
    buf_add(out, ROOM, CHUNK_ROOM);
}

// The first content is here: nothing can be undone from now on, and nothing is kept for another attempt.
static void commit(struct request *r) {
    struct chat_state *chat = &r->chat;
    chat->committed = true;
    SPAN_COPY_SAME(r->row.model, chat->model);
    chat->committed_ns = clock_now_ns();
    r->row.ttft_us = (int64_t)((chat->committed_ns - r->started_ns) / 1000);
    buf_free(&r->body);
    if (chat->mask) mask_drop_body(chat->mask);
}

// Sends what the reader has written so far.
void relay_flush(struct request *r) {
    struct buf *out = &r->worker->out;
    if (out->len <= CHUNK_ROOM) {
        buf_reset(out);
        return;
    }
    if (!r->chat.committed) {
        commit(r);
        respond_chat_head(r, -1);
    }
    respond_chunk(r, out);
    buf_reset(out);
}

static enum gateway_error failure_code(int status) {
    return status == 408 || status == 504 ? GATEWAY_UPSTREAM_TIMEOUT : GATEWAY_UPSTREAM_FAILED;
}

// A stream that the caller is already reading has broken.
static void end_broken(struct request *r, const char *outcome, enum gateway_error code, const char *why) {
    struct buf *out = &r->worker->out;
    const struct gateway_error_info *info = gateway_error_info(code);
    char message[512];
    buf_reset(out);
    relay_begin_piece(out);
    snprintf(message, sizeof message, "%s %s", info->message, why);
    if (r->chat.restore) restore_flush(r->chat.restore, out);
    answer_error_event(out, info->type, info->code, message);
    respond_chunk(r, out);
    buf_reset(out);
    span_copy_z(r->row.error_code, sizeof r->row.error_code, info->code);
    meter_attempt_failed(r->worker->server->meter, r->worker->index, r->row.upstream, 0);
    log_event(LOG_WARN, "stream.broken", LOG_S("id", r->row.id), LOG_S("upstream", r->row.upstream), LOG_S("outcome", outcome));
    r->conn->keep_alive = false;
    request_finish(r, outcome);
}

// The reader gave up, or the upstream said so in its body.
static void fail_answer(struct request *r) {
    const struct answer_meter *m = answer_meter(r->chat.answer);
    int status = m->upstream_status;
    const char *why = m->upstream_error.text[0] ? m->upstream_error.text : "its answer could not be understood.";
    if (r->chat.committed) end_broken(r, "cut", GATEWAY_UPSTREAM_FAILED, why);
    else if (status >= 400 && status < 500 && status != 429)
        attempt_failed(r, GATEWAY_UPSTREAM_REJECTED, status, why, r->chat.now_local);
    else attempt_failed(r, failure_code(status), status, why, true);
}

// What the reader writes of this piece, or of the end (`end`), with placeholders restored where the stream is masked,
// and held back where it is checked (a local answer is not masked).
static int read_answer(struct request *r, struct span bytes, bool end, struct buf *out) {
    struct chat_state *chat = &r->chat;
    bool held = chat->hold && chat->hold->seen;
    struct buf *to = (chat->restore && chat->streams) || held ? &r->worker->masked : out;
    int status = end ? answer_end(chat->answer, to) : answer_feed(chat->answer, bytes, to);
    if (to == out) return status;
    struct span events = buf_span(to);
    if ((held ? hold_events(chat->hold, &r->worker->doc, events, out)
              : restore_events(chat->restore, &r->worker->doc, events, out)) != 0 ||
        to->full)
        status = -1;
    buf_reset(to);
    return status;
}

// A masked answer that is whole: the values take the place of their placeholders.
static int restore_whole(struct request *r) {
    struct chat_state *chat = &r->chat;
    const struct config *config = chat->snapshot->config;
    struct json_limits limits = {.max_depth = (uint32_t)config->limits.json_depth,
                                 .max_nodes = (uint32_t)config->limits.json_values};
    struct buf masked = chat->body;
    buf_init(&chat->body, masked.max);
    int status = restore_body(chat->mask, &limits, &r->worker->doc, buf_span(&masked), &chat->body);
    buf_free(&masked);
    return status;
}

static void on_body(void *ctx, struct span bytes) {
    struct request *r = ctx;
    struct chat_state *chat = &r->chat;
    if (!chat->answer) { // an error's body: as much of it as is needed for its message
        if (chat->body.len + bytes.len <= chat->body.max) buf_add_span(&chat->body, bytes);
        return;
    }
    struct buf *out = chat->streams ? &r->worker->out : &chat->body;
    if (chat->streams && out->len == 0) relay_begin_piece(out);
    int status = read_answer(r, bytes, false, out);
    if (status == 0 && !out->full) {
        if (chat->hold) verify_look(r, out);
        return;
    }
    if (chat->streams) relay_flush(r);
    fail_answer(r);
}

static void on_flush(void *ctx) {
    struct request *r = ctx;
    if (r->chat.streams && r->chat.answer) relay_flush(r);
}

// Which statuses mean that another model might do better with the same request.
static bool another_may_do(const struct request *r, int status) {
    if (status == 401 || status == 403 || status == 408 || status == 409 || status == 429 || status >= 500) return true;
    if (status == 404) return true; // that upstream does not have the model
    return r->chat.now_local;       // too long for the local context, or beyond what it can do
}

static void fail_status(struct request *r, int status) {
    struct err message = {""};
    answer_error_text(buf_span(&r->chat.body), protocol_of(r), &message);
    if (!message.text[0]) snprintf(message.text, sizeof message.text, "it answered with status %d.", status);
    bool upstream_fault = status == 401 || status == 403 || status >= 500;
    enum gateway_error code = upstream_fault ? failure_code(status) : GATEWAY_UPSTREAM_REJECTED;
    attempt_failed(r, code, status, message.text, another_may_do(r, status));
}

static void finish_whole(struct request *r) {
    struct worker *w = r->worker;
    commit(r);
    respond_chat_head(r, (int64_t)r->chat.body.len);
    buf_add_span(&w->head, buf_span(&r->chat.body));
    conn_write(r->conn, buf_span(&w->head));
    buf_reset(&w->head);
    request_finish(r, "ok");
}

static void finish_stream(struct request *r) {
    relay_flush(r);
    if (!r->chat.committed) { // a stream without any content is an answer too
        commit(r);
        respond_chat_head(r, -1);
        conn_write(r->conn, buf_span(&r->worker->head));
        buf_reset(&r->worker->head);
    }
    respond_last_chunk(r);
    request_finish(r, "ok");
}

void relay_finish(struct request *r) {
    if (r->chat.streams) finish_stream(r);
    else finish_whole(r);
}

static void complete(struct request *r) {
    struct chat_state *chat = &r->chat;
    struct buf *out = chat->streams ? &r->worker->out : &chat->body;
    if (chat->streams && out->len == 0) relay_begin_piece(out);
    bool whole = read_answer(r, SPAN_NONE, true, out) == 0 && !out->full;
    if (whole && chat->restore && !chat->streams) whole = restore_whole(r) == 0;
    if (whole) {
        if (!chat->hold || verify_end(r, out)) relay_finish(r);
        return;
    }
    if (chat->streams) relay_flush(r);
    fail_answer(r);
}

static const struct {
    enum gateway_error code;
    const char *why;
} ENDS[] = {
    [UPSTREAM_COMPLETE] = {GATEWAY_UPSTREAM_FAILED, "it ended too early."},
    [UPSTREAM_CUT] = {GATEWAY_UPSTREAM_FAILED, "the connection broke before the answer was complete."},
    [UPSTREAM_REFUSED] = {GATEWAY_UPSTREAM_FAILED, "no connection could be made."},
    [UPSTREAM_TIMEOUT] = {GATEWAY_UPSTREAM_TIMEOUT, "it was silent for too long."},
    [UPSTREAM_BAD] = {GATEWAY_UPSTREAM_FAILED, "it does not speak HTTP as expected."},
    [UPSTREAM_FORBIDDEN] = {GATEWAY_INTERNAL, "it may not be asked."},
};

// A local server that takes no connection is the same as one that is not ready.
static enum gateway_error end_code(const struct chat_state *chat, enum upstream_end end) {
    if (end != UPSTREAM_REFUSED || !chat->now_local) return ENDS[end].code;
    return chat->verdict.sensitive ? GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE : GATEWAY_LOCAL_NOT_READY;
}

static void on_end(void *ctx, enum upstream_end end, const char *why) {
    struct request *r = ctx;
    struct chat_state *chat = &r->chat;
    chat->call = NULL; // it is gone
    if (why && *why) log_event(LOG_DEBUG, "upstream.end", LOG_S("id", r->row.id), LOG_S("end", upstream_end_name(end)), LOG_S("why", why));
    if (end == UPSTREAM_COMPLETE && chat->answer) {
        complete(r);
    } else if (end == UPSTREAM_COMPLETE && chat->upstream_status) {
        fail_status(r, chat->upstream_status);
    } else if (chat->committed) {
        relay_flush(r);
        end_broken(r, "cut", ENDS[end].code, ENDS[end].why);
    } else {
        buf_reset(&r->worker->out);
        enum gateway_error code = end_code(chat, end);
        attempt_failed(r, code, 0, code == ENDS[end].code ? ENDS[end].why : "", true);
    }
}

void relay_timed_out(struct request *r) {
    static const char WHY[] = "the whole answer took longer than its timeout.";
    if (r->chat.committed) end_broken(r, "cut", GATEWAY_UPSTREAM_TIMEOUT, WHY);
    else attempt_failed(r, GATEWAY_UPSTREAM_TIMEOUT, 0, WHY, true);
}

const struct upstream_events RELAY_EVENTS = {
    .on_head = on_head,
    .on_body = on_body,
    .on_flush = on_flush,
    .on_end = on_end,
    .on_sent = on_sent,
};

void request_caller_stalled(struct request *r) {
    if (r->chat.call) upstream_pause(r->chat.call);
}

void request_caller_drained(struct request *r) {
    if (r->chat.call) upstream_resume(r->chat.call);
}
