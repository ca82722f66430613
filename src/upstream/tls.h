// The HTTPS transport's two parts: calls (tls.c), and libcurl's multi handle on the worker's loop (tls_loop.c).
#ifndef SLUICE_UPSTREAM_TLS_H
#define SLUICE_UPSTREAM_TLS_H

#include <curl/curl.h>

#include "upstream/internal.h"

struct tls_call;

struct tls {
    struct upstreams *owner;
    CURLM *multi;        // NULL once closed
    uv_timer_t timer;    // when libcurl wants to be called
    const char *ca_file; // from the environment, or NULL: the system's
    struct link touched; // calls that have reported something since their last on_flush
    struct link reap;    // calls that were cancelled while libcurl was at work
    struct tls_call *spare;
    size_t spare_count;
    int depth; // inside libcurl: handles must be neither added nor removed
};

// NULL when libcurl cannot be set up.
struct tls *tls_new(struct upstreams *u);
// tls.c, for tls_loop.c: libcurl has returned; flushes, reaps, ends what is done.
void tls_settle(struct tls *t);
void tls_end_multi(struct tls *t); // when the worker's part closes
void tls_free_calls(struct tls *t);

#endif
