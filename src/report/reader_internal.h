// Private to the readers: what they have in common, and one set of functions for each container.
#ifndef SLUICE_REPORT_READER_INTERNAL_H
#define SLUICE_REPORT_READER_INTERNAL_H

#include "report/csv.h"
#include "report/reader.h"
#include "report/window.h"
#include "wire/json.h"

enum { READER_TEXT_BYTES = 8192, READER_SHORT_TEXT = 1024, READER_JSON_DEPTH = 64, READER_JSON_VALUES = 1 << 18 };

struct reader_kind {
    const char *name;
    enum reader_status (*next)(struct reader *r, struct usage_row *row, struct err *e);
    struct span (*decode)(struct reader *r, struct span raw);
    void (*free)(struct reader *r);
};

struct reader {
    const struct reader_kind *kind;
    void *state; // of the kind
    struct source *source;
    struct window window;
    struct reader_options options;
    struct column_map maps[LAYOUT_MAPS];
    struct layout layout; // layout.format: NULL until it is known
    struct field_state fields;
    uint64_t line;
    uint64_t unreadable_cells;
    char texts[READER_TEXT_BYTES]; // decoded strings of the row
    size_t text_len;
};

int reader_csv_open(struct reader *r, struct err *e);
int reader_json_open(struct reader *r, struct err *e);
int reader_ledger_open(struct reader *r, const char *path, struct err *e);

// The format: options.format, or by its marks, or that of maps alone; NULL when none is known. -1 when options.format
// is not for this container.
int reader_pick_format(const struct reader *r, unsigned in, format_has *has, void *context, const struct format **out,
                       struct err *e);
// The value at a path within a parsed JSON value; 0 when it is not there.
uint32_t reader_json_at(const struct json_doc *doc, uint32_t node, struct span path);
// Reads a JSON value into a field.
int reader_take_json(struct reader *r, struct usage_row *row, const struct target *t, const struct json_doc *doc,
                     uint32_t node, struct err *e);
// A value that is there and says nothing: "", null, {}, [].
bool reader_says_nothing(struct span raw);
// After all targets: what is worked out, and whether the row can be used.
enum reader_status reader_finish(struct reader *r, struct usage_row *row, struct span kind, struct err *e);

#endif
