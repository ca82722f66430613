// The way out: one call to one upstream, over plain HTTP, a unix socket or HTTPS.
//
// Everything happens on the worker's loop. A call reports through three functions; after `on_end`, or
// after upstream_cancel, the call is gone and reports nothing more. Bytes leave the machine only through
// upstream_start, and for a remote zone only with a clearance. SIGPIPE must be ignored by the process.
#ifndef SLUICE_UPSTREAM_UPSTREAM_H
#define SLUICE_UPSTREAM_UPSTREAM_H

#include <uv.h>

#include "base/err.h"
#include "base/span.h"
#include "config/config.h"
#include "gate/clearance.h"

// Where to. Immutable; lives in a snapshot (or as long as the local server's generation), and longer than
// every call to it. A time of 0 means no limit.
struct upstream_target {
    const char *name; // "local" or the frontier's name
    enum zone zone;
    const char *scheme; // "http", "https" or "unix"
    const char *host;   // for the Host header, and to connect; an IPv6 address without brackets
    uint16_t port;
    const char *socket_path; // scheme unix
    const char *path_prefix; // "/v1" of the base URL, without a slash at the end
    const char *authority;   // what the Host header says
    const char *auth_header; // whole header line(s) with the key, ending in CRLF; "" or NULL: none
    struct span lines;       // all that are the same for every request, those with the key too
    int64_t connect_timeout_ms;
    int64_t first_byte_timeout_ms; // from the last progress of sending to the end of the answer's headers
    int64_t idle_timeout_ms;       // between two pieces of the body
};

enum upstream_end {
    UPSTREAM_COMPLETE, // the body ended as its framing promised
    UPSTREAM_CUT,      // the connection ended before that
    UPSTREAM_REFUSED,  // no connection could be made
    UPSTREAM_TIMEOUT,
    UPSTREAM_BAD,      // not HTTP, or over a limit
    UPSTREAM_FORBIDDEN // no clearance for that zone: nothing was sent
};
const char *upstream_end_name(enum upstream_end end);

struct upstream_head {
    int status;
    bool event_stream;      // content-type is text/event-stream
    int64_t content_length; // -1 = unknown
    int64_t retry_after_ms; // -1 = not given
    struct span content_type;
    struct span request_id; // the provider's own id, if it sent one
};

struct upstream_events {
    void (*on_head)(void *ctx, const struct upstream_head *head);
    void (*on_body)(void *ctx, struct span bytes);
    void (*on_end)(void *ctx, enum upstream_end end, const char *why);
    // The bytes of the request are out: how many. Called at most once, before on_head.
    // An answer that comes before the whole request was sent ends the sending; an end without an answer
    // reports what had gone until then. May be NULL.
    void (*on_sent)(void *ctx, size_t bytes);
    // All that arrived at once has been reported: the time to write what on_body gathered. May be NULL.
    void (*on_flush)(void *ctx);
};

// Always a POST of JSON; the lines of its head are ours. In `path` no byte may stand that would end it.
struct upstream_request {
    uint64_t number;                   // of the request, as in its clearance
    const struct clearance *clearance; // may be NULL for the local zone
    struct span path;                  // after the prefix: "/chat/completions"
    struct span body;                  // must live until on_head, on_end or cancel
};

struct upstreams; // per worker: pools and the HTTPS engine

struct upstreams *upstreams_new(uv_loop_t *loop, const struct config *config);
// Calls of some turns of the loop leave together, as long as more may come: says that there are so many callers, each
// with one call at a time. Unknown at first.
void upstreams_expect(struct upstreams *u, uint32_t callers);
// Cancels every call (without events) and closes every connection; freed when the loop has run on.
void upstreams_close(struct upstreams *u);

struct upstream_call;

// Begins a call. NULL only when forbidden (no clearance): nothing was sent. All other failures come
// through on_end; no event comes before upstream_start has returned. `events` must outlive the call;
// the path is copied.
struct upstream_call *upstream_start(struct upstreams *u, const struct upstream_target *target,
                                     const struct upstream_request *request, const struct upstream_events *events,
                                     void *ctx) __attribute__((warn_unused_result));
// Closes the upstream connection at once; no event follows. Allowed in every callback.
void upstream_cancel(struct upstream_call *call);
// Back-pressure: no on_body while paused, and the idle timeout rests.
void upstream_pause(struct upstream_call *call);
void upstream_resume(struct upstream_call *call);
// Bytes of the request that have gone so far: for a call that is about to be cancelled.
size_t upstream_sent(const struct upstream_call *call);

// Reads "https://host[:port][/prefix]", "http://..." or "unix:/path/of.sock[:/prefix]" and sets scheme, host,
// port, socket_path, path_prefix, authority and lines; name, zone and times are the caller's, auth_header becomes NULL.
// The strings are the target's: upstream_target_release. -1 when it is none of these; then there is nothing to release.
int upstream_target_parse(const char *base_url, struct upstream_target *out, struct err *e)
    __attribute__((warn_unused_result));
// Sets auth_header, and lines anew: the header lines that carry a key ("" for an empty or NULL one; Anthropic's version
// line always). -1 when the key holds bytes that no header may hold; nothing is changed then.
int upstream_target_set_key(struct upstream_target *t, enum protocol protocol, const char *key, struct err *e)
    __attribute__((warn_unused_result));
// Frees what upstream_target_parse and upstream_target_set_key made, and wipes the key.
void upstream_target_release(struct upstream_target *t);

#endif
