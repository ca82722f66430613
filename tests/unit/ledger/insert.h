// Rows into a store, inside of store_begin and store_commit.
#ifndef SLUICE_TEST_LEDGER_INSERT_H
#define SLUICE_TEST_LEDGER_INSERT_H

#include "ledger/queue.h"
#include "ledger/store.h"
#include "test.h"

// By way of a queue, as the writer gets them.
static inline int insert(struct store *s, const struct ledger_row *rows, size_t n, struct err *e) {
    static struct queue q;
    struct queue_part parts[QUEUE_PARTS];
    struct record record;
    size_t count;
    int status = 0;
    for (size_t i = 0; i < n; i++) {
        record_make(&rows[i], &record);
        queue_add(&q, &record, &rows[i]);
    }
    assert_int_equal(queue_take(&q, n, parts, &count), n);
    for (size_t i = 0; i < count && !status; i++) status = store_insert(s, parts[i].first, parts[i].rows, e);
    queue_release(&q);
    return status;
}

#endif
