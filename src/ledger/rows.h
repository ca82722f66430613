// Reading rows out of the file: with the words taken apart here, and each set of shared values read once, which takes a
// third of what the view `request` does.
#ifndef SLUICE_LEDGER_ROWS_H
#define SLUICE_LEDGER_ROWS_H

#include <sqlite3.h>

#include "ledger/ledger.h"

struct rows;

// `from` is what follows FROM: `record`, or a query of all its columns, with conditions on id, user, started_us, cost_usd,
// baseline_usd and seq, and the order. NULL on failure: sqlite3_errmsg says why. Close before the connection.
struct rows *rows_open(sqlite3 *db, const char *from) __attribute__((warn_unused_result));
// For binding what `from` asks for.
sqlite3_stmt *rows_statement(struct rows *r);
// SQLITE_ROW: the next one is in *out. SQLITE_DONE, or a code of failure.
int rows_next(struct rows *r, struct ledger_row *out) __attribute__((warn_unused_result));
void rows_close(struct rows *r);

#endif
