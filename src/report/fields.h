// From the text of a column to a field of a row: one table of names and readers.
#ifndef SLUICE_REPORT_FIELDS_H
#define SLUICE_REPORT_FIELDS_H

#include "base/buf.h"
#include "base/err.h"
#include "report/row.h"

// In what a column counts; times tell their own form.
enum unit { UNIT_PLAIN, UNIT_CENTS, UNIT_SECONDS, UNIT_MILLISECONDS, UNIT_MICROSECONDS };

const char *field_name(enum field f); // "input_tokens"
// By name; FIELD_NONE when there is none. The name may say the unit: latency_ms, latency_s, ttft_us; *unit is set.
enum field field_by_name(struct span name, enum unit *unit);
// "time, model, input_tokens, ...", for messages.
void field_list(struct buf *out);

// A row with nothing told.
void row_clear(struct usage_row *row);

struct field_state {
    struct value_time_cache times;
    int64_t now_us; // later than a day behind it is no time of a log
};

// Reads one value into the row. The text is decoded and stays valid as long as the row; empty text is a value that is
// not told. -1 with what is wrong in *e (without the value itself).
int field_read(struct usage_row *row, enum field f, enum unit unit, struct span text, struct field_state *state,
               struct err *e) __attribute__((warn_unused_result));

#endif
