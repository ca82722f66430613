// The local model: a llama-server that we start, watch, restart and stop; or a URL that we only ask.
//
// The supervisor runs on the main thread's loop. Workers read the published state (atomics and one
// immutable address) and never wait for it.
#ifndef SLUICE_LOCAL_LOCAL_H
#define SLUICE_LOCAL_LOCAL_H

#include <stdatomic.h>
#include <uv.h>

#include "base/err.h"
#include "chat/request.h"
#include "config/config.h"

enum local_phase {
    LOCAL_OFF,      // not configured
    LOCAL_STARTING, // spawned or loading
    LOCAL_READY,
    LOCAL_BACKOFF,  // it died; waiting to start it again
    LOCAL_FAILED,   // gave up for now; `last_words` says why
    LOCAL_STOPPING
};
const char *local_phase_name(enum local_phase p);

enum { LOCAL_MAX_CONTROL_TOKENS = 64 };

// What a worker needs to ask the local model; constant for one generation of the server.
struct local_server {
    uint64_t generation;
    const char *host;           // for the Host header
    const char *socket_path;    // unix socket, or NULL; its paths begin with /v1
    const char *url;            // local.url, for upstream_target_parse; or NULL
    const char *model;          // name for answers and the ledger
    int64_t context;            // tokens per slot, as the server reports it; 0 = unknown
    bool sees_images;
    bool always_stream;         // llama-server frees a slot at once only when it streams
    const char **control_tokens; // of the chat template, to be broken up in user text
    size_t control_token_count;
    char control_begins[CONTROL_BEGINS]; // with what they begin
};

struct local;

// Starts supervising on `loop` (or probing the URL). Never waits. NULL on a fault in the configuration
// or when no llama-server or model file can be found. Copies what it needs of the configuration. The
// child dies when the thread that runs the loop ends, so that must be the main thread.
struct local *local_start(uv_loop_t *loop, const struct config *config, struct err *e);
// Withdraws the server, waits until nothing is in flight or for drain_timeout_ms, and stops the child;
// `done` is called once on the loop when it is gone. Call once, from the loop's thread.
void local_stop(struct local *l, void (*done)(void *), void *arg);
// Only after `done` (or with NULL). No other thread may hold `l` or a server any more.
void local_free(struct local *l);

// Any thread; NULL is allowed and means "off" (except in local_leave):
enum local_phase local_phase(const struct local *l);
// The server to ask, or NULL when not ready. Valid until local_free (old generations are kept).
const struct local_server *local_server(const struct local *l);
// Takes a place (slots + queue); false when there is none. Every true is paired with local_leave.
bool local_enter(struct local *l) __attribute__((warn_unused_result));
void local_leave(struct local *l);
// Whether local_enter would succeed now.
bool local_has_room(const struct local *l);
uint32_t local_in_flight(const struct local *l);
uint64_t local_restarts(const struct local *l);
// The reason it cannot start, with the server's last words; "" when all is well. Copies under a lock.
void local_last_words(struct local *l, struct err *out);
// A worker saw the server fail (connection refused, cut): look at it now.
void local_suspect(struct local *l);

// For doctor: where the server and the model would come from. -1 with the fix in *e.
int local_find_server(const struct config *config, char *path, size_t size, struct err *e);
int local_find_model(const struct config *config, char *path, size_t size, struct err *e);
// What the configured model will be called in answers and the ledger.
void local_model_name(const struct config *config, char *out, size_t size);
// Runs that server with --version and keeps the first line. Waits for it: not for a loop.
int local_server_version(const struct config *config, char *out, size_t size, struct err *e);
// The folder that its socket would be in ("XXXXXX" where a random name is used).
void local_run_dir(const struct config *config, char *out, size_t size);

#endif
