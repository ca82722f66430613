// What goes to callers is gathered during one turn of the loop and written at its end.
//
// Requests that arrive together are then answered together: the system calls follow each other, and the peer
// is woken once, not for each of them. Nothing waits longer than the turn in which it was made.
#ifndef SLUICE_GATEWAY_OUTBOX_H
#define SLUICE_GATEWAY_OUTBOX_H

#include <uv.h>

#include "base/buf.h"

struct conn;

struct outbox_entry {
    struct conn *conn; // NULL: it is closed
    size_t begin, len; // in `bytes`
};

struct outbox {
    uv_check_t check; // writes, after the events of a turn
    uv_idle_t idle;   // does nothing but keep the loop from sleeping while there is something to write
    struct buf bytes;
    struct outbox_entry *entries;
    uint32_t count, cap;
    uint32_t seen; // of count, at the end of the turn before
    const uint32_t *conns; // how many are open: once all have their answer, no more come
};

enum { OUTBOX_PIECE_BYTES = 64 * 1024, OUTBOX_BYTES = 4 << 20 };

void outbox_init(struct outbox *o, uv_loop_t *loop, const uint32_t *conns);
void outbox_close(struct outbox *o); // the handles
void outbox_release(struct outbox *o);
// Takes a copy. False when it is too large to be gathered: the caller writes it himself.
bool outbox_add(struct outbox *o, struct conn *c, struct span bytes);
// Writes what waits for one connection now.
void outbox_send(struct outbox *o, struct conn *c);
// The connection closes: what waits for it is dropped.
void outbox_forget(struct outbox *o, const struct conn *c);

#endif
