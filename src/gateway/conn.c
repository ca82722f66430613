#include "gateway/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/request.h"
#include "gateway/server.h"
#include "wire/loopback.h"

enum { MAX_EARLY_BYTES = 64 * 1024, LINGER_MS = 2000 };

struct pending_write {
    uv_write_t write;
    struct conn *conn;
    size_t len;
    char bytes[];
};

static const struct config *limits_of(const struct conn *c) {
    return c->worker->snapshot->config;
}

static void set_phase(struct conn *c, enum conn_phase phase, int64_t timeout_ms) {
    c->phase = (uint8_t)phase;
    c->deadline_ms = timeout_ms > 0 ? uv_now(&c->worker->loop) + (uint64_t)timeout_ms : 0;
}

// ---------------------------------------------------------------- parsing

static struct conn *conn_of(llhttp_t *parser) {
    return parser->data;
}

static struct head_size head_limits(const struct conn *c) {
    const struct config *config = limits_of(c);
    return (struct head_size){(uint32_t)config->limits.header_bytes, (uint32_t)config->limits.headers};
}

static int on_message_begin(llhttp_t *parser) {
    struct conn *c = conn_of(parser);
    c->left = head_limits(c);
    c->in_field_name = false;
    c->request = request_new(c);
    c->request->head = request_head_new();
    set_phase(c, CONN_HEAD, limits_of(c)->limits.header_timeout_ms);
    return 0;
}

static __attribute__((noinline, cold)) int refuse_head(struct conn *c) {
    respond_error(c->request, GATEWAY_HEADERS_TOO_LARGE, NULL, "");
    return HPE_USER;
}

// Counts head bytes; over the limit the request is refused and parsing ends.
static inline int count_head(struct conn *c, size_t n) {
    if (n > c->left.bytes) return refuse_head(c);
    c->left.bytes -= (uint32_t)n;
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t n) {
    struct conn *c = conn_of(parser);
    request_add_path(c->request, span_make(at, n));
    return count_head(c, n);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t n) {
    struct conn *c = conn_of(parser);
    bool first = !c->in_field_name;
    request_add_header_name(c->request, span_make(at, n), first);
    c->in_field_name = true;
    if (first && c->left.fields-- == 0) return refuse_head(c);
    return count_head(c, n);
}

static int on_header_field_complete(llhttp_t *parser) {
    conn_of(parser)->in_field_name = false;
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t n) {
    struct conn *c = conn_of(parser);
    request_add_header_value(c->request, span_make(at, n));
    return count_head(c, n);
}

// The head is read, or known. False when the request was refused.
static bool head_complete(struct conn *c) {
    c->keep_alive = llhttp_should_keep_alive(&c->parser) != 0;
    c->request->method = c->parser.method;
    if (!request_head_complete(c->request)) return false;
    set_phase(c, CONN_BODY, limits_of(c)->limits.body_timeout_ms);
    return true;
}

static int on_headers_complete(llhttp_t *parser) {
    struct conn *c = conn_of(parser);
    request_head_route(c->request->head);
    return head_complete(c) ? HPE_PAUSED : HPE_USER; // paused: it tells where the head ends
}

static int on_body(llhttp_t *parser, const char *at, size_t n) {
    struct conn *c = conn_of(parser);
    buf_add(&c->request->body, at, n);
    if (!c->request->body.full) return 0;
    respond_error(c->request, GATEWAY_BODY_TOO_LARGE, NULL, "");
    return HPE_USER;
}

static int on_message_complete(llhttp_t *parser) {
    set_phase(conn_of(parser), CONN_BUSY, 0);
    return HPE_PAUSED; // nothing of a next request is parsed before this one is answered
}

static const llhttp_settings_t SETTINGS = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static void keep_early(struct conn *c, const char *at, size_t n) {
    buf_add(&c->early, at, n);
    // Somebody who sends a whole buffer ahead is not talking to us: no more is read until we answered.
    if (c->early.full) uv_read_stop((uv_stream_t *)&c->tcp);
}

// A head or body that is not HTTP: the error is answered and the connection closed.
static void parse_failed(struct conn *c, enum llhttp_errno why) {
    if (c->phase == CONN_CLOSING || c->closing_after_write) return;
    if (why == HPE_USER) return; // our own refusal, already answered
    if (!c->request) c->request = request_new(c);
    log_event(LOG_DEBUG, "http.bad", LOG_S("parser", llhttp_errno_name(why)));
    respond_error(c->request, GATEWAY_BAD_HTTP, NULL,
                  llhttp_get_error_reason(&c->parser) ? llhttp_get_error_reason(&c->parser) : "");
}

// Where the parser paused; it may go on there.
static const char *resume(struct conn *c) {
    const char *stop = llhttp_get_error_pos(&c->parser);
    llhttp_resume(&c->parser);
    return stop;
}

// Begins a request whose head came before. The length of the head; 0 = the parser has to read it.
static size_t begin_known(struct conn *c, struct span bytes) {
    struct worker *w = c->worker;
    size_t used;
    c->left = head_limits(c);
    if (c->parser.upgrade) return 0; // of the request before: the parser refuses what follows
    int at = same_heads_find(&w->heads, bytes, &c->parser, &c->left, &used);
    if (at < 0) return 0;
    c->request = request_new(c);
    c->request->head = w->head_data[at];
    w->head_data[at]->references++;
    return used;
}

// Not where trailers could still change it.
static void keep_head(struct conn *c, struct span bytes) {
    struct worker *w = c->worker;
    struct head_size limits = head_limits(c);
    struct head_size size = {limits.bytes - c->left.bytes, limits.fields - c->left.fields};
    int at = c->parser.flags & F_CHUNKED ? -1 : same_heads_keep(&w->heads, bytes, size, &c->parser);
    if (at < 0) return;
    request_head_drop(w->head_data[at]);
    w->head_data[at] = c->request->head;
    w->head_data[at]->references++;
}

static void parse(struct conn *c, const char *at, size_t n) {
    bool begins = !c->request;
    const char *end = at + n;
    size_t known = begins ? begin_known(c, span_make(at, n)) : 0;
    if (known && !head_complete(c)) return;
    enum llhttp_errno result = llhttp_execute(&c->parser, at + known, n - known);
    if (result == HPE_PAUSED && c->phase == CONN_BODY) {
        const char *body = resume(c);
        if (begins) keep_head(c, span_make(at, (size_t)(body - at)));
        result = llhttp_execute(&c->parser, body, (size_t)(end - body));
    }
    if (result == HPE_OK) return;
    if (result != HPE_PAUSED) {
        parse_failed(c, result);
        return;
    }
    const char *stop = resume(c);
    if (stop < end) keep_early(c, stop, (size_t)(end - stop));
    if (begins) c->request->ready_ns = c->request->started_ns; // reading it took our time, nobody else's
    request_complete(c->request);
}

// Parses what came early, request by request; a loop, because each answer may allow the next at once.
static void parse_early(struct conn *c) {
    if (c->parsing_early) return;
    c->parsing_early = true;
    while (c->phase == CONN_IDLE && c->early.len && !c->early.full) {
        struct buf early = c->early;
        buf_init(&c->early, MAX_EARLY_BYTES);
        parse(c, early.at, early.len);
        buf_free(&early);
    }
    c->parsing_early = false;
}

static void feed(struct conn *c, const char *at, size_t n) {
    if (c->phase == CONN_CLOSING || c->closing_after_write) return; // what a refused caller still sends
    if (c->phase == CONN_BUSY) {
        keep_early(c, at, n);
        return;
    }
    parse(c, at, n);
    parse_early(c);
}

// ---------------------------------------------------------------- reading

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out) {
    (void)hint;
    struct conn *c = handle->data;
    *out = (uv_buf_t){.base = c->worker->read_buffer, .len = READ_BUFFER_BYTES};
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer) {
    struct conn *c = stream->data;
    if (n > 0) feed(c, buffer->base, (size_t)n);
    else if (n < 0) conn_end(c); // the end of what a caller sends is the end of his interest
}

static void note_conns(struct worker *w, uint32_t n) {
    w->conn_count = n;
    if (w->upstreams) upstreams_expect(w->upstreams, n);
}

void conn_accept(struct worker *w, uv_stream_t *listener) {
    struct conn *c = mem_new(sizeof *c);
    c->worker = w;
    uv_tcp_init(&w->loop, &c->tcp);
    c->tcp.data = c;
    c->next = w->conns;
    if (w->conns) w->conns->prev = c;
    w->conns = c;
    note_conns(w, w->conn_count + 1);
    buf_init(&c->early, MAX_EARLY_BYTES);
    llhttp_init(&c->parser, HTTP_REQUEST, &SETTINGS);
    c->parser.data = c;
    unsigned open = atomic_fetch_add(&w->server->connections, 1) + 1;
    meter_connections(w->server->meter, w->index, 1);
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
        conn_end(c);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
    uv_fileno((uv_handle_t *)&c->tcp, &c->fd);
    loopback_without_pacing(c->fd);
    set_phase(c, CONN_IDLE, limits_of(c)->limits.header_timeout_ms);
    if (open > (unsigned)limits_of(c)->limits.connections) {
        c->request = request_new(c);
        respond_error(c->request, GATEWAY_TOO_MANY_CONNECTIONS, NULL, "");
        return;
    }
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

// ---------------------------------------------------------------- writing

// The caller may still be sending what we refused. Closing now would reset the connection and lose the
// answer: so say that we are done, and drop what comes for a while.
static void close_softly(struct conn *c) {
    if (!c->refused_early) {
        conn_end(c);
        return;
    }
    c->deadline_ms = uv_now(&c->worker->loop) + LINGER_MS;
    c->phase = CONN_BUSY;
    if (shutdown(c->fd, SHUT_WR) != 0) conn_end(c);
}

// Some of what waited has been written.
static void sent(struct conn *c, size_t n) {
    c->unsent -= n;
    if (c->phase == CONN_CLOSING) return;
    const struct config *config = limits_of(c);
    if (c->unsent == 0 && c->closing_after_write) {
        close_softly(c);
        return;
    }
    if (c->unsent) c->deadline_ms = uv_now(&c->worker->loop) + (uint64_t)config->limits.write_timeout_ms;
    else if (c->phase == CONN_BUSY) c->deadline_ms = 0;
    if (c->write_stalled && c->unsent <= (size_t)config->limits.relay_buffer_bytes / 2) {
        c->write_stalled = false;
        if (c->request) request_caller_drained(c->request);
    }
}

static void on_written(uv_write_t *write, int status) {
    struct pending_write *p = (struct pending_write *)write;
    struct conn *c = p->conn;
    size_t len = p->len;
    mem_wipe(p->bytes, p->len);
    free(p);
    if (status < 0 && c->phase != CONN_CLOSING) conn_end(c);
    sent(c, len);
}

// What the socket does not take now is libuv's until it does.
static void queue_write(struct conn *c, struct span rest) {
    struct pending_write *p = mem_new(sizeof *p + rest.len);
    p->conn = c;
    p->len = rest.len;
    memcpy(p->bytes, rest.at, rest.len);
    uv_buf_t buffer = uv_buf_init(p->bytes, (unsigned)rest.len);
    if (uv_write(&p->write, (uv_stream_t *)&c->tcp, &buffer, 1, on_written) != 0) {
        mem_wipe(p->bytes, p->len);
        free(p);
        c->deadline_ms = 1; // the next sweep closes; closing here would free the request under its own step
        return;
    }
    const struct config *config = limits_of(c);
    if (!c->deadline_ms) c->deadline_ms = uv_now(&c->worker->loop) + (uint64_t)config->limits.write_timeout_ms;
    if (c->unsent > (size_t)config->limits.relay_buffer_bytes && !c->write_stalled) {
        c->write_stalled = true;
        if (c->request) request_caller_stalled(c->request);
    }
}

void conn_send(struct conn *c, struct span bytes) {
    if (c->phase == CONN_CLOSING) return;
    ssize_t n = 0;
    if (c->tcp.write_queue_size == 0) {
        n = send(c->fd, bytes.at, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL); // uv_try_write goes a longer way, by write()
        if (n < 0) n = errno == EAGAIN || errno == ENOBUFS ? 0 : (ssize_t)bytes.len; // lost: the read side reports it
    }
    if ((size_t)n < bytes.len) queue_write(c, span_sub(bytes, (size_t)n, SIZE_MAX));
    sent(c, (size_t)n);
}

void conn_write(struct conn *c, struct span bytes) {
    if (c->phase == CONN_CLOSING || bytes.len == 0) return;
    if (c->request) c->request->row.bytes_answered += (int64_t)bytes.len;
    c->unsent += bytes.len;
    if (outbox_add(&c->worker->outbox, c, bytes)) return;
    outbox_send(&c->worker->outbox, c); // too large to be gathered, but not to overtake
    conn_send(c, bytes);
}

// ---------------------------------------------------------------- life

void conn_answered(struct conn *c) {
    bool complete = c->phase == CONN_BUSY;
    c->request = NULL;
    c->write_stalled = false;
    if (c->phase == CONN_CLOSING) return;
    if (!complete || !c->keep_alive || c->worker->draining || c->early.full) {
        c->refused_early = !complete;
        c->closing_after_write = true;
        c->deadline_ms = uv_now(&c->worker->loop) + (uint64_t)limits_of(c)->limits.write_timeout_ms;
        if (c->unsent == 0) close_softly(c);
        return;
    }
    set_phase(c, CONN_IDLE, limits_of(c)->limits.idle_timeout_ms);
    parse_early(c);
}

static void on_closed(uv_handle_t *handle) {
    struct conn *c = handle->data;
    struct worker *w = c->worker;
    if (c->prev) c->prev->next = c->next;
    else w->conns = c->next;
    if (c->next) c->next->prev = c->prev;
    note_conns(w, w->conn_count - 1);
    atomic_fetch_sub(&w->server->connections, 1);
    meter_connections(w->server->meter, w->index, -1);
    buf_free(&c->early);
    free(c);
}

void conn_end(struct conn *c) {
    if (c->phase == CONN_CLOSING) return;
    c->phase = CONN_CLOSING;
    c->deadline_ms = 0;
    struct request *r = c->request;
    c->request = NULL;
    outbox_forget(&c->worker->outbox, c);
    if (r) request_caller_left(r);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void timed_out(struct conn *c) {
    switch ((enum conn_phase)c->phase) {
    case CONN_HEAD: respond_error(c->request, GATEWAY_HEADER_TIMEOUT, NULL, ""); break;
    case CONN_BODY: respond_error(c->request, GATEWAY_BODY_TIMEOUT, NULL, ""); break;
    case CONN_IDLE:
    case CONN_BUSY:
    case CONN_CLOSING: conn_end(c); break;
    }
}

void conn_sweep(struct conn *c, uint64_t now_ms) {
    if (c->phase == CONN_CLOSING) return;
    if (c->worker->closing || (c->worker->draining && c->phase == CONN_IDLE && !c->unsent)) conn_end(c);
    else if (c->deadline_ms && now_ms >= c->deadline_ms) {
        if (c->closing_after_write) conn_end(c);
        else timed_out(c);
    } else if (c->request && c->phase == CONN_BUSY) {
        request_watch(c->request, clock_now_ns());
    }
}
