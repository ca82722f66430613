// One HTTP exchange on its own connection. Small on purpose: the requests of callers go through upstream/.
#include "local/internal.h"

#include <llhttp.h>
#include <stdlib.h>

#include "base/mem.h"

enum { MAX_ANSWER = 4 * 1024 * 1024, MAX_QUESTION = 64 * 1024 };

struct probe {
    void (*done)(void *, const struct probe_answer *); // NULL once it was called or cancelled
    void *ctx;
    bool connect_only, complete;
    int pending; // handles and requests that still point here
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } link;
    uv_timer_t timer;
    uv_getaddrinfo_t resolve;
    bool resolving;
    uv_connect_t connect;
    uv_write_t write;
    struct buf out, in;
    llhttp_t parser;
    llhttp_settings_t hooks;
    char piece[16384];
};

const char *probe_end_text(enum probe_end end) {
    static const char *const TEXT[] = {"answered", "no connection", "no answer in time", "the answer is not HTTP"};
    return TEXT[end];
}

static void release(struct probe *p) {
    if (--p->pending) return;
    buf_free(&p->out);
    buf_free(&p->in);
    mem_wipe(p->piece, sizeof p->piece);
    free(p);
}

static void on_closed(uv_handle_t *h) {
    release(h->data);
}

static void close_all(struct probe *p) {
    if (uv_is_closing(&p->link.handle)) return;
    if (p->resolving) uv_cancel((uv_req_t *)&p->resolve);
    uv_close(&p->link.handle, on_closed);
    uv_close((uv_handle_t *)&p->timer, on_closed);
}

static void finish(struct probe *p, enum probe_end end) {
    if (!p->done) return;
    void (*done)(void *, const struct probe_answer *) = p->done;
    p->done = NULL;
    close_all(p); // its memory lives until the loop goes round
    struct probe_answer answer = {.end = end};
    if (end == PROBE_ANSWERED && !p->connect_only) {
        answer.status = llhttp_get_status_code(&p->parser);
        answer.body = buf_span(&p->in);
    }
    done(p->ctx, &answer);
}

void probe_cancel(struct probe *p) {
    if (!p) return;
    p->done = NULL;
    close_all(p);
}

// ---------------------------------------------------------------- the answer

static int on_body(llhttp_t *parser, const char *at, size_t n) {
    struct probe *p = parser->data;
    buf_add(&p->in, at, n);
    return p->in.full ? -1 : 0;
}

static int on_complete(llhttp_t *parser) {
    struct probe *p = parser->data;
    p->complete = true;
    return HPE_PAUSED; // one answer is all that is wanted
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *out) {
    (void)hint;
    struct probe *p = h->data;
    *out = uv_buf_init(p->piece, sizeof p->piece);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct probe *p = s->data;
    if (n == 0) return;
    llhttp_errno_t fault = n > 0 ? llhttp_execute(&p->parser, b->base, (size_t)n) : llhttp_finish(&p->parser);
    if (p->complete) finish(p, PROBE_ANSWERED);
    else if (n < 0 || fault != HPE_OK) finish(p, PROBE_BAD);
}

// ---------------------------------------------------------------- the way there

static void on_written(uv_write_t *w, int status) {
    struct probe *p = w->data;
    if (status < 0) finish(p, PROBE_REFUSED);
}

static void on_connected(uv_connect_t *c, int status) {
    struct probe *p = c->data;
    if (status < 0) {
        finish(p, PROBE_REFUSED);
        return;
    }
    if (p->connect_only) {
        finish(p, PROBE_ANSWERED);
        return;
    }
    uv_buf_t b = uv_buf_init(p->out.at, (unsigned)p->out.len);
    p->write.data = p;
    if (uv_write(&p->write, &p->link.stream, &b, 1, on_written) < 0 ||
        uv_read_start(&p->link.stream, on_alloc, on_read) < 0)
        finish(p, PROBE_REFUSED);
}

static void on_resolved(uv_getaddrinfo_t *r, int status, struct addrinfo *found) {
    struct probe *p = r->data;
    p->resolving = false;
    if (p->done && (status < 0 || uv_tcp_connect(&p->connect, &p->link.tcp, found->ai_addr, on_connected) < 0))
        finish(p, PROBE_REFUSED);
    uv_freeaddrinfo(found);
    release(p);
}

static void on_timer(uv_timer_t *t) {
    finish(t->data, PROBE_TIMEOUT);
}

static void on_refused_at_once(uv_timer_t *t) {
    finish(t->data, PROBE_REFUSED);
}

static void go(struct probe *p, uv_loop_t *loop, const struct probe_address *address) {
    int failed = 0;
    if (address->socket_path) {
        uv_pipe_init(loop, &p->link.pipe, 0);
        p->link.handle.data = p;
        uv_pipe_connect(&p->connect, &p->link.pipe, address->socket_path, on_connected);
    } else {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
        uv_tcp_init(loop, &p->link.tcp);
        p->link.handle.data = p;
        p->resolve.data = p;
        failed = uv_getaddrinfo(loop, &p->resolve, on_resolved, address->host, address->port, &hints);
        if (!failed) p->resolving = true, p->pending++;
    }
    if (failed) uv_timer_start(&p->timer, on_refused_at_once, 0, 0);
}

static void write_question(struct probe *p, const struct probe_request *r) {
    bool bracket = strchr(r->address->host, ':') != NULL;
    buf_printf(&p->out, "%s %s HTTP/1.1\r\nHost: %s%s%s", r->method, r->path, bracket ? "[" : "", r->address->host,
               bracket ? "]" : "");
    if (!r->address->socket_path) buf_printf(&p->out, ":%s", r->address->port);
    buf_printf(&p->out, "\r\nConnection: close\r\n%s", r->headers);
    if (r->body.len) buf_printf(&p->out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", r->body.len);
    buf_add_z(&p->out, "\r\n");
    buf_add_span(&p->out, r->body);
}

struct probe *probe_start(uv_loop_t *loop, const struct probe_request *request,
                          void (*done)(void *, const struct probe_answer *), void *ctx) {
    struct probe *p = mem_new(sizeof *p);
    *p = (struct probe){.done = done, .ctx = ctx, .connect_only = request->connect_only, .pending = 2};
    buf_init(&p->out, MAX_QUESTION);
    buf_init(&p->in, MAX_ANSWER);
    write_question(p, request);
    llhttp_settings_init(&p->hooks);
    p->hooks.on_body = on_body;
    p->hooks.on_message_complete = on_complete;
    llhttp_init(&p->parser, HTTP_RESPONSE, &p->hooks);
    p->parser.data = p;
    p->connect.data = p;
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    uv_timer_start(&p->timer, on_timer, (uint64_t)(request->timeout_ms > 1 ? request->timeout_ms : 1), 0);
    go(p, loop, request->address);
    return p;
}
