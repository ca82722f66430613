// A literal as far as its first eight bytes tell, which nearly always is far enough: what the literal pass compares a
// place of the text with.
#ifndef SLUICE_GATE_LITERAL_H
#define SLUICE_GATE_LITERAL_H

#include "gate/checks.h"
#include "gate/scan.h"

enum { LITERAL_BEGIN = 8 };

struct literal_row {
    uint64_t begin, mask, small; // small: what makes letters small whose case does not count
    uint16_t anchor, len;
    int16_t begins; // where the literal begins, counted from the place; 1: behind it
    bool last;      // of those that are compared at one place
};

static inline struct literal_row literal_row(const struct anchor *a, unsigned anchor, ptrdiff_t begins) {
    struct literal_row row = {
        .anchor = (uint16_t)anchor, .len = (uint16_t)strlen(a->literal), .begins = (int16_t)begins};
    for (unsigned i = 0; i < row.len && i < LITERAL_BEGIN; i++) {
        bool letter = a->flags & ANCHOR_CASELESS && char_in(a->literal[i], CHARS_ALPHA);
        row.begin |= (uint64_t)((unsigned char)a->literal[i] | (letter ? 0x20 : 0)) << 8 * i;
        row.small |= (uint64_t)(letter ? 0x20 : 0) << 8 * i;
        row.mask |= (uint64_t)0xff << 8 * i;
    }
    return row;
}

// Whether the literal begins at p, where LITERAL_BEGIN bytes are readable.
static inline bool literal_begins(const struct literal_row *row, const char *p) {
    uint64_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return (((bytes | row->small) ^ row->begin) & row->mask) == 0;
}

// What eight bytes at a place have in common wherever one of a few literals stands.
struct literal_cell {
    uint64_t value, mask;
    uint32_t row; // the first of them
};

// No text has eight bytes like these.
static inline struct literal_cell literal_cell_empty(void) {
    return (struct literal_cell){.value = UINT64_MAX, .mask = UINT64_MAX};
}

// The literal begins `begins` bytes behind the place. first: it is the cell's first.
static inline void literal_cell_add(struct literal_cell *cell, bool first, const struct anchor *a, int begins) {
    uint64_t value = 0, mask = 0;
    int len = (int)strlen(a->literal);
    for (int i = 0; i < 8; i++) {
        int at = i - begins;
        if (at < 0 || at >= len) continue;
        bool letter = a->flags & ANCHOR_CASELESS && char_in(a->literal[at], CHARS_ALPHA);
        mask |= (uint64_t)(letter ? 0xff & ~0x20 : 0xff) << 8 * i;
        value |= (uint64_t)(unsigned char)a->literal[at] << 8 * i;
    }
    if (first) cell->value = value, cell->mask = mask;
    cell->mask &= mask & ~(cell->value ^ value);
}

// Whether one may stand where the place is at p.
static inline bool literal_cell_fits(const struct literal_cell *cell, const char *p) {
    uint64_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return ((bytes ^ cell->value) & cell->mask) == 0;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the low one");

#endif
