// The formats of usage logs, as one table of data: a new format is a row.
//
// A format says by which columns it is known and what its columns mean. Names with dots reach into JSON: into nested
// objects of a JSON log, and into cells of a CSV that hold JSON.
#ifndef SLUICE_REPORT_FORMAT_H
#define SLUICE_REPORT_FORMAT_H

#include "report/fields.h"

enum { FORMAT_CSV = 1, FORMAT_JSON = 2 };

enum {
    FORMAT_TOTALS = 1,         // a row stands for many requests
    FORMAT_NO_REQUESTS = 2,    // ... and does not say for how many
    FORMAT_INPUT_UNCACHED = 4, // the input tokens are those without cache reads and writes
    FORMAT_BILL = 8,           // money by line item, without requests and tokens
    FORMAT_WRITES_APART = 16   // cache writes for 5 minutes and for an hour are told apart, not as whole and part
};

struct format_column {
    const char *name; // NULL ends the list
    enum field field;
    enum unit unit;
};

struct format {
    const char *name;  // for --format
    const char *title; // for people
    unsigned in;       // FORMAT_CSV, FORMAT_JSON
    unsigned flags;
    const char *marks; // columns that all must be there: "a,b,c"
    const char *kind;  // the value of FIELD_KIND of rows that are requests; others are left out and counted
    const struct format_column *columns;
};

extern const struct format FORMATS[]; // ended by an entry without a name
extern const struct format FORMAT_MAPPED;

const struct format *format_by_name(const char *name);

// Tells whether a column (a path in JSON) is there.
typedef bool format_has(void *context, struct span column);
// The format with the most marks of those whose marks are all there, or NULL.
const struct format *format_recognise(unsigned in, format_has *has, void *context);

// What a row of this format leaves to be worked out: sums of tokens, times from other times. -1 with *e when what the
// row tells contradicts itself.
int format_finish(const struct format *format, struct usage_row *row, struct err *e)
    __attribute__((warn_unused_result));

#endif
