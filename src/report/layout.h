// Which column of a log fills which field: a format and the user's --map, bound to the names that a log has.
//
// A base is what the log itself has: a column of a CSV, a key of a JSON object. A target reads a base, or a place in
// the JSON that the base holds, into a field; of several targets for one field the first that tells it counts.
#ifndef SLUICE_REPORT_LAYOUT_H
#define SLUICE_REPORT_LAYOUT_H

#include "report/format.h"

enum { LAYOUT_MOST = 96, LAYOUT_MAPS = 32, LAYOUT_NAME_BYTES = 96 };

// --map FIELD=COLUMN
struct column_map {
    enum field field;
    enum unit unit;
    struct span column;
};
// -1 with the reason in *e; the column points into the text.
int column_map_read(const char *text, struct column_map *out, struct err *e) __attribute__((warn_unused_result));

struct target {
    uint16_t base;
    uint16_t rest; // where the path within the base begins in `name`; 0 = the base itself
    enum field field;
    enum unit unit;
    struct span name; // the whole path
};

struct layout {
    const struct format *format;
    struct span bases[LAYOUT_MOST];
    size_t base_count;
    struct target targets[LAYOUT_MOST];
    size_t target_count;
};

// Binds. `has` tells whether a base is there; NULL: any may come (JSON). Names live as long as the format and maps.
// -1 when a mapped column is not there.
int layout_bind(struct layout *c, const struct format *format, const struct column_map *maps, size_t map_count,
                format_has *has, void *context, struct err *e) __attribute__((warn_unused_result));

#endif
