// Picks a few values out of JSON text without parsing the rest: for cells of a CSV that hold JSON, of which every row
// has one.
//
// One pass that follows brackets and strings; what it passes over is not checked. In a cell that is quoted each quote
// stands twice, and is read so: nothing has to be copied.
#ifndef SLUICE_REPORT_PICK_H
#define SLUICE_REPORT_PICK_H

#include "base/span.h"

enum { PICK_MOST = 16, PICK_DEPTH = 8 };

struct picks {
    struct {
        struct span keys[PICK_DEPTH]; // from the outside in
        uint32_t depth;
    } paths[PICK_MOST];
    uint32_t count;
};

// Adds a path, "usage.details.cached"; false when there is no room.
bool picks_add(struct picks *p, struct span path);

// The values as they stand in the text (strings with their quotes), SPAN_NONE for those that are not there; the last
// one where a key is repeated. `quotes`: bytes that stand for one quote, 1 or 2. False when brackets or strings do not
// close.
bool picks_find(const struct picks *p, struct span json, size_t quotes, struct span out[static PICK_MOST]);

#endif
