// The columns of the ledger: one table from which SQL, JSON and CSV are made.
#ifndef SLUICE_LEDGER_COLUMNS_H
#define SLUICE_LEDGER_COLUMNS_H

#include <sqlite3.h>
#include <stddef.h>

#include "base/buf.h"
#include "ledger/ledger.h"

enum column_type {
    COLUMN_TEXT,    // char[size]
    COLUMN_COUNT,   // int64_t, always known
    COLUMN_MAYBE,   // int64_t; negative = unknown = NULL
    COLUMN_INT,     // int
    COLUMN_U32,     // uint32_t
    COLUMN_BOOL,    // bool
    COLUMN_FLOAT,   // float; NAN = NULL
    COLUMN_REAL,    // double; NAN = NULL
    COLUMN_DECISION // struct ledger_decision; format 0 = NULL
};

// Where a column is stored.
enum column_part {
    COLUMN_PLAIN = 1,  // in the row's own record, as it is
    COLUMN_PACKED = 2, // there too, in bits of a word (pack.h); where it does not fit, beside it in `wide`
    COLUMN_RARE = 4,   // only in `wide`, and there only when it is set
    COLUMN_SHARED = 8, // once for all rows that share a set of values (kind.h)
};

enum {
    COLUMN_WIDE = COLUMN_PACKED | COLUMN_RARE,
    COLUMN_ALL = COLUMN_PLAIN | COLUMN_WIDE | COLUMN_SHARED,
    // the shared ones in a row: from the first to the end of the last
    COLUMNS_SHARED_AT = offsetof(struct ledger_row, endpoint),
    COLUMNS_SHARED_BYTES = offsetof(struct ledger_row, usage_estimated) + sizeof(bool) - COLUMNS_SHARED_AT,
    COLUMNS_KEY_BYTES = COLUMNS_SHARED_BYTES + 32, // a NUL more for each text
};

struct column {
    const char *name; // NULL ends the table
    enum column_type type;
    enum column_part part;
    size_t offset;
    size_t size;
};

extern const struct column COLUMNS[];

const char *column_sql_type(const struct column *c);
// "id, started_us, ..." of these parts
void columns_list(struct buf *out, unsigned parts);
// Binds the values of these parts from parameter 1 on; the row must outlive the step.
void columns_bind(sqlite3_stmt *statement, unsigned parts, const struct ledger_row *row);
// "id, started_us, ..." of all, as expressions over the tables `record`, `kind` and `wide`
void columns_view(struct buf *out);
// The current row of a SELECT of columns_list of the same parts; the other fields are set to 0.
void columns_read(sqlite3_stmt *statement, unsigned parts, struct ledger_row *row);
// The shared values as bytes: equal for two rows if and only if all shared values are. Returns their number.
size_t columns_key(const struct ledger_row *row, char out[static COLUMNS_KEY_BYTES]);
void columns_csv_header(struct buf *out);
void columns_csv_row(const struct ledger_row *row, struct buf *out);

#endif
