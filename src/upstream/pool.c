// Connections of the plain transport, and those that wait for the next request.
//
// A connection reads from the moment it is connected, also while it idles: that is how the end of an idle
// one is seen, and it saves two epoll_ctl a request.
#include <stdlib.h>

#include "base/mem.h"
#include "upstream/plain.h"

static bool key_is(const struct pool *pool, const struct upstream_target *t) {
    return t->socket_path ? pool->port == 0 && strcmp(pool->key, t->socket_path) == 0
                          : pool->port == t->port && strcmp(pool->key, t->host) == 0;
}

struct pool *pool_find(struct plain *p, const struct upstream_target *t) {
    for (struct link *i = p->pools.next; i != &p->pools; i = i->next) {
        struct pool *pool = link_owner(i, struct pool, pools);
        if (key_is(pool, t)) return pool;
    }
    struct pool *pool = mem_new(sizeof *pool);
    pool->key = mem_copy_z(t->socket_path ? t->socket_path : t->host);
    pool->port = t->socket_path ? 0 : t->port;
    link_init(&pool->idle);
    link_add(&p->pools, &pool->pools);
    return pool;
}

static void pool_free(struct pool *pool) {
    link_drop(&pool->pools);
    free(pool->key);
    free(pool);
}

static void leave_idle(struct conn *c) {
    if (link_alone(&c->idle)) return;
    link_drop(&c->idle);
    c->pool->idle_count--;
    c->owner->idle_count--;
}

struct conn *pool_take(struct pool *pool) {
    if (link_alone(&pool->idle)) return NULL;
    struct conn *c = link_owner(pool->idle.prev, struct conn, idle);
    leave_idle(c);
    c->reused = true;
    return c;
}

struct conn *conn_new(struct plain *p, struct pool *pool, bool unix_socket) {
    struct conn *c = p->spare_conns;
    if (c) {
        p->spare_conns = c->next_spare;
        p->spare_conn_count--;
        memset(c, 0, sizeof *c);
    } else {
        c = mem_new(sizeof *c);
    }
    // Both only fail for a wrong argument.
    if (unix_socket) uv_pipe_init(p->owner->loop, &c->io.pipe, 0);
    else uv_tcp_init(p->owner->loop, &c->io.tcp);
    c->io.handle.data = c;
    c->owner = p;
    c->pool = pool;
    link_init(&c->idle);
    pool->conns++;
    p->owner->handles++;
    return c;
}

static void on_closed(uv_handle_t *handle) {
    struct conn *c = handle->data;
    struct plain *p = c->owner;
    struct upstreams *u = p->owner;
    if (p->spare_conn_count < SPARE_MAX && !u->closing) {
        c->next_spare = p->spare_conns;
        p->spare_conns = c;
        p->spare_conn_count++;
    } else {
        free(c);
    }
    upstreams_handle_closed(u);
}

void conn_close(struct conn *c) {
    c->call = NULL;
    if (c->closing) return;
    c->closing = true;
    leave_idle(c);
    c->pool->conns--;
    c->pool = NULL;
    uv_close(&c->io.handle, on_closed);
}

void conn_keep(struct conn *c, uint64_t idle_ms) {
    c->call = NULL;
    if (c->owner->owner->closing || c->pool->idle_count >= POOL_MAX_IDLE) {
        conn_close(c);
        return;
    }
    c->expires = uv_now(c->owner->owner->loop) + idle_ms;
    link_add(&c->pool->idle, &c->idle);
    c->pool->idle_count++;
    c->owner->idle_count++;
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)suggested;
    const struct conn *c = handle->data;
    *out = (uv_buf_t){.base = c->owner->read_buffer, .len = READ_BUFFER_BYTES};
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
    struct conn *c = stream->data;
    if (n == 0) return;
    // An idle connection that ends is of no use, nor is one that speaks unasked.
    if (c->call) plain_on_bytes(c->call, n, buf->base);
    else conn_close(c);
}

void conn_start_reading(struct conn *c) {
    // Fails only on a handle that is closing.
    if (!c->reading && !c->closing) c->reading = uv_read_start(&c->io.stream, on_allocate, on_read) == 0;
}

void conn_stop_reading(struct conn *c) {
    if (c->reading && !c->closing) uv_read_stop(&c->io.stream);
    c->reading = false;
}

bool plain_sweep(struct plain *p, uint64_t now) {
    struct link *next;
    for (struct link *i = p->pools.next; i != &p->pools; i = next) {
        struct pool *pool = link_owner(i, struct pool, pools);
        next = i->next;
        while (!link_alone(&pool->idle)) {
            struct conn *oldest = link_owner(pool->idle.next, struct conn, idle);
            if (now < oldest->expires) break;
            conn_close(oldest);
        }
        if (pool->conns == 0) pool_free(pool);
    }
    return p->idle_count > 0;
}

static void on_crowd_closed(uv_handle_t *handle) {
    struct plain *p = handle->data;
    upstreams_handle_closed(p->owner);
}

void plain_close(struct plain *p) {
    resolver_close(&p->resolver);
    for (struct link *i = p->pools.next; i != &p->pools; i = i->next) {
        struct pool *pool = link_owner(i, struct pool, pools);
        while (!link_alone(&pool->idle)) conn_close(link_owner(pool->idle.next, struct conn, idle));
    }
    uv_close((uv_handle_t *)&p->crowd, on_crowd_closed);
}

void plain_free_pools(struct plain *p) {
    while (!link_alone(&p->pools)) pool_free(link_owner(p->pools.next, struct pool, pools));
    for (struct conn *c = p->spare_conns, *next; c; c = next) {
        next = c->next_spare;
        free(c);
    }
}
