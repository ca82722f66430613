// A second view of a text, in which the common disguises of ASCII are undone.
//
// Full-width, mathematical, enclosed, raised and foreign digits and letters become ASCII, letters of other scripts that
// look like Latin ones become these, exotic spaces, dots and dashes become ' ', '.' and '-', characters without width,
// combining marks and marks of direction disappear, and tag characters become the ASCII that they carry. The view is
// for searching only; a mapped text leads back to the original.
#ifndef SLUICE_TEXT_NORMALISE_H
#define SLUICE_TEXT_NORMALISE_H

#include "text/mapped.h"

enum normal_status {
    NORMAL_SAME,    // nothing disguised: *out is not set
    NORMAL_CHANGED, // *out is the view
    NORMAL_NO_ROOM  // the arena is full
};

// text must be well-formed UTF-8 of less than 4 GiB; `under` is the mapped text that it belongs to, or NULL. Linear;
// memory comes from the arena.
enum normal_status normalise(struct span text, const struct mapped *under, struct arena *arena, struct mapped *out)
    __attribute__((warn_unused_result));

#endif
