// One call over plain HTTP/1.1: find or open a connection, send, read the answer, give the connection back.
//
//   start -> [resolve] -> [connect] -> HEAD (request goes out, answer's head is awaited) -> BODY -> end
//
// A pooled connection may have been closed by the other side in the meantime: as long as not one byte of an
// answer came, the request is sent once more, on a fresh connection.
#include "upstream/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/spare.h"
#include "wire/loopback.h"

enum phase { PHASE_NEW, PHASE_RESOLVE, PHASE_CROWDED, PHASE_CONNECT, PHASE_HEAD, PHASE_BODY };
enum { CROWD_RETRY_MS = 2 };

// The request's head, kept until the answer begins, and a small body behind it: one piece costs the kernel some 450
// cycles less than two, its copy included.
struct head_bytes {
    size_t size; // of all this
    size_t len;
    char bytes[];
};
enum { WITH_BODY_BYTES = SPARE_MOST_BYTES - sizeof(struct head_bytes) };

// What arrived but could not be delivered because of a pause.
struct left_bytes {
    size_t len;
    char bytes[];
};

// A copy of what the socket did not take at once: libuv never holds a pointer into the caller's body.
struct write_block {
    uv_write_t request;
    struct conn *conn;
    size_t len;
    char bytes[WRITE_BLOCK_BYTES];
};

struct plain_call {
    struct upstream_call base;
    struct http_client http;
    struct conn *conn;       // from CONNECT on
    struct head_bytes *head; // until the answer's head
    struct span body;        // likewise
    struct left_bytes *left;
    struct plain_call *next_spare;
    size_t total;      // bytes of head and body
    size_t out;        // of them, written on this connection
    uint8_t phase;     // enum phase
    uint8_t address;   // which of a name's addresses is tried
    bool retried;      // once is enough
    bool answered;     // a byte of an answer came
    bool stop_writing; // the answer came first, or the socket takes no more
    bool touched;      // something was reported since the last on_flush
};

static struct plain_call *plain_of(struct upstream_call *c) {
    return (struct plain_call *)(void *)c;
}

// ---------------------------------------------------------------- memory

static struct head_bytes *head_make(const struct upstream_target *target, const struct upstream_request *request,
                                    struct span *body) {
    size_t room = head_room(target, request);
    bool with_body = room + body->len <= WITH_BODY_BYTES;
    size_t size = sizeof(struct head_bytes) + room + (with_body ? body->len : 0);
    struct head_bytes *h = spare_take(size);
    h->size = size;
    h->len = head_write(target, request, h->bytes);
    if (!with_body) return h;
    h->len = (size_t)(span_put(h->bytes + h->len, *body) - h->bytes);
    *body = SPAN_NONE;
    return h;
}

// It held a key, and maybe the body.
static void head_give_back(struct plain_call *c) {
    struct head_bytes *h = c->head;
    c->head = NULL;
    c->body = SPAN_NONE;
    if (!h) return;
    mem_wipe(h->bytes, h->len);
    spare_give(h, h->size);
}

static void left_free(struct left_bytes *left) {
    if (!left) return;
    mem_wipe(left->bytes, left->len);
    free(left);
}

static struct plain_call *call_take(struct plain *p) {
    struct plain_call *c = p->spare_calls;
    if (!c) return mem_new(sizeof *c);
    p->spare_calls = c->next_spare;
    p->spare_call_count--;
    c->conn = NULL;
    c->head = NULL;
    c->left = NULL;
    c->out = 0;
    c->address = 0;
    c->retried = c->answered = c->stop_writing = c->touched = false;
    return c;
}

static void plain_release(struct upstream_call *base) {
    struct plain_call *c = plain_of(base);
    struct plain *p = base->owner->plain;
    head_give_back(c);
    left_free(c->left);
    if (p->spare_call_count >= SPARE_MAX) {
        free(c);
        return;
    }
    c->next_spare = p->spare_calls;
    p->spare_calls = c;
    p->spare_call_count++;
}

static void plain_abort(struct upstream_call *base) {
    struct plain_call *c = plain_of(base);
    c->http.dead = true;
    if (c->conn) conn_close(c->conn);
    c->conn = NULL;
}

// ---------------------------------------------------------------- sending

static void plain_connect(struct plain_call *c);
static void on_crowd(uv_timer_t *timer);

static bool plain_retry(struct plain_call *c) {
    if (c->answered || c->retried || !c->conn->reused) return false;
    conn_close(c->conn);
    c->conn = NULL;
    c->retried = true;
    c->out = c->base.sent = 0;
    c->base.sent_whole = false;
    call_set_deadline(&c->base, c->base.target->connect_timeout_ms);
    plain_connect(c);
    return true;
}

static void plain_write_failed(struct plain_call *c) {
    // An answer may be there all the same ("413" and gone): the reading side tells how it ends.
    if (!plain_retry(c)) c->stop_writing = true;
}

static void plain_wrote(struct plain_call *c, size_t n) {
    c->out += n;
    c->base.sent += n;
    if (c->out < c->total) return;
    c->base.sent_whole = true;
    if (c->base.events->on_sent && !c->base.sent_told) call_defer(&c->base);
}

// What is still to be sent, as at most two pieces.
static size_t plain_rest(const struct plain_call *c, struct iovec out[static 2]) {
    size_t n = 0, at = c->out;
    if (at < c->head->len) out[n++] = (struct iovec){c->head->bytes + at, c->head->len - at};
    at = at > c->head->len ? at - c->head->len : 0;
    if (at < c->body.len) out[n++] = (struct iovec){(char *)(uintptr_t)(c->body.at + at), c->body.len - at};
    return n;
}

static void plain_write(struct plain_call *c);

static void on_block_written(uv_write_t *request, int status) {
    struct write_block *block = request->data;
    struct plain_call *c = block->conn->call;
    size_t len = block->len;
    mem_wipe(block->bytes, len);
    free(block);
    if (!c || c->stop_writing) return;
    if (status < 0) {
        plain_write_failed(c);
        return;
    }
    plain_wrote(c, len);
    // The wait for the answer begins when the last byte is out.
    call_set_deadline(&c->base, c->base.target->first_byte_timeout_ms);
    if (c->out < c->total) plain_write(c);
}

static void plain_write_block(struct plain_call *c) {
    struct write_block *block = mem_new(sizeof *block);
    struct iovec rest[2];
    size_t n = plain_rest(c, rest);
    for (size_t i = 0; i < n; i++) {
        size_t room = WRITE_BLOCK_BYTES - block->len, take = rest[i].iov_len < room ? rest[i].iov_len : room;
        memcpy(block->bytes + block->len, rest[i].iov_base, take);
        block->len += take;
    }
    block->conn = c->conn;
    block->request.data = block;
    uv_buf_t buf = uv_buf_init(block->bytes, (unsigned)block->len);
    if (uv_write(&block->request, &c->conn->io.stream, &buf, 1, on_block_written) == 0) return;
    mem_wipe(block->bytes, block->len);
    free(block);
    plain_write_failed(c);
}

static void plain_write(struct plain_call *c) {
    struct iovec rest[2];
    struct msghdr message = {.msg_iov = rest, .msg_iovlen = plain_rest(c, rest)};
    const int how = MSG_DONTWAIT | MSG_NOSIGNAL;
    // uv_try_write goes a longer way, by writev(). No block of libuv's can be waiting: there is one at a time.
    ssize_t n = message.msg_iovlen == 1 ? send(c->conn->fd, rest[0].iov_base, rest[0].iov_len, how)
                                        : sendmsg(c->conn->fd, &message, how);
    if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) n = 0;
    if (n < 0) {
        plain_write_failed(c);
        return;
    }
    plain_wrote(c, (size_t)n);
    if (c->out < c->total) plain_write_block(c);
}

static void plain_begin(struct plain_call *c) {
    c->phase = PHASE_HEAD;
    call_set_deadline(&c->base, c->base.target->first_byte_timeout_ms);
    plain_write(c);
}

// ---------------------------------------------------------------- connecting

static void on_connect(uv_connect_t *request, int status) {
    struct conn *conn = request->data;
    struct plain_call *c = conn->call;
    if (!c) return;
    if (status == 0) {
        uv_fileno(&conn->io.handle, &conn->fd);
        if (!c->base.target->socket_path) {
            uv_tcp_nodelay(&conn->io.tcp, 1);
            loopback_without_pacing(conn->fd);
        }
        conn_start_reading(conn);
        plain_begin(c);
        return;
    }
    conn_close(conn);
    c->conn = NULL;
    c->base.why = uv_strerror(status);
    if (status == UV_EAGAIN) {
        // A unix socket whose backlog is full says so at once; a listener catches up within milliseconds.
        struct plain *p = c->base.owner->plain;
        c->phase = PHASE_CROWDED;
        if (!uv_is_active((uv_handle_t *)&p->crowd)) uv_timer_start(&p->crowd, on_crowd, CROWD_RETRY_MS, 0);
        return;
    }
    c->address++;
    plain_connect(c);
}

static void connect_to(struct plain_call *c, const union address *address) {
    struct plain *p = c->base.owner->plain;
    const char *path = c->base.target->socket_path;
    struct conn *conn = conn_new(p, pool_find(p, c->base.target), path != NULL);
    c->phase = PHASE_CONNECT;
    c->conn = conn;
    conn->call = c;
    conn->connect.data = conn;
    if (path) {
        uv_pipe_connect(&conn->connect, &conn->io.pipe, path, on_connect);
        return;
    }
    int status = uv_tcp_connect(&conn->connect, &conn->io.tcp, &address->any, on_connect);
    if (status) call_fail_later(&c->base, UPSTREAM_REFUSED, uv_strerror(status));
}

static void plain_connect(struct plain_call *c) {
    const struct upstream_target *t = c->base.target;
    union address found[LOOKUP_MAX_ADDRESSES];
    size_t count = 1;
    if (t->socket_path) {
        if (c->address > 0) call_fail_later(&c->base, UPSTREAM_REFUSED, c->base.why);
        else if (strlen(t->socket_path) > SOCKET_PATH_MAX)
            call_fail_later(&c->base, UPSTREAM_REFUSED, "the socket's path is too long");
        else connect_to(c, NULL);
        return;
    }
    enum lookup_state state = resolver_find(&c->base.owner->plain->resolver, t->host, t->port, found, &count);
    if (state == LOOKUP_PENDING) c->phase = PHASE_RESOLVE;
    else if (state == LOOKUP_FAILED) call_fail_later(&c->base, UPSTREAM_REFUSED, "the host name was not found");
    else if (c->address >= count) call_fail_later(&c->base, UPSTREAM_REFUSED, c->base.why);
    else connect_to(c, &found[c->address]);
}

static void wake(struct plain *p, enum phase phase, const char *host) {
    struct upstreams *u = p->owner;
    for (struct link *l = u->live.next; l != &u->live; l = l->next) {
        struct upstream_call *base = link_owner(l, struct upstream_call, live);
        if (base->transport != &TRANSPORT_PLAIN || plain_of(base)->phase != phase) continue;
        if (!host || strcmp(base->target->host, host) == 0) call_defer(base);
    }
}

static void on_found(struct resolver *r, const char *host) {
    wake(r->owner->plain, PHASE_RESOLVE, host);
}

static void on_crowd(uv_timer_t *timer) {
    wake(timer->data, PHASE_CROWDED, NULL);
}

// ---------------------------------------------------------------- the answer

static void on_head(void *ctx, const struct http_head *head) {
    struct plain_call *c = ctx;
    c->touched = true;
    c->phase = PHASE_BODY;
    if (c->out < c->total) c->stop_writing = true;
    call_set_deadline(&c->base, c->base.paused ? 0 : c->base.target->idle_timeout_ms);
    // From here on the caller's body is not looked at any more.
    head_give_back(c);
    call_tell_head(&c->base, head);
}

static void on_body(void *ctx, struct span bytes) {
    struct plain_call *c = ctx;
    c->touched = true;
    c->base.events->on_body(c->base.ctx, bytes);
}

static const struct http_client_events HTTP_EVENTS = {on_head, on_body};

static void plain_done(struct plain_call *c, bool clean) {
    struct conn *conn = c->conn;
    bool keep = clean && c->http.keep_alive && c->out == c->total && !c->stop_writing;
    c->conn = NULL;
    if (keep) {
        conn_start_reading(conn);
        conn_keep(conn, c->base.target->zone == ZONE_LOCAL ? POOL_IDLE_LOCAL_MS : POOL_IDLE_REMOTE_MS);
    } else {
        conn_close(conn);
    }
    call_end(&c->base, UPSTREAM_COMPLETE, "");
}

static void plain_keep_left(struct plain_call *c, struct span rest) {
    conn_stop_reading(c->conn);
    c->left = mem_new(sizeof *c->left + rest.len);
    c->left->len = rest.len;
    if (rest.len) memcpy(c->left->bytes, rest.at, rest.len);
    if (!c->base.paused) call_defer(&c->base); // resumed in the meantime
}

// False when the call is gone.
static bool plain_feed(struct plain_call *c, struct span bytes) {
    size_t used = 0;
    c->answered = true;
    c->touched = false;
    c->base.in_event = true;
    enum http_client_state state = http_client_feed(&c->http, bytes, &used);
    if (c->touched && !c->base.dead && c->base.events->on_flush) c->base.events->on_flush(c->base.ctx);
    if (!call_leave(&c->base)) return false;

    switch (state) {
    case HTTP_CLIENT_MORE:
        if (c->touched && !c->base.paused) call_set_deadline(&c->base, c->base.target->idle_timeout_ms);
        return true;
    case HTTP_CLIENT_PAUSED: plain_keep_left(c, span_sub(bytes, used, SIZE_MAX)); return true;
    case HTTP_CLIENT_DONE: plain_done(c, used == bytes.len); return false;
    case HTTP_CLIENT_BAD:
    case HTTP_CLIENT_CUT: break;
    }
    plain_abort(&c->base);
    call_end(&c->base, UPSTREAM_BAD, http_client_reason(&c->http));
    return false;
}

void plain_on_bytes(struct plain_call *c, ssize_t n, const char *bytes) {
    if (n > 0) {
        (void)plain_feed(c, span_make(bytes, (size_t)n));
        return;
    }
    if (plain_retry(c)) return;
    if (n == UV_EOF && http_client_finish(&c->http) == HTTP_CLIENT_DONE) {
        plain_done(c, false);
        return;
    }
    plain_abort(&c->base);
    call_end(&c->base, UPSTREAM_CUT,
             c->phase == PHASE_BODY ? "the connection ended within the answer"
                                    : "the connection ended before the answer's headers were complete");
}

static void plain_due(struct upstream_call *base) {
    struct plain_call *c = plain_of(base);
    if (c->phase == PHASE_NEW && c->conn) {
        plain_begin(c);
        return;
    }
    if (c->phase == PHASE_RESOLVE || c->phase == PHASE_CROWDED) {
        plain_connect(c);
        return;
    }
    struct left_bytes *left = c->left;
    if (!left || base->paused) return;
    c->left = NULL;
    bool alive = plain_feed(c, span_make(left->bytes, left->len));
    left_free(left);
    if (alive && !base->paused && !c->left) conn_start_reading(c->conn);
}

static void plain_pause(struct upstream_call *base) {
    struct plain_call *c = plain_of(base);
    c->http.paused = true;
    if (c->phase != PHASE_BODY) return;
    base->deadline = 0;
    conn_stop_reading(c->conn);
}

static void plain_resume(struct upstream_call *base) {
    struct plain_call *c = plain_of(base);
    c->http.paused = false;
    if (c->phase != PHASE_BODY) return;
    call_set_deadline(base, base->target->idle_timeout_ms);
    if (c->left) call_defer(base);
    else conn_start_reading(c->conn);
}

static const char *plain_late(const struct upstream_call *base) {
    static const char *const STEPS[] = {
        [PHASE_NEW] = "not begun within the connect timeout",
        [PHASE_RESOLVE] = "the host name was not resolved within the connect timeout",
        [PHASE_CROWDED] = "the socket's backlog was full for the whole connect timeout",
        [PHASE_CONNECT] = "no connection within the connect timeout",
        [PHASE_HEAD] = "no answer within the first-byte timeout",
        [PHASE_BODY] = "nothing more of the answer within the idle timeout",
    };
    return STEPS[((const struct plain_call *)(const void *)base)->phase];
}

// ---------------------------------------------------------------- start

static struct upstream_call *plain_start(struct upstreams *u, const struct upstream_target *target,
                                         const struct upstream_request *request, const struct upstream_events *events,
                                         void *ctx) {
    struct plain_call *c = call_take(u->plain);
    call_init(&c->base, &TRANSPORT_PLAIN, u, target, events, ctx);
    http_client_init(&c->http, u->limits, &u->plain->heads, &HTTP_EVENTS, c);
    c->phase = PHASE_NEW;
    if (!head_path_is_fit(request->path)) {
        call_fail_later(&c->base, UPSTREAM_BAD, HEAD_BAD_PATH);
        return &c->base;
    }
    c->body = request->body;
    c->head = head_make(target, request, &c->body);
    c->total = c->head->len + c->body.len;

    c->conn = pool_take(pool_find(u->plain, target));
    if (c->conn) {
        c->conn->call = c;
        call_defer(&c->base); // requests of one turn of the loop leave together: the peer is woken once
    } else {
        call_set_deadline(&c->base, target->connect_timeout_ms);
        plain_connect(c);
    }
    return &c->base;
}

const struct transport TRANSPORT_PLAIN = {
    plain_start, plain_abort, plain_release, plain_due, plain_late, plain_pause, plain_resume,
};

struct plain *plain_new(struct upstreams *u) {
    struct plain *p = mem_new(sizeof *p);
    p->owner = u;
    p->read_buffer = mem_new(READ_BUFFER_BYTES);
    resolver_init(&p->resolver, u, on_found);
    link_init(&p->pools);
    uv_timer_init(u->loop, &p->crowd);
    p->crowd.data = p;
    u->handles++;
    return p;
}

void plain_free(struct plain *p) {
    plain_free_pools(p);
    resolver_free(&p->resolver);
    for (struct plain_call *c = p->spare_calls, *next; c; c = next) {
        next = c->next_spare;
        free(c);
    }
    same_heads_wipe(&p->heads.same);
    mem_wipe(p->read_buffer, READ_BUFFER_BYTES);
    free(p->read_buffer);
    free(p);
}
