// A small scripted server on the test's own loop, and a record of what a call reported.
#ifndef SLUICE_TEST_UPSTREAM_HARNESS_H
#define SLUICE_TEST_UPSTREAM_HARNESS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "upstream/upstream.h"

#include "test.h"

enum { MOST_PEERS = 16, PATIENCE_MS = 20000 };

struct server;

struct peer {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    struct server *server;
    struct buf in;   // not yet consumed
    size_t received; // in total
    int requests;
    bool ended; // the other side closed
    bool closed;
};

struct server {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    bool is_pipe, open;
    int port;
    char path[100];
    struct peer *peers[MOST_PEERS];
    int accepted;
    // After each read: p->in holds what was not consumed.
    void (*on_data)(struct peer *p);
    const char *answer; // of answer_each
};

struct sent_text {
    uv_write_t request;
    char bytes[];
};

static void on_text_sent(uv_write_t *request, int status) {
    (void)status;
    free(request->data);
}

static inline void peer_send_span(struct peer *p, struct span s) {
    if (p->closed) return;
    struct sent_text *t = mem_new(sizeof *t + s.len);
    memcpy(t->bytes, s.at, s.len);
    t->request.data = t;
    uv_buf_t b = uv_buf_init(t->bytes, (unsigned)s.len);
    if (uv_write(&t->request, &p->io.stream, &b, 1, on_text_sent)) free(t);
}

static inline void peer_send(struct peer *p, const char *text) {
    peer_send_span(p, span_from(text));
}

static inline void peer_close(struct peer *p) {
    if (!p->closed) uv_close(&p->io.handle, NULL);
    p->closed = true;
}

static inline void peer_reset(struct peer *p) {
    if (!p->closed) uv_tcp_close_reset(&p->io.tcp, NULL);
    p->closed = true;
}

// Takes one whole request off the input; false when it is not complete.
static inline bool peer_take(struct peer *p) {
    struct span in = buf_span(&p->in);
    size_t end = span_find(in, SPAN("\r\n\r\n"));
    if (end == SIZE_MAX) return false;
    size_t at = span_find(in, SPAN("Content-Length: "));
    size_t body = at < end ? strtoul(in.at + at + 16, NULL, 10) : 0;
    if (in.len < end + 4 + body) return false;
    buf_consume(&p->in, end + 4 + body);
    p->requests++;
    return true;
}

static void answer_each(struct peer *p) {
    while (!p->closed && peer_take(p)) peer_send(p, p->server->answer);
}

static void peer_allocate(uv_handle_t *h, size_t n, uv_buf_t *out) {
    (void)h;
    *out = uv_buf_init(mem_new(n), (unsigned)n);
}

static void peer_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct peer *p = s->data;
    if (n > 0) {
        p->received += (size_t)n;
        buf_add(&p->in, b->base, (size_t)n);
        if (p->server->on_data) p->server->on_data(p);
    }
    if (n < 0) {
        p->ended = true;
        peer_close(p);
    }
    free(b->base);
}

static void server_accept(uv_stream_t *s, int status) {
    struct server *server = s->data;
    assert_int_equal(status, 0);
    assert_true(server->accepted < MOST_PEERS);
    struct peer *p = mem_new(sizeof *p);
    p->server = server;
    buf_init(&p->in, 64 << 20);
    if (server->is_pipe) uv_pipe_init(s->loop, &p->io.pipe, 0);
    else uv_tcp_init(s->loop, &p->io.tcp);
    p->io.handle.data = p;
    server->peers[server->accepted++] = p;
    assert_int_equal(uv_accept(s, &p->io.stream), 0);
    uv_read_start(&p->io.stream, peer_allocate, peer_read);
}

static inline void server_open(struct server *s, uv_loop_t *loop, const char *path, int backlog) {
    s->is_pipe = path != NULL;
    if (path) {
        snprintf(s->path, sizeof s->path, "%s", path);
        unlink(path);
        uv_pipe_init(loop, &s->io.pipe, 0);
        assert_int_equal(uv_pipe_bind(&s->io.pipe, path), 0);
    } else {
        struct sockaddr_in at, got;
        int n = sizeof got;
        uv_ip4_addr("127.0.0.1", s->port, &at);
        uv_tcp_init(loop, &s->io.tcp);
        assert_int_equal(uv_tcp_bind(&s->io.tcp, (struct sockaddr *)&at, 0), 0);
        uv_tcp_getsockname(&s->io.tcp, (struct sockaddr *)&got, &n);
        s->port = ntohs(got.sin_port);
    }
    s->io.handle.data = s;
    assert_int_equal(uv_listen(&s->io.stream, backlog, server_accept), 0);
    s->open = true;
}

// What one call reported.
struct record {
    struct upstream_call *call;
    int heads, ends, flushes, sents, bodies;
    int status;
    bool event_stream;
    int64_t length, retry_ms;
    char type[64], id[64];
    struct buf body;
    enum upstream_end end;
    char why[128];
    size_t sent;
    int loose_ends; // body pieces since the last flush
    // What to do in the events.
    bool cancel_in_head, cancel_in_body, pause_in_body;
    char *free_in_head;
    void (*then)(struct record *r); // in on_end
};

static void rec_head(void *ctx, const struct upstream_head *h) {
    struct record *r = ctx;
    r->heads++;
    r->status = h->status;
    r->event_stream = h->event_stream;
    r->length = h->content_length;
    r->retry_ms = h->retry_after_ms;
    snprintf(r->type, sizeof r->type, "%.*s", SPAN_ARG(h->content_type));
    snprintf(r->id, sizeof r->id, "%.*s", SPAN_ARG(h->request_id));
    free(r->free_in_head);
    r->free_in_head = NULL;
    if (r->cancel_in_head) upstream_cancel(r->call);
}

static void rec_body(void *ctx, struct span s) {
    struct record *r = ctx;
    r->bodies++;
    r->loose_ends++;
    buf_add_span(&r->body, s);
    if (r->cancel_in_body) upstream_cancel(r->call);
    if (r->pause_in_body) upstream_pause(r->call);
}

static void rec_flush(void *ctx) {
    struct record *r = ctx;
    r->flushes++;
    r->loose_ends = 0;
}

static void rec_sent(void *ctx, size_t n) {
    struct record *r = ctx;
    assert_int_equal(r->heads, 0);
    r->sents++;
    r->sent = n;
}

static void rec_end(void *ctx, enum upstream_end end, const char *why) {
    struct record *r = ctx;
    assert_non_null(r->call); // never before upstream_start returned
    assert_int_equal(r->loose_ends, 0);
    r->ends++;
    r->end = end;
    snprintf(r->why, sizeof r->why, "%s", why);
    if (r->then) r->then(r);
}

static const struct upstream_events RECORDING = {rec_head, rec_body, rec_end, rec_sent, rec_flush};

// One test's world.
struct world {
    uv_loop_t loop;
    struct config *config;
    struct upstreams *up;
    struct server server;
    struct upstream_target target;
    char socket[100];
};

// From now on the target is what the URL says.
static inline __attribute__((format(printf, 2, 3))) void world_aim(struct world *w, const char *format, ...) {
    char url[256];
    struct err e;
    va_list args;
    va_start(args, format);
    vsnprintf(url, sizeof url, format, args);
    va_end(args);
    upstream_target_release(&w->target);
    assert_int_equal(upstream_target_parse(url, &w->target, &e), 0);
}

static void world_open(struct world *w, const char *answer) {
    signal(SIGPIPE, SIG_IGN);
    memset(w, 0, sizeof *w);
    uv_loop_init(&w->loop);
    w->config = mem_new(sizeof *w->config);
    w->config->limits.header_bytes = 4096;
    w->config->limits.headers = 32;
    w->up = upstreams_new(&w->loop, w->config);
    free(w->config); // it is not kept
    w->server.answer = answer;
    w->server.on_data = answer_each;
    server_open(&w->server, &w->loop, NULL, 16);
    w->target = (struct upstream_target){.name = "test",
                                         .zone = ZONE_LOCAL,
                                         .connect_timeout_ms = 2000,
                                         .first_byte_timeout_ms = 2000,
                                         .idle_timeout_ms = 2000};
    world_aim(w, "http://127.0.0.1:%d/v1", w->server.port);
}

static inline void world_use_pipe(struct world *w, int backlog) {
    uv_close(&w->server.io.handle, NULL);
    uv_run(&w->loop, UV_RUN_NOWAIT);
    memset(&w->server.io, 0, sizeof w->server.io);
    snprintf(w->socket, sizeof w->socket, "/tmp/sluice-test-%d.sock", (int)getpid());
    server_open(&w->server, &w->loop, w->socket, backlog);
    world_aim(w, "unix:%s:/v1", w->socket);
}

static inline void server_shut(struct server *s) {
    if (s->open) uv_close(&s->io.handle, NULL);
    s->open = false;
}

static void world_close(struct world *w) {
    server_shut(&w->server);
    for (int i = 0; i < w->server.accepted; i++) peer_close(w->server.peers[i]);
    upstreams_close(w->up);
    assert_int_equal(uv_run(&w->loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i < w->server.accepted; i++) {
        buf_free(&w->server.peers[i]->in);
        free(w->server.peers[i]);
    }
    assert_int_equal(uv_loop_close(&w->loop), 0);
    if (*w->socket) unlink(w->socket);
    upstream_target_release(&w->target);
}

static inline void record_open(struct record *r) {
    memset(r, 0, sizeof *r);
    buf_init(&r->body, 64 << 20);
}

static inline void world_start(struct world *w, struct record *r, struct span body) {
    struct upstream_request q = {.number = 7, .path = SPAN("/chat/completions"), .body = body};
    r->call = upstream_start(w->up, &w->target, &q, &RECORDING, r);
    assert_non_null(r->call);
    assert_int_equal(r->heads + r->ends + r->sents, 0);
}

static void on_guard(uv_timer_t *t) {
    *(bool *)t->data = true;
}

// Turns the loop until *what reaches `least` or the time is over; true when it did.
static inline bool world_run(struct world *w, const int *what, int least, uint64_t ms) {
    uv_timer_t guard;
    bool over = false;
    uv_timer_init(&w->loop, &guard);
    guard.data = &over;
    uv_update_time(&w->loop);
    uv_timer_start(&guard, on_guard, ms, 1); // again and again: UV_RUN_ONCE waits without end where no timer is left
    while (!over && !(what && *what >= least)) uv_run(&w->loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&guard, NULL);
    bool reached = what && *what >= least;
    uv_run(&w->loop, UV_RUN_NOWAIT);
    return reached;
}

static inline void world_call(struct world *w, struct record *r) {
    record_open(r);
    world_start(w, r, SPAN("{\"a\":1}"));
    assert_true(world_run(w, &r->ends, 1, PATIENCE_MS));
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

#endif
