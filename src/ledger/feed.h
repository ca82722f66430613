// Records in memory as a table of SQLite, so that one INSERT ... SELECT takes many: SQLite keeps its cursors
// at the end of the table and its indices from row to row, and asks for values instead of having each bound.
#ifndef SLUICE_LEDGER_FEED_H
#define SLUICE_LEDGER_FEED_H

#include <sqlite3.h>

#include "ledger/pack.h"

// No table of a file is likely to have this name: it would hide the feed.
#define FEED_TABLE "sluice_feed"

enum { FEED_ROWS = 64 }; // at a time

struct feed {
    const struct record *rows[FEED_ROWS]; // each with the number of what it shares
    size_t count;
};

// The columns, in the order in which the table `record` has them, before its `seq`.
void feed_columns(struct buf *out, bool with_types);

// Makes the read-only table FEED_TABLE with these columns in this connection. It shows what `feed` points to when a
// statement runs; `feed` must outlive the connection. Returns a code of SQLite.
int feed_attach(sqlite3 *db, struct feed *feed) __attribute__((warn_unused_result));

#endif
