// One caller's connection: HTTP/1.1 in, answers out, one request at a time.
//
// Reading never stops while a request is answered, so that a caller who leaves is noticed at once; bytes
// of a next request that come early are kept (bounded) and parsed after the answer.
#ifndef SLUICE_GATEWAY_CONN_H
#define SLUICE_GATEWAY_CONN_H

#include <llhttp.h>
#include <uv.h>

#include "gateway/worker.h"

struct request;

enum conn_phase {
    CONN_IDLE,    // between requests
    CONN_HEAD,    // headers are coming
    CONN_BODY,    // the body is coming
    CONN_BUSY,    // a request is being answered
    CONN_CLOSING
};

struct conn {
    uv_tcp_t tcp;
    struct worker *worker;
    struct conn *prev, *next;
    llhttp_t parser;
    struct request *request;   // the one that is read or answered, or NULL
    struct buf early;          // bytes that came after a complete request
    uint64_t deadline_ms;      // loop time at which the phase has lasted too long; 0 = none
    int fd;                    // of `tcp`, once it is accepted
    size_t unsent;             // bytes that wait in the outbox or in libuv
    struct head_size left;     // of what the current head may have
    uint8_t phase;             // enum conn_phase
    bool in_field_name;        // the parser is inside the name of a header field
    bool keep_alive;           // after this answer
    bool parsing_early;        // bytes of `early` are being parsed
    bool refused_early;        // answered before the whole request had come
    bool closing_after_write;  // close when everything is written
    bool write_stalled;        // the upstream is paused because of us
};

// Takes an accepted connection from the listener.
void conn_accept(struct worker *w, uv_stream_t *listener);
// Writes bytes (copied) at the end of this turn of the loop. The connection may be closing: then nothing happens.
void conn_write(struct conn *c, struct span bytes);
// Behind the outbox: writes now. May close the connection.
void conn_send(struct conn *c, struct span bytes);
// The current answer is complete: go on with the next request, or close.
void conn_answered(struct conn *c);
// Closes now. The request, if any, is told that the caller left.
void conn_end(struct conn *c);
// Time-outs and draining, called by the worker's sweep.
void conn_sweep(struct conn *c, uint64_t now_ms);

#endif
