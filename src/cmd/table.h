// Reads CSV, TSV and plain lines, a record at a time, in constant memory.
//
// Quotes, doubled quotes and line breaks within quotes are those of RFC 4180. The separator (comma, semicolon or tab)
// is the one that the first line has most of; a file that is neither .csv nor .tsv has one value a line, unless
// `columns` says that it has more.
#ifndef SLUICE_CMD_TABLE_H
#define SLUICE_CMD_TABLE_H

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

enum { TABLE_FIELDS = 512, TABLE_RECORD_BYTES = 1 << 20 };

struct table {
    FILE *file;
    const char *path;
    bool standard;       // stdin, not to be closed
    char separator;      // 0 = one value a line
    char chunk[1 << 16]; // read ahead
    size_t chunk_len, chunk_at;
    uint64_t bytes, total;    // read; of the file, 0 = not known
    uint64_t line, next_line; // where the record began; where the next one does
    struct buf record;        // the fields, one behind the other
    size_t begins[TABLE_FIELDS + 1];
    size_t count; // fields of the record
};

// -1 with the reason in *e. "-" is standard input.
int table_open(struct table *t, const char *path, bool columns, struct err *e) __attribute__((warn_unused_result));
// 1 with a record, 0 at the end, -1 with the reason in *e. Fields live until the next call.
int table_next(struct table *t, struct err *e) __attribute__((warn_unused_result));
struct span table_field(const struct table *t, size_t column);
// Wipes what was read.
void table_close(struct table *t);

#endif
