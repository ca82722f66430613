// Cuts JSON text into the values that are entries: a line each, the elements of an array, the elements of the "data"
// of a page, or values one after the other. Nothing is parsed here, so a piece may turn out to be no JSON.
#ifndef SLUICE_REPORT_PIECES_H
#define SLUICE_REPORT_PIECES_H

#include "report/window.h"

struct pieces {
    struct window *window;
    bool by_line;   // a value a line: a broken one costs its line only
    uint32_t level; // open arrays and objects around the place where we are
    uint32_t base;  // ... around an entry
    uint32_t page;  // level of the object whose "data" holds the entries; 0: none
    bool skip;      // the rest of a page, behind its data
    uint64_t line;  // where the piece begins, from 1
    uint64_t next_line;
};

// The window holds the beginning of the text.
void pieces_init(struct pieces *p, struct window *w, bool by_line);

enum piece_status { PIECE_FOUND, PIECE_BAD, PIECE_END, PIECE_FAILED };
// A piece lives until the next call. PIECE_BAD: *e says what is wrong, the next call goes on behind it.
enum piece_status pieces_next(struct pieces *p, struct span *out, struct err *e);

#endif
