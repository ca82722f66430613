// A literal as far as its first eight bytes tell, which nearly always is far enough: what the literal pass compares a
// place of the text with.
#ifndef SLUICE_GATE_LITERAL_H
#define SLUICE_GATE_LITERAL_H

#include "gate/checks.h"
#include "gate/scan.h"

enum { LITERAL_BEGIN = 8, LITERAL_CELL = 6 };
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the low one");

// Where a literal is met: in a cell of the table, at a place that its begin is `begins` bytes behind.
struct literal_place {
    uint32_t cell;
    uint16_t anchor;
    int16_t begins;
};

struct literal_row {
    uint64_t begin, mask; // without what the case of a letter changes, where it does not count
    uint16_t anchor, len;
    int16_t begins; // where the literal begins, counted from the place; 1: behind it
    bool bound;     // it begins with a letter, where a word does
};

// What counts of a byte of the literal.
static inline uint8_t literal_mask(const struct anchor *a, char c) {
    return a->flags & ANCHOR_CASELESS && char_in(c, CHARS_ALPHA) ? 0xff & ~0x20 : 0xff;
}

static inline struct literal_row literal_row(const struct anchor *a, unsigned anchor, int16_t begins) {
    struct literal_row row = {.anchor = (uint16_t)anchor, .len = (uint16_t)strlen(a->literal), .begins = begins};
    row.bound = a->flags & (ANCHOR_WORD | ANCHOR_STEM) && char_in(a->literal[0], CHARS_ALPHA);
    for (unsigned i = 0; i < row.len && i < LITERAL_BEGIN; i++) {
        row.begin |= (uint64_t)(unsigned char)a->literal[i] << 8 * i;
        row.mask |= (uint64_t)literal_mask(a, a->literal[i]) << 8 * i;
    }
    return row;
}

// Whether the literal begins with these bytes of a text.
static inline bool literal_begins(const struct literal_row *row, uint64_t bytes) {
    return ((bytes ^ row->begin) & row->mask) == 0;
}

// What the first bytes at a place have in common wherever one of a few literals stands. A quarter of a cache line.
struct literal_cell {
    uint8_t value[LITERAL_CELL];
    uint16_t row; // the first of them
    uint8_t mask[LITERAL_CELL];
    uint16_t count; // of them
};
_Static_assert(sizeof(struct literal_cell) == 16, "value and row, mask and count, are eight bytes");

// Hardly any text has bytes like these; and one that has is compared with no row.
static inline struct literal_cell literal_cell_empty(void) {
    struct literal_cell cell = {.row = 0};
    memset(cell.value, UINT8_MAX, sizeof cell.value);
    memset(cell.mask, UINT8_MAX, sizeof cell.mask);
    return cell;
}

// The literal begins `begins` bytes behind the place; its row is `row` if it is the cell's first.
static inline void literal_cell_add(struct literal_cell *cell, unsigned row, const struct anchor *a, int begins) {
    bool first = cell->count++ == 0;
    if (first) cell->row = (uint16_t)row;
    int len = (int)strlen(a->literal);
    for (int i = 0; i < LITERAL_CELL; i++) {
        int at = i - begins;
        bool there = at >= 0 && at < len;
        uint8_t value = there ? (uint8_t)a->literal[at] : 0, mask = there ? literal_mask(a, a->literal[at]) : 0;
        if (first) cell->value[i] = value, cell->mask[i] = mask;
        cell->mask[i] &= mask & (uint8_t) ~(cell->value[i] ^ value);
    }
}

// Whether one may stand where these are the bytes of a text.
static inline bool literal_cell_fits(const struct literal_cell *cell, uint64_t bytes) {
    uint64_t halves[2];
    memcpy(halves, cell, sizeof halves);
    return ((bytes ^ halves[0]) & halves[1]) << (64 - 8 * LITERAL_CELL) == 0;
}

#endif
