// What many rows share (model, route, reason, outcome, ...), stored once: a row names the set of values by number.
//
// Of some twenty shared columns few sets exist, and writing a number instead halves the work of a row and the
// size of the file. The sets that were used last are kept in memory. There the number of a set is looked up;
// a set that is not there gets a new row in `kind`. So the same set may have several numbers, after the memory was
// full; it costs a few bytes and nothing else.
//
// One thread; one connection.
#ifndef SLUICE_LEDGER_KIND_H
#define SLUICE_LEDGER_KIND_H

#include <sqlite3.h>

#include "ledger/ledger.h"

enum { KINDS = 1024 }; // most sets in memory; a set takes some 150 bytes

struct kinds;

// Reads the newest sets. NULL on failure: sqlite3_errmsg says why.
struct kinds *kinds_new(sqlite3 *db) __attribute__((warn_unused_result));
void kinds_free(struct kinds *k);
// The number of the row's set; 0 on failure. May write: call it in the transaction that writes the row.
int64_t kinds_number(struct kinds *k, const struct ledger_row *row) __attribute__((warn_unused_result));
// A number that was given in the same epoch (never 0) is still right.
uint64_t kinds_epoch(const struct kinds *k);
// To be called when that transaction is rolled back: the numbers it made are not in the file.
void kinds_forget(struct kinds *k);

#endif
