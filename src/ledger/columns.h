// The columns of the ledger: one table from which SQL, JSON and CSV are made.
#ifndef SLUICE_LEDGER_COLUMNS_H
#define SLUICE_LEDGER_COLUMNS_H

#include <sqlite3.h>

#include "base/buf.h"
#include "ledger/ledger.h"

enum column_type {
    COLUMN_TEXT,  // char[size]
    COLUMN_COUNT, // int64_t, always known
    COLUMN_MAYBE, // int64_t; negative = unknown = NULL
    COLUMN_INT,   // int
    COLUMN_U32,   // uint32_t
    COLUMN_BOOL,  // bool
    COLUMN_FLOAT, // float; NAN = NULL
    COLUMN_REAL   // double; NAN = NULL
};

struct column {
    const char *name; // NULL ends the table
    enum column_type type;
    size_t offset;
    size_t size; // of a text
};

extern const struct column COLUMNS[];

const char *column_sql_type(const struct column *c);
// "id, started_us, ..."
void columns_list(struct buf *out);
// The value of COLUMNS[column] as the result of a function of SQLite; the row must outlive the step.
void columns_result(sqlite3_context *out, int column, const struct ledger_row *row);
// The current row of a SELECT of columns_list.
void columns_read(sqlite3_stmt *statement, struct ledger_row *row);
void columns_csv_header(struct buf *out);
void columns_csv_row(const struct ledger_row *row, struct buf *out);

#endif
