// The server: workers, ledger, metrics, local model and the signals that end or reload it.
#ifndef SLUICE_GATEWAY_SERVER_H
#define SLUICE_GATEWAY_SERVER_H

#include <stdatomic.h>
#include <uv.h>

#include "gateway/live.h"
#include "gateway/snapshot.h"
#include "gateway/watch.h"
#include "gateway/worker.h"
#include "ledger/ledger.h"
#include "local/local.h"
#include "meter/meter.h"

enum server_phase { SERVER_RUNNING, SERVER_DRAINING, SERVER_CLOSING };

struct server;

struct server_options {
    const char *config_path;                          // file for reloads, or NULL
    const char *const *sets;                          // "key=value" on top of it, also on a reload
    size_t set_count;
    void (*ready)(struct server *s, void *arg);       // main thread: listening, and the local model is settled
    void *arg;
};

struct server {
    uv_loop_t loop;          // main thread: local model, signals
    uv_signal_t signals[3];  // INT, TERM, HUP
    uv_async_t stop;         // server_stop
    uv_async_t ended;        // a worker has ended
    uv_timer_t announce;     // calls options.ready once the local model is settled
    uv_timer_t drain;        // deadline of a graceful end
    struct watch watch;      // the file of the weights
    struct watch watch_lines; // that of the lines
    struct server_options options;
    uv_mutex_t lock;         // guards `snapshot`
    struct snapshot *snapshot;
    struct ledger *ledger;
    struct meter *meter;
    struct live live;        // queue, budget, conversations
    struct recent *recent;   // what outcomes can teach
    struct local *local;     // NULL when there is none
    struct err local_error;  // why there is none, or ""
    struct worker *workers;
    uint32_t worker_count;
    uint8_t id_key[16];      // makes request ids unguessable
    char address[128];       // as bound, "127.0.0.1:8080"
    atomic_int phase;        // enum server_phase
    atomic_uint connections;
    atomic_uint in_flight;
    atomic_uint workers_running;
    bool local_stopped, workers_stopped;
};

// Runs until a signal or server_stop ends it. Takes the configuration. 0, or -1 when it could not start.
int server_run(struct config *config, const struct server_options *options, struct err *e);

// Any thread: begins a graceful end (a second call makes it immediate).
void server_stop(struct server *s);

// Any thread: the snapshot in force, with a reference for the caller.
struct snapshot *server_snapshot(struct server *s);
// Called by a worker that has ended.
void server_worker_ended(struct server *s);

#endif
