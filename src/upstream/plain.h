// The plain transport's parts: names (resolve.c), connections and their pools (pool.c), calls (plain.c).
#ifndef SLUICE_UPSTREAM_PLAIN_H
#define SLUICE_UPSTREAM_PLAIN_H

#include "upstream/internal.h"

// ---------------------------------------------------------------- resolve.c
enum { LOOKUP_MAX_ADDRESSES = 4, LOOKUP_MAX_NAMES = 64, LOOKUP_KEEP_MS = 60000, LOOKUP_KEEP_FAILED_MS = 1000 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

enum lookup_state { LOOKUP_PENDING, LOOKUP_FOUND, LOOKUP_FAILED };

struct resolver {
    struct upstreams *owner;
    struct link names; // struct lookup
    size_t count;
    void (*on_found)(struct resolver *r, const char *host); // a pending name is pending no more
};

void resolver_init(struct resolver *r, struct upstreams *owner, void (*on_found)(struct resolver *, const char *));
// The addresses of a host (numeric ones at once), or PENDING: then on_found follows. `out` has room for
// LOOKUP_MAX_ADDRESSES; the port is set.
enum lookup_state resolver_find(struct resolver *r, const char *host, uint16_t port, union address *out, size_t *count);
void resolver_close(struct resolver *r); // gives up what is pending
void resolver_free(struct resolver *r);

// ---------------------------------------------------------------- pool.c
struct plain_call;

// Connections to one address.
struct pool {
    struct link pools;
    struct link idle; // struct conn, oldest first
    size_t idle_count;
    size_t conns;  // all of them, idle or not
    char *key;     // path of the socket, or host
    uint16_t port; // 0 = a unix socket
};

struct conn {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } io;
    uv_connect_t connect;
    struct link idle;
    struct plain *owner;
    struct pool *pool;
    struct plain_call *call; // NULL: idle or closing
    uint64_t expires;        // while idle
    int fd;                  // once it is connected
    bool reused;             // has carried a request before this one
    bool reading;
    bool closing;
    struct conn *next_spare;
};

struct plain {
    struct upstreams *owner;
    struct resolver resolver;
    struct link pools;
    size_t idle_count; // over all pools
    struct conn *spare_conns;
    size_t spare_conn_count;
    struct plain_call *spare_calls;
    size_t spare_call_count;
    struct http_client_heads heads; // of answers
    uv_timer_t crowd;               // a full backlog of a unix socket is tried again
    char *read_buffer;              // one for all connections
};

struct pool *pool_find(struct plain *p, const struct upstream_target *t);
// The idle connection used last, or NULL.
struct conn *pool_take(struct pool *pool);
// A connection that is not yet connected.
struct conn *conn_new(struct plain *p, struct pool *pool, bool unix_socket);
void conn_keep(struct conn *c, uint64_t idle_ms);
void conn_close(struct conn *c);
void plain_free_pools(struct plain *p);
void conn_start_reading(struct conn *c);
void conn_stop_reading(struct conn *c);

// plain.c, for pool.c: bytes (n > 0) or the end of the connection (n < 0).
void plain_on_bytes(struct plain_call *call, ssize_t n, const char *bytes);

#endif
