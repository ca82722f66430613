#include "gateway/worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "chat/answer.h"
#include "gateway/request.h"
#include "gateway/server.h"

enum { LOCAL_CONNECT_TIMEOUT_MS = 2000 };

struct local_target {
    struct local_target *older;
    uint64_t generation;
    struct upstream_target target;
};

const struct upstream_target *worker_local_target(struct worker *w, const struct local_server *server) {
    for (struct local_target *t = w->local_targets; t; t = t->older)
        if (t->generation == server->generation) return &t->target;
    const struct config *config = w->snapshot->config;
    struct local_target *t = mem_new(sizeof *t);
    struct err e = {""};
    t->generation = server->generation;
    char url[192];
    snprintf(url, sizeof url, "unix:%s:/v1", server->socket_path ? server->socket_path : "");
    if (upstream_target_parse(server->socket_path ? url : server->url, &t->target, &e) != 0) {
        free(t); // the address was checked when the local model was configured
        return NULL;
    }
    char *key = server->socket_path ? NULL : config_secret(config->local.key_env, "");
    int status = upstream_target_set_key(&t->target, PROTOCOL_OPENAI, key, &e);
    if (key) mem_wipe(key, strlen(key));
    free(key);
    if (status != 0) { // so was the key
        upstream_target_release(&t->target);
        free(t);
        return NULL;
    }
    t->target.name = "local";
    // An address is no evidence of where it leads: without the operator's word, bytes for it need a clearance.
    t->target.zone = server->socket_path || config->local.url_is_local ? ZONE_LOCAL : ZONE_ANY;
    t->target.connect_timeout_ms = LOCAL_CONNECT_TIMEOUT_MS;
    t->target.idle_timeout_ms = config->local.idle_timeout_ms;
    t->older = w->local_targets;
    w->local_targets = t;
    return &t->target;
}

static void take_snapshot(struct worker *w) {
    struct snapshot *fresh = server_snapshot(w->server);
    if (fresh == w->snapshot) {
        snapshot_unref(fresh);
        return;
    }
    gate_scratch_free(w->scratch);
    snapshot_unref(w->snapshot);
    w->snapshot = fresh;
    w->scratch = gate_scratch_new(fresh->gate);
}

static void on_connection(uv_stream_t *listener, int status) {
    struct worker *w = listener->data;
    if (status == 0) conn_accept(w, listener);
    else log_event(LOG_WARN, "accept.failed", LOG_S("why", uv_strerror(status)));
}

static void close_handle(uv_handle_t *handle) {
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

// The end of a worker: once nothing is open any more, the loop runs empty and the thread ends.
static void close_all(struct worker *w) {
    if (!w->upstreams) return;
    for (struct conn *c = w->conns, *next; c; c = next) {
        next = c->next;
        conn_end(c);
    }
    upstreams_close(w->upstreams);
    w->upstreams = NULL;
    close_handle((uv_handle_t *)&w->listener);
    close_handle((uv_handle_t *)&w->wake);
    close_handle((uv_handle_t *)&w->sweep);
    outbox_close(&w->outbox);
}

static void on_wake(uv_async_t *async) {
    struct worker *w = async->data;
    int phase = atomic_load(&w->server->phase);
    take_snapshot(w);
    if (phase == SERVER_RUNNING) return;
    w->draining = true;
    close_handle((uv_handle_t *)&w->listener);
    if (phase == SERVER_CLOSING) close_all(w);
}

static void on_sweep(uv_timer_t *timer) {
    struct worker *w = timer->data;
    uint64_t now = uv_now(&w->loop);
    for (struct conn *c = w->conns, *next; c; c = next) {
        next = c->next;
        conn_sweep(c, now);
    }
    if (w->draining && w->in_flight == 0 && w->conn_count == 0) close_all(w);
}

int worker_init(struct worker *w, struct server *server, uint32_t index, int fd, struct err *e) {
    w->index = index;
    w->server = server;
    w->snapshot = server_snapshot(server);
    const struct config *config = w->snapshot->config;
    w->scratch = gate_scratch_new(w->snapshot->gate);
    w->read_buffer = mem_new(READ_BUFFER_BYTES);
    arena_init(&w->arena, (size_t)config->limits.body_bytes * 8 + (1 << 20));
    buf_init(&w->out, (size_t)config->limits.answer_bytes + (size_t)config->limits.event_bytes);
    buf_init(&w->masked, w->out.max);
    buf_init(&w->head, (size_t)config->limits.answer_bytes + (size_t)config->limits.event_bytes);
    uv_loop_init(&w->loop);
    uv_tcp_init(&w->loop, &w->listener);
    uv_async_init(&w->loop, &w->wake, on_wake);
    uv_timer_init(&w->loop, &w->sweep);
    outbox_init(&w->outbox, &w->loop, &w->conn_count);
    w->listener.data = w->wake.data = w->sweep.data = w;
    w->upstreams = upstreams_new(&w->loop, config);
    int status = uv_tcp_open(&w->listener, fd);
    if (status == 0) status = uv_listen((uv_stream_t *)&w->listener, (int)config->listen.backlog, on_connection);
    if (status == 0) status = uv_timer_start(&w->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    return status == 0 ? 0 : err_set(e, "cannot listen: %s", uv_strerror(status));
}

// Nobody cancels a worker. Where cancelling is off, but would come at once, glibc does not switch that on and off
// around every call that may wait: two atomic operations, 50 ns of a read() (measured in a loop of failing ones).
static void never_cancelled(void) {
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
}

static void run(void *arg) {
    struct worker *w = arg;
    char name[16];
    never_cancelled();
    snprintf(name, sizeof name, "worker-%u", w->index);
    pthread_setname_np(pthread_self(), name);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    answer_thread_end();
    server_worker_ended(w->server);
}

void worker_start(struct worker *w) {
    uv_thread_create(&w->thread, run, w);
}

void worker_wake(struct worker *w) {
    uv_async_send(&w->wake);
}

void worker_join(struct worker *w) {
    uv_thread_join(&w->thread);
    worker_release(w);
}

void worker_release(struct worker *w) {
    close_all(w);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    uv_loop_close(&w->loop);
    gate_scratch_free(w->scratch);
    snapshot_unref(w->snapshot);
    json_free(&w->doc);
    arena_release(&w->arena);
    outbox_release(&w->outbox);
    buf_free(&w->out);
    buf_free(&w->masked);
    buf_free(&w->head);
    for (size_t i = 0; i < SAME_HEADS; i++) request_head_drop(w->head_data[i]);
    same_heads_wipe(&w->heads);
    mem_wipe(w->read_buffer, READ_BUFFER_BYTES);
    free(w->read_buffer);
    while (w->local_targets) {
        struct local_target *dead = w->local_targets;
        w->local_targets = dead->older;
        upstream_target_release(&dead->target);
        free(dead);
    }
}
