// Rows that wait for the writer, in the order in which they were filed: records (pack.h) one after the other in chunks.
//
// A record never moves while it waits, and a chunk is whole: the values that its rows share stand in it once. A few
// chunks are used over and over, the last one freed first: what a row touches is still in the processor's cache.
//
// The caller locks. Without that the writer may read the records of the parts that it took, until it drops them.
#ifndef SLUICE_LEDGER_QUEUE_H
#define SLUICE_LEDGER_QUEUE_H

#include "ledger/pack.h"

enum {
    QUEUE_CHUNK_BYTES = 32 << 10,
    QUEUE_SPARES = 8, // chunks that are kept for the next rows
    QUEUE_PARTS = 64, // most chunks that the writer takes at once
};

struct chunk;

struct queue {
    struct chunk *head, *tail, *spares;
    size_t head_at, head_rows; // of the first row that waits: its place in the head, and how many went before it there
    size_t count, spare_count;
};

void queue_release(struct queue *q);

// Appends a record; what it shares is taken from `row`, of which it was made.
void queue_add(struct queue *q, const struct record *r, const struct ledger_row *row);

// The first rows, chunk by chunk.
struct queue_part {
    const struct record *first; // the next: record_after
    size_t rows;
};
// Up to `most` rows; returns how many, in *count parts.
size_t queue_take(const struct queue *q, size_t most, struct queue_part out[static QUEUE_PARTS], size_t *count);
static inline const struct record *record_after(const struct record *r) {
    return (const struct record *)(const void *)((const char *)r + r->size);
}

// Drops the first n. Returns the chunks that are not needed any more, for queue_free without the lock; or NULL.
struct chunk *queue_drop(struct queue *q, size_t n) __attribute__((warn_unused_result));
// Returns how many there were.
size_t queue_free(struct chunk *c);

// Looks in one chunk, that of waiting row number *at, for a row with this id. *at is then the number of the first row
// of the next chunk; it stays when there is none.
bool queue_look(const struct queue *q, size_t *at, const char *id, struct ledger_row *out);

#endif
