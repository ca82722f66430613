// A worker: one thread, one loop, its connections, and what they share without locks.
#ifndef SLUICE_GATEWAY_WORKER_H
#define SLUICE_GATEWAY_WORKER_H

#include <stdatomic.h>
#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "gateway/outbox.h"
#include "gateway/snapshot.h"
#include "wire/json.h"
#include "wire/same_head.h"

enum { READ_BUFFER_BYTES = 64 * 1024, SWEEP_MS = 100 };

struct conn;
struct request_head_data;
struct server;
struct local_target;

struct worker {
    uint32_t index;
    struct server *server;
    uv_thread_t thread;
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_async_t wake;   // a new snapshot, or the end
    uv_timer_t sweep;  // time-outs of callers
    struct outbox outbox; // what goes to callers at the end of this turn
    struct clock_pair clocks; // when a request came, for its row
    struct snapshot *snapshot;
    struct gate_scratch *scratch; // belongs to `snapshot`
    struct upstreams *upstreams;
    struct local_target *local_targets; // newest first; old generations stay until the end
    struct json_doc doc;      // parsed request, valid within one step
    struct arena arena;       // memory of one step: parse, gate, score, decide, build
    struct buf out;           // a piece of an answer, within one step
    struct buf masked;        // a piece of an answer with its placeholders, within one step
    struct buf head;          // head of an answer that waits for its first bytes, within one step
    struct same_heads heads;  // of requests, that came last ...
    struct request_head_data *head_data[SAME_HEADS]; // ... and what was read of them
    char *read_buffer;        // shared by all connections: a read is consumed at once
    struct conn *conns;       // all open connections
    uint32_t conn_count;
    uint32_t in_flight;       // requests that are being answered
    uint64_t next_number;     // of requests; the worker's index is in the low bits
    bool draining;            // no new connections, close idle ones
    bool closing;             // everything is being closed
};

// Prepares loop, listener and async on the calling thread. fd is a bound socket that the worker takes.
int worker_init(struct worker *w, struct server *server, uint32_t index, int fd, struct err *e);
// Starts the thread; it runs until the server's phase ends it.
void worker_start(struct worker *w);
// From another thread: look at the server's snapshot and phase again.
void worker_wake(struct worker *w);
// Waits for the thread and frees what is left.
void worker_join(struct worker *w);
// Frees a worker that was prepared and never started.
void worker_release(struct worker *w);

// The target for the local server of this generation, made once per worker; NULL when its address is no address.
struct local_server;
const struct upstream_target *worker_local_target(struct worker *w, const struct local_server *server);

#endif
