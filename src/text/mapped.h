// A text that was made from another one, with the way back: which bytes of the other one each of its bytes stands for.
//
// A mapped text is a row of pieces. A piece is either a copy, whose bytes lead back one by one, or a change, each byte
// of which stands for the whole stretch that it replaces. A deletion is a change without bytes. Mapped texts stack:
// `under` is the one that this was made from, NULL when it was the original text.
//
// Where little changes, only the surroundings of the changes are kept (a *sparse* text): MAPPED_CONTEXT bytes on both
// sides, and a line feed where something was left out. Memory comes from the arena that the builder is given.
#ifndef SLUICE_TEXT_MAPPED_H
#define SLUICE_TEXT_MAPPED_H

#include "base/arena.h"
#include "base/span.h"

enum piece_kind {
    PIECE_COPY = 0,
    PIECE_CHANGED = 1,
    PIECE_WEAK = 2, // changed on slight grounds: what is found here must have more to speak for it
    PIECE_RUN = 4,  // a whole run was decoded: what is found here covers the run
    PIECE_GAP = 8,  // a line feed in place of what a sparse text leaves out
};

enum { MAPPED_CONTEXT = 96 };

struct piece {
    uint32_t at;       // where it begins in the text; it ends where the next one begins
    uint32_t from, to; // the stretch of the text under it
    uint32_t kind;     // set of enum piece_kind
};

struct mapped {
    const struct mapped *under;
    struct span text;
    struct piece *pieces; // ascending
    size_t count;
};

// Leads bytes [*start, *end) of m, *start < *end, back to the original text.
void mapped_trace(const struct mapped *m, size_t *start, size_t *end);
// The kinds of all pieces that [start, end) of m touches, in m and in those under it; *top: in m alone.
unsigned mapped_kinds(const struct mapped *m, size_t start, size_t end, unsigned *top);

struct mapped_builder {
    struct arena *arena;
    struct span source;         // what the pieces are made from
    const struct mapped *under; // the same with its pieces, or NULL
    char *out;                  // NULL before the first change
    size_t len, cap, copied;    // copied: all of the source before this was dealt with
    struct piece *pieces;
    size_t count, room;
    bool sparse, no_room;
};

// No memory is taken before the first change. What replaces a stretch of the source must not be longer than it.
void mapped_begin(struct mapped_builder *b, struct span source, const struct mapped *under, bool sparse,
                  struct arena *arena);
// Replaces [from, to) of the source; from is not below the end of the stretch before. kind: PIECE_CHANGED is implied.
void mapped_change(struct mapped_builder *b, size_t from, size_t to, const char *bytes, size_t n, unsigned kind);
// Adds to what replaced the last stretch.
void mapped_more(struct mapped_builder *b, const char *bytes, size_t n);
// Keeps [from, to) as it is, but as a change.
void mapped_keep(struct mapped_builder *b, size_t from, size_t to, unsigned kind);
// True when there was a change; *out is then the text. Asked for when b->no_room is false.
bool mapped_end(struct mapped_builder *b, struct mapped *out);

#endif
