// A second view of a text, in which the common disguises of ASCII are undone.
//
// Full-width, mathematical and foreign digits and letters become ASCII, letters of Cyrillic and Greek that
// look like Latin ones become these, exotic spaces and dashes become ' ' and '-', characters without width
// disappear. The view is for searching only. Marks lead from its offsets back to the original.
#ifndef SLUICE_TEXT_NORMALISE_H
#define SLUICE_TEXT_NORMALISE_H

#include "base/arena.h"
#include "base/span.h"

struct normal_mark {
    uint32_t at;   // offset in the view, from which on ...
    uint32_t from; // ... the original goes on at this offset
};

struct normal {
    struct span original;
    struct span text;
    const struct normal_mark *marks; // ascending; the first one is {0, 0} or later in the original
    size_t mark_count;
};

enum normal_status {
    NORMAL_SAME,    // nothing disguised: *out is not set
    NORMAL_CHANGED, // *out is the view
    NORMAL_NO_ROOM  // the arena is full
};

// text must be well-formed UTF-8 of less than 4 GiB. Linear; memory comes from the arena.
enum normal_status normalise(struct span text, struct arena *arena, struct normal *out)
    __attribute__((warn_unused_result));

// Where the byte at offset `at` of the view (below its length) begins in the original.
size_t normal_origin(const struct normal *n, size_t at);
// Where the code point that the byte before offset `end` (above 0) belongs to ends in the original.
size_t normal_origin_end(const struct normal *n, size_t end);

#endif
