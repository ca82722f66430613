// Rows into the tables: `record`, by way of a feed (feed.h), and of wide rows the rest into `wide`. Statements are
// prepared when they are needed first.
//
// One thread; one connection.
#ifndef SLUICE_LEDGER_APPEND_H
#define SLUICE_LEDGER_APPEND_H

#include <sqlite3.h>

#include "ledger/kind.h"
#include "ledger/pack.h"

struct appender;

// NULL on failure: sqlite3_errmsg says why. `kinds` must outlive it, it the connection.
struct appender *appender_new(sqlite3 *db, struct kinds *kinds) __attribute__((warn_unused_result));
// Before the connection is closed.
void appender_close(struct appender *x);
// After that.
void appender_free(struct appender *x);

// At the beginning of a transaction, before its first rows.
void appender_begin(struct appender *x);
// n records, which lie one after the other. -1: sqlite3_errmsg says why, and the transaction must be rolled back.
int appender_add(struct appender *x, const struct record *first, size_t n) __attribute__((warn_unused_result));
// After a failure, so that it can be rolled back.
void appender_reset(struct appender *x);

#endif
