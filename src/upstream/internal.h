// What the files of upstream/ share: the worker's state, the common part of a call, and the interface that
// the two transports (plain.c, tls.c) fill in. See docs/internals/upstream.md.
//
// A call is in the list `live` from its start to its end or cancel. What must happen later (an event that
// would come too early, a failure found while starting) is done by call_defer: before the loop sleeps again.
// Around every event `in_event` is set: a cancel inside only marks the call, and whoever raised the event
// releases it (call_leave).
#ifndef SLUICE_UPSTREAM_INTERNAL_H
#define SLUICE_UPSTREAM_INTERNAL_H

#include "base/buf.h"
#include "upstream/upstream.h"
#include "wire/http_client.h"

enum {
    SWEEP_MS = 100,            // granularity of the timeouts
    POOL_IDLE_LOCAL_MS = 4000, // llama-server closes after 5 s
    POOL_IDLE_REMOTE_MS = 30000,
    POOL_MAX_IDLE = 64, // per target
    GATHER_CALLS = 8,   // so many leave at once, whatever else the next turn may bring
    SPARE_MAX = 256,    // objects kept for reuse, per kind
    READ_BUFFER_BYTES = 64 * 1024,
    WRITE_BLOCK_BYTES = 64 * 1024,
    SOCKET_PATH_MAX = 107 // sun_path without its NUL
};

struct link {
    struct link *prev, *next;
};
static inline void link_init(struct link *l) {
    l->prev = l->next = l;
}
static inline bool link_alone(const struct link *l) {
    return l->next == l;
}
static inline void link_add(struct link *head, struct link *l) { // at the end
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}
static inline void link_drop(struct link *l) { // harmless when alone
    l->prev->next = l->next;
    l->next->prev = l->prev;
    link_init(l);
}
#define link_owner(l, type, member) ((type *)(void *)((char *)(l)-offsetof(type, member)))

struct transport {
    struct upstream_call *(*start)(struct upstreams *u, const struct upstream_target *target,
                                   const struct upstream_request *request, const struct upstream_events *events,
                                   void *ctx);
    void (*abort)(struct upstream_call *c);             // closes the connection now; raises no event, keeps the memory
    void (*release)(struct upstream_call *c);           // gives the memory back
    void (*due)(struct upstream_call *c);               // goes on after call_defer
    const char *(*late)(const struct upstream_call *c); // the deadline has passed: in which step
    void (*pause)(struct upstream_call *c);
    void (*resume)(struct upstream_call *c);
};
extern const struct transport TRANSPORT_PLAIN, TRANSPORT_TLS;

struct upstream_call {
    struct link live;
    struct link due;
    const struct transport *transport;
    struct upstreams *owner;
    const struct upstream_target *target;
    const struct upstream_events *events;
    void *ctx;
    const char *why;   // with `failing`
    uint64_t deadline; // of the present step, in loop time; 0 = none
    size_t sent;       // bytes of the request that have gone
    uint8_t end;       // enum upstream_end, with `failing`
    bool failing;      // ends when it is due
    bool sent_whole;   // on_sent is to be raised ...
    bool sent_told;    // ... or was
    bool paused;
    bool in_event;
    bool ended; // on_end is being raised
    bool dead;  // cancelled
};

struct plain; // plain.c: pools, resolver
struct tls;   // tls.c: NULL before the first https target

struct upstreams {
    uv_loop_t *loop;
    uv_timer_t sweep;     // runs while there is something to watch
    uv_prepare_t prepare; // looks at `due`
    uv_idle_t idle;       // runs while calls are gathered
    uint32_t due_count;   // calls deferred since the last run
    uint32_t due_seen;    // of them, at the end of the turn before
    uint32_t callers;     // no more calls than these can come
    struct link live;
    struct link due;
    struct head_size limits; // of an answer's head
    bool watching;           // the sweep runs
    size_t handles;          // open handles and look-ups; the last one to close frees all
    bool closing;
    struct plain *plain;
    struct tls *tls;
};

// Of the three schemes.
static inline bool target_is_https(const struct upstream_target *t) {
    return t->scheme[0] == 'h' && t->scheme[4] == 's';
}

// upstream.c
void call_init(struct upstream_call *c, const struct transport *transport, struct upstreams *u,
               const struct upstream_target *target, const struct upstream_events *events, void *ctx);
void call_defer(struct upstream_call *c);
void call_fail_later(struct upstream_call *c, enum upstream_end end, const char *why);
// on_end, then release: the call is gone.
void call_end(struct upstream_call *c, enum upstream_end end, const char *why);
// After events: false when the call was cancelled inside; it is released then.
bool call_leave(struct upstream_call *c) __attribute__((warn_unused_result));
void call_tell_sent(struct upstream_call *c);
// Reports the head; the caller has set in_event.
void call_tell_head(struct upstream_call *c, const struct http_head *head);
void call_set_deadline(struct upstream_call *c, int64_t from_now_ms);
void upstreams_watch(struct upstreams *u);         // the sweep has something to do
void upstreams_handle_closed(struct upstreams *u); // pairs with ++handles

// head.c: the request as lines.
enum { HEAD_AUTHORITY_BYTES = 300 };
// False where the path would break the framing.
#define HEAD_BAD_PATH "the request's path holds bytes that no path may hold"
bool head_path_is_fit(struct span path);
// What of the lines is the same for all requests to a target, written to `out`, of at least head_lines_room bytes.
struct span head_lines(const struct upstream_target *t, char *out);
size_t head_lines_room(const struct upstream_target *t);
// At most so many bytes are written by head_write.
size_t head_room(const struct upstream_target *t, const struct upstream_request *r);
// Writes the head to `out`; the number of bytes.
size_t head_write(const struct upstream_target *t, const struct upstream_request *r, char *out);
// Lines one by one without their CRLF, for a library that writes the request line, Host and Content-Length itself.
void head_each_line(const struct upstream_target *t, void (*line)(void *ctx, struct span line), void *ctx);
// "host", "host:port" or "[v6]:port", without the scheme's own port.
struct span head_authority(const struct upstream_target *t, char out[static HEAD_AUTHORITY_BYTES]);

// plain.c
struct plain *plain_new(struct upstreams *u);
void plain_close(struct plain *p); // closes idle connections and handles
void plain_free(struct plain *p);
bool plain_sweep(struct plain *p, uint64_t now); // true while idle connections wait to expire
// tls.c
void tls_close(struct tls *t);
void tls_free(struct tls *t);

#endif
