#include "gateway/outbox.h"

#include <stdlib.h>

#include "base/mem.h"
#include "gateway/conn.h"

enum { GATHER_PIECES = 8 };

static void on_check(uv_check_t *check) {
    struct outbox *o = check->data;
    if (o->count == 0) return;
    if (o->count > o->seen && o->seen < GATHER_PIECES && o->count < *o->conns) { // more may be there already: look without sleeping
        o->seen = o->count;
        return;
    }
    o->seen = 0;
    uv_idle_stop(&o->idle);
    // Writing may end a connection, but adds nothing: what follows from it comes with the next turn.
    for (uint32_t i = 0; i < o->count; i++) {
        const struct outbox_entry *e = &o->entries[i];
        if (e->conn) conn_send(e->conn, span_make(o->bytes.at + e->begin, e->len));
    }
    o->count = 0;
    if (o->bytes.at) mem_wipe(o->bytes.at, o->bytes.len);
    buf_reset(&o->bytes);
}

static void on_idle(uv_idle_t *idle) {
    (void)idle;
}

void outbox_init(struct outbox *o, uv_loop_t *loop, const uint32_t *conns) {
    *o = (struct outbox){.conns = conns};
    buf_init(&o->bytes, OUTBOX_BYTES);
    uv_check_init(loop, &o->check);
    uv_idle_init(loop, &o->idle);
    o->check.data = o;
    uv_check_start(&o->check, on_check); // for good: to start and stop it costs a request more than its turns do
}

void outbox_close(struct outbox *o) {
    uv_close((uv_handle_t *)&o->check, NULL);
    uv_close((uv_handle_t *)&o->idle, NULL);
}

void outbox_release(struct outbox *o) {
    buf_free(&o->bytes);
    free(o->entries);
}

bool outbox_add(struct outbox *o, struct conn *c, struct span bytes) {
    if (bytes.len > OUTBOX_PIECE_BYTES || bytes.len > OUTBOX_BYTES - o->bytes.len) return false;
    if (o->count == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 64;
        o->entries = mem_grow(o->entries, o->cap * sizeof *o->entries);
    }
    o->entries[o->count++] = (struct outbox_entry){c, o->bytes.len, bytes.len};
    buf_add_span(&o->bytes, bytes);
    if (o->count == 1) uv_idle_start(&o->idle, on_idle);
    return true;
}

void outbox_send(struct outbox *o, struct conn *c) {
    for (uint32_t i = 0; i < o->count; i++) {
        struct outbox_entry e = o->entries[i];
        if (e.conn != c) continue;
        o->entries[i].conn = NULL;
        conn_send(c, span_make(o->bytes.at + e.begin, e.len));
    }
}

void outbox_forget(struct outbox *o, const struct conn *c) {
    for (uint32_t i = 0; i < o->count; i++)
        if (o->entries[i].conn == c) o->entries[i].conn = NULL;
}
