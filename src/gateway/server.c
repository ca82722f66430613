#include "gateway/server.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/weigher.h"
#include "gateway/recent.h"

enum { SETTLE_POLL_MS = 20, MAX_WORKERS = 128 };

struct snapshot *server_snapshot(struct server *s) {
    uv_mutex_lock(&s->lock);
    struct snapshot *snapshot = snapshot_ref(s->snapshot);
    uv_mutex_unlock(&s->lock);
    return snapshot;
}

static void wake_workers(struct server *s) {
    for (uint32_t i = 0; i < s->worker_count; i++) worker_wake(&s->workers[i]);
}

// ---------------------------------------------------------------- listening

// One bound socket. The first may ask for port 0; the others then take the port that it got.
static int open_socket(const struct addrinfo *a, struct sockaddr_storage *bound, socklen_t *len) {
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    bool first = *len == 0;
    if (first) {
        memcpy(bound, a->ai_addr, a->ai_addrlen);
        *len = a->ai_addrlen;
    }
    if (bind(fd, (struct sockaddr *)bound, *len) == 0 && (!first || getsockname(fd, (struct sockaddr *)bound, len) == 0)) return fd;
    close(fd);
    return -1;
}

static struct addrinfo *resolve(const char *address, struct err *e) {
    char host[128], *colon;
    snprintf(host, sizeof host, "%s", address);
    colon = strrchr(host, ':');
    if (!colon) {
        err_set(e, "listen.address: '%s' has no port; write HOST:PORT", address);
        return NULL;
    }
    *colon = 0;
    char *name = host;
    if (name[0] == '[' && colon[-1] == ']') colon[-1] = 0, name++;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found = NULL;
    int status = getaddrinfo(*name ? name : NULL, colon + 1, &hints, &found);
    if (status == 0) return found;
    err_set(e, "listen.address: '%s': %s", address, gai_strerror(status));
    return NULL;
}

static void note_address(struct server *s, const struct sockaddr_storage *bound, socklen_t len) {
    char host[64], port[8];
    if (getnameinfo((const struct sockaddr *)bound, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) return;
    bool six = strchr(host, ':') != NULL;
    snprintf(s->address, sizeof s->address, "%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
}

// Sockets that share a port take connections from each other: a second gateway on this address must be told.
static int check_free(const struct addrinfo *a) {
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int status = bind(fd, a->ai_addr, a->ai_addrlen), why = errno;
    close(fd);
    errno = why;
    return status;
}

static int start_workers(struct server *s, struct err *e) {
    const struct config *config = s->snapshot->config;
    struct addrinfo *a = resolve(config->listen.address, e);
    if (!a) return -1;
    struct sockaddr_storage bound = {0};
    socklen_t len = 0;
    uint32_t wanted = s->worker_count;
    s->worker_count = 0;
    int status = 0;
    while (status == 0 && s->worker_count < wanted) {
        int fd = s->worker_count == 0 && check_free(a) != 0 ? -1 : open_socket(a, &bound, &len);
        if (fd < 0) {
            status = err_set(e, "cannot listen on %s: %s%s", config->listen.address, strerror(errno),
                             errno == EADDRINUSE ? " (is another one running? set listen.address)" : "");
            break;
        }
        status = worker_init(&s->workers[s->worker_count], s, s->worker_count, fd, e);
        s->worker_count++;
    }
    freeaddrinfo(a);
    if (status == 0) note_address(s, &bound, len);
    return status;
}

// ---------------------------------------------------------------- ending and reloading

static void close_handle(uv_handle_t *handle) {
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void close_if_done(struct server *s) {
    if (!s->local_stopped || !s->workers_stopped) return;
    for (size_t i = 0; i < sizeof s->signals / sizeof *s->signals; i++) close_handle((uv_handle_t *)&s->signals[i]);
    close_handle((uv_handle_t *)&s->stop);
    close_handle((uv_handle_t *)&s->ended);
    close_handle((uv_handle_t *)&s->announce);
    close_handle((uv_handle_t *)&s->drain);
    watch_close(&s->watch);
    watch_close(&s->watch_lines);
}

static void on_local_stopped(void *arg) {
    struct server *s = arg;
    s->local_stopped = true;
    close_if_done(s);
}

void server_worker_ended(struct server *s) {
    if (atomic_fetch_sub(&s->workers_running, 1) == 1) uv_async_send(&s->ended);
}

// The workers go first: the local model answers what is in flight until then.
static void on_ended(uv_async_t *async) {
    struct server *s = async->data;
    if (s->workers_stopped) return;
    s->workers_stopped = true;
    if (s->local) local_stop(s->local, on_local_stopped, s);
    else on_local_stopped(s);
}

static void close_now(struct server *s) {
    atomic_store(&s->phase, SERVER_CLOSING);
    wake_workers(s);
}

static void on_drain_over(uv_timer_t *timer) {
    close_now(timer->data);
}

static void on_stop(uv_async_t *async) {
    struct server *s = async->data;
    if (atomic_load(&s->phase) != SERVER_RUNNING) {
        close_now(s);
        return;
    }
    atomic_store(&s->phase, SERVER_DRAINING);
    log_event(LOG_INFO, "server.draining", LOG_I("in_flight", atomic_load(&s->in_flight)));
    wake_workers(s);
    uv_timer_start(&s->drain, on_drain_over, (uint64_t)s->snapshot->config->local.drain_timeout_ms, 0);
}

void server_stop(struct server *s) {
    uv_async_send(&s->stop);
}

static void watch_weights(struct server *s);

// All or nothing: a file that does not load leaves the old configuration in force, and says why.
static void reload(struct server *s) {
    struct err e = {""};
    struct config *config = s->options.config_path ? config_load(s->options.config_path, &e) : config_defaults();
    for (size_t i = 0; config && i < s->options.set_count; i++) {
        if (config_set(config, s->options.sets[i], &e) == 0) continue;
        config_free(config);
        config = NULL;
    }
    struct snapshot *fresh = config ? snapshot_load(config, &e) : NULL;
    if (fresh && price_book_check_loss(s->snapshot->prices, fresh->prices,
                                       (double)fresh->config->data.prices_max_loss, &e)) {
        snapshot_unref(fresh);
        fresh = NULL;
    }
    if (!fresh) {
        log_event(LOG_ERROR, "config.kept", LOG_S("why", e.text));
        return;
    }
    snapshot_inherit(fresh, s->snapshot);
    live_reload(&s->live, fresh->config);
    uv_mutex_lock(&s->lock);
    struct snapshot *old = s->snapshot;
    s->snapshot = fresh;
    uv_mutex_unlock(&s->lock);
    snapshot_unref(old);
    wake_workers(s);
    watch_weights(s);
    log_event(LOG_INFO, "config.reloaded", LOG_I("generation", fresh->generation),
              LOG_S("weights", weights_version(fresh->weights)));
}

// Other weights than before: learned anew, rolled back, or gone. As on SIGHUP, everything is loaded again.
static void on_weights_changed(void *server) {
    reload(server);
}

static void watch_weights(struct server *s) {
    const struct config *config = s->snapshot->config;
    char *path = weigher_path(config), *lines = weigher_lines_path(config);
    watch_file(&s->watch, path, (uint64_t)config->learn.watch_ms);
    watch_file(&s->watch_lines, lines, (uint64_t)config->learn.watch_ms);
    free(path);
    free(lines);
}

static void on_signal(uv_signal_t *signal, int number) {
    struct server *s = signal->data;
    if (number == SIGHUP) reload(s);
    else server_stop(s);
}

// ---------------------------------------------------------------- life

static void on_settle(uv_timer_t *timer) {
    struct server *s = timer->data;
    if (s->local && local_phase(s->local) == LOCAL_STARTING) return;
    uv_timer_stop(timer);
    if (s->options.ready) s->options.ready(s, s->options.arg);
}

static void init_loop(struct server *s) {
    static const int NUMBERS[] = {SIGINT, SIGTERM, SIGHUP};
    uv_loop_init(&s->loop);
    uv_mutex_init(&s->lock);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        uv_signal_init(&s->loop, &s->signals[i]);
        s->signals[i].data = s;
        uv_signal_start(&s->signals[i], on_signal, NUMBERS[i]);
    }
    uv_async_init(&s->loop, &s->stop, on_stop);
    uv_async_init(&s->loop, &s->ended, on_ended);
    uv_timer_init(&s->loop, &s->announce);
    uv_timer_init(&s->loop, &s->drain);
    watch_init(&s->watch, &s->loop, on_weights_changed, s);
    watch_init(&s->watch_lines, &s->loop, on_weights_changed, s);
    s->stop.data = s->ended.data = s->announce.data = s->drain.data = s;
    uv_timer_start(&s->announce, on_settle, 0, SETTLE_POLL_MS);
}

static int start(struct server *s, struct config *config, struct err *e) {
    s->snapshot = snapshot_load(config, e);
    if (!s->snapshot) return -1;
    s->ledger = ledger_open(config, e);
    if (!s->ledger) return -1;
    int64_t workers = config->listen.workers ? config->listen.workers : (int64_t)uv_available_parallelism();
    s->worker_count = (uint32_t)(workers > MAX_WORKERS ? MAX_WORKERS : workers);
    s->meter = meter_new(s->worker_count);
    live_init(&s->live, s->snapshot);
    watch_weights(s);
    s->recent = recent_new((size_t)config->learn.remember);
    s->workers = mem_new_array(s->worker_count, sizeof *s->workers);
    if (start_workers(s, e) != 0) return -1;
    // Without a local model the gateway still serves what may go to the frontier, and says what is missing.
    if (config->local.enabled && !(s->local = local_start(&s->loop, config, &s->local_error)))
        log_event(LOG_ERROR, "local.unavailable", LOG_S("why", s->local_error.text));
    return 0;
}

static void release(struct server *s) {
    for (uint32_t i = 0; i < s->worker_count; i++) worker_join(&s->workers[i]);
    local_free(s->local);
    uint64_t lost = s->ledger ? ledger_close(s->ledger) : 0;
    if (lost) log_event(LOG_ERROR, "ledger.lost", LOG_I("rows", lost));
    meter_free(s->meter);
    recent_free(s->recent);
    live_release(&s->live);
    snapshot_unref(s->snapshot);
    watch_release(&s->watch);
    watch_release(&s->watch_lines);
    free(s->workers);
    uv_mutex_destroy(&s->lock);
    uv_loop_close(&s->loop);
    free(s);
}

// What start() began is undone when it could not end.
static int give_up(struct server *s) {
    for (uint32_t i = 0; i < s->worker_count; i++) worker_release(&s->workers[i]);
    s->worker_count = 0;
    s->local_stopped = s->workers_stopped = true;
    close_if_done(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    release(s);
    return -1;
}

int server_run(struct config *config, const struct server_options *options, struct err *e) {
    struct server *s = mem_new(sizeof *s);
    s->options = *options;
    hash_random(s->id_key, sizeof s->id_key);
    signal(SIGPIPE, SIG_IGN);
    init_loop(s);
    if (start(s, config, e) != 0) return give_up(s);
    atomic_store(&s->workers_running, s->worker_count);
    for (uint32_t i = 0; i < s->worker_count; i++) worker_start(&s->workers[i]);
    log_event(LOG_INFO, "server.listening", LOG_S("address", s->address), LOG_I("workers", s->worker_count),
              LOG_S("policy", gate_version(s->snapshot->gate)), LOG_S("weights", weights_version(s->snapshot->weights)));
    uv_run(&s->loop, UV_RUN_DEFAULT);
    log_event(LOG_INFO, "server.stopped");
    release(s);
    return 0;
}
