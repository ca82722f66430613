// Reads files of logs row by row for whoever wants the rows, and keeps the books: what each file was, and every row
// that could not be used.
#ifndef SLUICE_REPORT_INTAKE_H
#define SLUICE_REPORT_INTAKE_H

#include <jansson.h>
#include <stdio.h>

#include "report/reader.h"

enum { INTAKE_FILES = 256, INTAKE_BAD_SHOWN = 10 };

struct intake_options {
    struct reader_options reader;
    FILE *bad_rows;                              // every bad row as "FILE:LINE: why", or NULL
    void (*tick)(void *context, uint64_t bytes); // progress: stored bytes more; may be NULL
    bool (*stop)(void *context);                 // true: end now; may be NULL
    void *context;
};

struct intake_file {
    char *path;                                           // owned
    const char *format, *title, *container, *compression; // constants, "" when not known
    uint64_t rows, bad, left_out, bytes, unreadable_cells;
};

struct intake_bad {
    uint32_t file;
    uint64_t line;
    struct err why;
};

struct intake {
    struct intake_options options;
    struct intake_file files[INTAKE_FILES];
    uint32_t file_count;
    struct intake_bad bad_shown[INTAKE_BAD_SHOWN];
    uint64_t rows, bad, left_out;
    bool stopped;
};

void intake_init(struct intake *in, const struct intake_options *options);
void intake_release(struct intake *in);

// -1 with the reason in *e: the row counts as bad.
typedef int intake_row(void *context, struct reader *r, const struct usage_row *row, struct err *e);
// Reads a file to its end, or until it is stopped. -1 with the reason in *e, which names the file.
int intake_read(struct intake *in, const char *path, intake_row *take, void *context, struct err *e)
    __attribute__((warn_unused_result));

// "files", "bad_rows", "bad", "rows" and "left_out" of a report.
void intake_add_json(const struct intake *in, json_t *report);
// Says that there was no row, and why not.
void intake_set_empty(const struct intake *in, struct err *e);

#endif
