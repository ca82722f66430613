#include "ledger/queue.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ledger/columns.h"

enum { SETS_LOOKED_AT = 8 }; // of a chunk; a set that comes back later stands there twice

struct chunk {
    struct chunk *next;
    struct shared *sets; // the one that was added last first
    size_t used, rows;
    size_t end; // where the sets begin: they are placed from the end on
    _Alignas(16) char bytes[QUEUE_CHUNK_BYTES];
};

static struct record *record_at(const struct chunk *c, size_t at) {
    return (struct record *)(uintptr_t)(c->bytes + at);
}

// ---------------------------------------------------------------- in

static void append_chunk(struct queue *q) {
    struct chunk *c = q->spares;
    if (c) q->spares = c->next, q->spare_count--;
    else c = mem_grow(NULL, sizeof *c); // rows are copied in: no need to clear them
    c->next = NULL;
    c->sets = NULL;
    c->used = c->rows = 0;
    c->end = QUEUE_CHUNK_BYTES;
    if (q->tail) q->tail->next = c;
    else q->head = c, q->head_at = q->head_rows = 0;
    q->tail = c;
}

// Of the texts that differ most between neighbours.
static uint64_t print_of(const struct ledger_row *row) {
    const char *const texts[] = {row->task, row->reason, row->model, row->finish, row->outcome, row->verify};
    uint64_t print = 0, word;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        memcpy(&word, texts[i], sizeof word);
        print = (print << 7 | print >> 57) ^ word;
    }
    return print;
}

// Byte for byte: what stands behind the end of a text may make two of one set, which kinds_number makes one again.
static struct shared *find_set(const struct chunk *c, const struct ledger_row *row, uint64_t print) {
    struct shared *s = c->sets;
    for (int i = 0; s && i < SETS_LOOKED_AT; i++, s = s->next)
        if (s->print == print && memcmp((const char *)&s->row + COLUMNS_SHARED_AT,
                                        (const char *)row + COLUMNS_SHARED_AT, COLUMNS_SHARED_BYTES) == 0)
            return s;
    return NULL;
}

static struct shared *add_set(struct chunk *c, const struct ledger_row *row, uint64_t print) {
    c->end -= sizeof(struct shared);
    struct shared *s = (struct shared *)(void *)(c->bytes + c->end);
    s->next = c->sets;
    s->print = print;
    s->epoch = 0;
    memcpy((char *)&s->row + COLUMNS_SHARED_AT, (const char *)row + COLUMNS_SHARED_AT, COLUMNS_SHARED_BYTES);
    c->sets = s;
    return s;
}

void queue_add(struct queue *q, const struct record *r, const struct ledger_row *row) {
    if (!q->tail || q->tail->used + r->size + sizeof(struct shared) > q->tail->end) append_chunk(q);
    struct chunk *c = q->tail;
    uint64_t print = print_of(row);
    struct shared *set = find_set(c, row, print);
    if (!set) set = add_set(c, row, print);
    struct record *to = record_at(c, c->used);
    memcpy(to, r, r->size);
    to->shared = set;
    c->used += r->size;
    c->rows++;
    q->count++;
}

// ---------------------------------------------------------------- out

size_t queue_take(const struct queue *q, size_t most, struct queue_part out[static QUEUE_PARTS], size_t *count) {
    size_t taken = 0, n = 0, at = q->head_at, before = q->head_rows;
    for (const struct chunk *c = q->head; c && n < QUEUE_PARTS && taken < most; c = c->next, at = before = 0) {
        size_t rows = c->rows - before;
        if (rows > most - taken) rows = most - taken;
        out[n++] = (struct queue_part){record_at(c, at), rows};
        taken += rows;
    }
    *count = n;
    return taken;
}

struct chunk *queue_drop(struct queue *q, size_t n) {
    struct chunk *freed = NULL;
    q->count -= n;
    while (q->head && (n || q->count == 0)) {
        struct chunk *c = q->head;
        size_t left = c->rows - q->head_rows;
        if (n < left) { // the rest goes another time
            for (q->head_rows += n; n; n--) q->head_at += record_at(c, q->head_at)->size;
            break;
        }
        n -= left;
        q->head = c->next;
        q->head_at = q->head_rows = 0;
        if (!q->head) q->tail = NULL;
        bool keep = q->spare_count < QUEUE_SPARES;
        c->next = keep ? q->spares : freed;
        if (keep) q->spares = c, q->spare_count++;
        else freed = c;
    }
    return freed;
}

size_t queue_free(struct chunk *c) {
    size_t n = 0;
    for (struct chunk *next; c; c = next, n++) {
        next = c->next;
        free(c);
    }
    return n;
}

void queue_release(struct queue *q) {
    queue_free(q->head);
    queue_free(q->spares);
    *q = (struct queue){.count = 0};
}

bool queue_look(const struct queue *q, size_t *at, const char *id, struct ledger_row *out) {
    const struct chunk *c = q->head;
    size_t skip = *at + q->head_rows, len = strlen(id);
    for (; c && skip >= c->rows; c = c->next) skip -= c->rows;
    if (!c) return false;
    const struct record *r = record_at(c, 0);
    for (size_t i = 0; i < c->rows; i++, r = record_after(r)) {
        if (i < skip || r->id_len != len || memcmp(r->id, id, len) != 0) continue;
        record_read(r, out);
        return true;
    }
    *at += c->rows - skip;
    return false;
}
