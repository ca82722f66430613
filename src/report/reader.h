// Reads usage logs: recognises what a file holds, and yields its entries one by one in constant memory.
#ifndef SLUICE_REPORT_READER_H
#define SLUICE_REPORT_READER_H

#include "report/layout.h"
#include "report/source.h"

struct reader_options {
    const struct format *format; // NULL: recognise
    const struct column_map *maps;
    size_t map_count;
    size_t record_bytes; // most of one entry; 0: WINDOW_RECORD_BYTES
    int64_t now_us;      // wall clock
};

enum reader_status {
    READER_ROW,
    READER_BAD,      // an entry that cannot be used: *e says why; reading goes on
    READER_LEFT_OUT, // an entry that is no request (a span of a trace, say)
    READER_END,
    READER_FAILED // the file cannot be read on: *e says why
};

struct reader;

// "-" is standard input. NULL with the reason in *e, without the file's name.
struct reader *reader_open(const char *path, const struct reader_options *options, struct err *e);
// Takes the source, also on failure; for tests.
struct reader *reader_open_source(struct source *source, const struct reader_options *options, struct err *e);
void reader_free(struct reader *r);

// Spans of the row live until the next call.
enum reader_status reader_next(struct reader *r, struct usage_row *row, struct err *e);
// row->prompt and row->response are given as they stand in the file; this decodes one of them, once.
struct span reader_decode(struct reader *r, struct span raw);

// Where the last entry began, from 1; of a ledger: its number.
uint64_t reader_line(const struct reader *r);
// NULL until it is recognised: with JSON, at the first entry.
const struct format *reader_format(const struct reader *r);
// Cells that should hold JSON, and do not; what they would have told is missing.
uint64_t reader_unreadable_cells(const struct reader *r);
uint64_t reader_position(const struct reader *r);
const char *reader_container(const struct reader *r); // "CSV", "JSON lines", "JSON", "SQLite"
const char *reader_compression(const struct reader *r);

#endif
