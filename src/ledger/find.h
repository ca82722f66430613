// Finding a row by its id, nearly without an index.
//
// Rows are numbered (`seq`) in the order in which they were written, and an id begins with the time at which its
// request began. So a row lies not far behind the place that its id names: as far as its request took. The table `mark`
// says where the times lie: at `us`, in microseconds since 1970, the next row had the number `seq`; until the next
// mark, rows come less than `reach` after the time in their id, and less than `ahead` before it (a clock that was set
// back). It gets a row every FIND_ROWS rows, and when a row comes later or earlier than any before: the bound is then
// doubled. Bounds never shrink, so those of the last mark hold for all rows. Times never go back, also when the clock
// does.
//
// An index on the ids would cost two thirds of what all else of a row does. There is one for the rows of files from
// before `mark`: those below its first number.
//
// An id of another form names some time far off: once a row has one, all rows are looked at for any id.
#ifndef SLUICE_LEDGER_FIND_H
#define SLUICE_LEDGER_FIND_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

enum { FIND_ROWS = 1024, FIND_BYTES = 320 };

// The rows with an id, for FROM: all columns of `record`. `parameter` names that for the id, as "?1"; what is written
// holds for this id only. A code of SQLite. Call it after the row is known to be in the file.
int find_records(sqlite3 *db, const char *id, const char *parameter, char out[static FIND_BYTES])
    __attribute__((warn_unused_result));

// When the request with this id began, in microseconds since 1970; of an id of another form some number, always the
// same one.
int64_t find_time(const char *id, size_t len);

#endif
