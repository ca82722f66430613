#include "gate/starts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/literal.h"
#include "gate/places.h"

enum { CELLS = WORD_CELLS + GRAM_CELLS };

struct starts {
    struct literal_cell cells[CELLS]; // first: none lies across two cache lines
    struct word_filter filter;
    struct grams grams;       // of the literals that may stand anywhere
    struct literal_row *rows; // in the order of cells
    const struct anchor *anchors;
};

// Bytes above 0x7f count as letters.
static bool in_word(char c) {
    return char_in(c, CHARS_ALNUM) || (unsigned char)c >= 0x80;
}

// Where the word begins that the literal is looked up by, its longest; SIZE_MAX when there is none. It has WORD_LEAST
// letters or more, and where it may go on beyond the literal, all those of the key.
static size_t word_of(const struct anchor *a) {
    size_t len = strlen(a->literal), best = SIZE_MAX, longest = 0;
    for (size_t i = 0, n; i < len; i += n + !n) {
        for (n = 0; char_in(a->literal[i + n], CHARS_ALPHA); n++) continue;
        bool begins = i ? !in_word(a->literal[i - 1]) : a->flags & (ANCHOR_WORD | ANCHOR_STEM);
        bool ends = i + n < len || a->flags & ANCHOR_WORD;
        if (n > longest && begins && n >= (ends ? WORD_LEAST : WORD_KEY)) best = i, longest = n;
    }
    return best;
}

bool starts_takes(const struct anchor *a) {
    return word_of(a) != SIZE_MAX;
}

// ---------------------------------------------------------------- the table

// Where the word is met that the literal is looked up by. Returns the number of places: 2 at most.
static unsigned add_word(struct starts *t, unsigned anchor, struct literal_place *places) {
    const struct anchor *a = &t->anchors[anchor];
    size_t word = word_of(a), len = 0;
    char key[WORD_KEY] = {0};
    for (char c; len < WORD_KEY && (c = places_reduced(a->literal[word + len])); len++) key[len] = c;
    assert(len >= WORD_LEAST);
    // Where the literal ends before the key does, no letter follows but that of the plural.
    unsigned ways = len < WORD_KEY && !a->literal[word + len] ? 2 : 1;
    for (unsigned i = 0; i < ways; i++) {
        uint32_t begin;
        uint64_t letters;
        if (i) key[len] = 's';
        memcpy(&begin, key, sizeof begin);
        memcpy(&letters, key, sizeof letters);
        uint32_t bit = word_bit(begin);
        t->filter.bits[bit / 32] |= (uint32_t)1 << bit % 32;
        places[i] = (struct literal_place){word_cell(letters), (uint16_t)anchor, (int16_t)-word};
    }
    return ways;
}

static int by_cell(const void *a, const void *b) {
    const struct literal_place *x = a, *y = b;
    if (x->cell != y->cell) return x->cell < y->cell ? -1 : 1;
    return x->anchor != y->anchor ? x->anchor - y->anchor : x->begins - y->begins;
}

// Sorts the places; one cell may have been chosen twice for a literal.
static unsigned sort_places(struct literal_place *places, unsigned count) {
    unsigned kept = 0;
    qsort(places, count, sizeof *places, by_cell);
    for (unsigned i = 0; i < count; i++)
        if (!kept || by_cell(&places[kept - 1], &places[i])) places[kept++] = places[i];
    return kept;
}

static void fill_cells(struct starts *t, const struct literal_place *places, unsigned count) {
    t->rows = mem_new_array(count + 1, sizeof *t->rows);
    for (unsigned i = 0; i < CELLS; i++) t->cells[i] = literal_cell_empty();
    for (unsigned i = 0; i < count; i++) {
        const struct literal_place *p = &places[i];
        const struct anchor *a = &t->anchors[p->anchor];
        t->rows[i] = literal_row(a, p->anchor, p->begins);
        literal_cell_add(&t->cells[p->cell], i, a, p->begins);
    }
}

struct starts *starts_new(const struct anchor *anchors, unsigned count) {
    struct starts *t = mem_new(sizeof *t);
    struct literal_place *places = mem_new_array((size_t)count * GRAM_PLACES + 1, sizeof *places);
    unsigned n = 0;
    t->anchors = anchors;
    for (unsigned i = 0; i < count; i++) {
        if (starts_takes(&anchors[i])) n += add_word(t, i, places + n);
    }
    n += grams_add(&t->grams, anchors, count, starts_takes, WORD_CELLS, places + n);
    assert(n <= UINT16_MAX);
    fill_cells(t, places, sort_places(places, n));
    free(places);
    return t;
}

void starts_free(struct starts *t) {
    if (!t) return;
    free(t->rows);
    free(t);
}

// ---------------------------------------------------------------- reading

static bool stands_at(const struct anchor *a, size_t len, const char *p) {
    if (!(a->flags & ANCHOR_CASELESS)) return memcmp(p, a->literal, len) == 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char x = (unsigned char)p[i], y = (unsigned char)a->literal[i];
        if (x != y && ((x ^ y) != 0x20 || !char_in((char)x, CHARS_ALPHA))) return false;
    }
    return true;
}

static bool is_later(const struct start_match *a, const struct start_match *b) {
    if (a->end != b->end) return a->end > b->end;
    if (a->bound != b->bound) return b->bound;
    return a->start != b->start ? a->start > b->start : a->anchor > b->anchor;
}

static void keep(struct start_reader *r, struct start_match m) {
    r->full |= r->count == STARTS_WAITING;
    if (r->full) return;
    unsigned i = r->count++;
    for (; i && is_later(&r->waiting[i - 1], &m); i--) r->waiting[i] = r->waiting[i - 1];
    r->waiting[i] = m;
}

// The row's literal begins at `start`, as its first bytes tell.
static __attribute__((noinline)) void check(struct start_reader *r, size_t start, const struct literal_row *row) {
    const struct anchor *a = &r->table->anchors[row->anchor];
    if (start < r->from || start >= r->text.len || row->len > r->text.len - start) return;
    if (row->len > LITERAL_BEGIN && !stands_at(a, row->len, r->text.at + start)) return;
    keep(r, (struct start_match){(uint32_t)start, (uint32_t)(start + row->len), row->anchor, row->bound});
}

// The bytes at `at` of the text, where its end is near; or none. By memmove, which stays a call: a copy that is known
// to be short becomes a slow loop.
static __attribute__((noinline, cold, pure)) uint64_t last_bytes(struct span text, size_t at) {
    uint64_t bytes = 0;
    if (at < text.len) memmove(&bytes, text.at + at, text.len - at < sizeof bytes ? text.len - at : sizeof bytes);
    return bytes;
}

// LITERAL_BEGIN bytes at `at` of the text, which may be before its begin: there, and behind its end, is nothing.
static inline uint64_t bytes_at(const struct start_reader *r, size_t at) {
    uint64_t bytes;
    if (__builtin_expect(at >= r->readable, 0)) return last_bytes(r->text, at);
    memcpy(&bytes, r->text.at + at, sizeof bytes);
    return bytes;
}

// A place where a literal is likely, and the cell of those that may stand there.
struct likely {
    uint16_t at, cell;
};

// Adds the place if it is one, and else writes it where the next one goes.
static inline struct likely *add_likely(const struct start_reader *r, uint16_t at, uint32_t cell, struct likely *to) {
    *to = (struct likely){at, (uint16_t)cell};
    return to + literal_cell_fits(&r->table->cells[cell], bytes_at(r, r->at + at));
}

// Compares the rows of the place's cell.
static inline void look_up(struct start_reader *r, size_t at, const struct literal_cell *cell) {
    const struct literal_row *row = &r->table->rows[cell->row];
    for (unsigned i = cell->count; i; i--, row++) {
        size_t start = at + (size_t)row->begins;
        if (__builtin_expect(literal_begins(row, bytes_at(r, start)), 0)) check(r, start, row);
    }
}

static void read_on(struct start_reader *r) {
    const struct starts *t = r->table;
    struct places found;
    struct likely likely[PLACES_BYTES + 1], *end = likely;
    size_t left = r->text.len - r->at;
    places_find(&t->filter, &t->grams, span_sub(r->text, r->at, left), &r->after_word, &found);
    // First what is likely, without a branch, so that no cell is waited for before the next one is asked for.
    for (unsigned i = 0; i < found.word_count; i++)
        end = add_likely(r, found.words[i], places_word_cell(&found, found.words[i]), end);
    for (unsigned i = 0; i < found.gram_count; i++)
        end = add_likely(r, found.grams[i], WORD_CELLS + places_gram_cell(&found, found.grams[i]), end);
    for (const struct likely *l = likely; l < end; l++) look_up(r, r->at + l->at, &t->cells[l->cell]);
    r->at += left < PLACES_BYTES ? left : PLACES_BYTES;
}
_Static_assert((int)PLACES_AHEAD >= (int)WORD_KEY, "the last place's word");

void starts_begin(struct start_reader *r, const struct starts *t, struct span text, size_t at, bool after_word) {
    r->table = t;
    r->text = text;
    r->from = r->at = at;
    r->readable = text.len < LITERAL_BEGIN ? 0 : text.len - LITERAL_BEGIN + 1;
    r->after_word = after_word;
    r->full = false;
    r->given = r->count = 0;
}

bool starts_next(struct start_reader *r, size_t until, struct start_match *out) {
    for (;;) {
        const struct start_match *next = &r->waiting[r->given];
        bool waits = r->given < r->count;
        if (waits && next->end > until) return false;
        // Nothing that is not read yet can end before it.
        if (waits && next->end <= r->at) {
            *out = *next;
            r->given++;
            return true;
        }
        if (r->at >= until || r->at == r->text.len) return false;
        if (r->given) memmove(r->waiting, next, (r->count -= r->given) * sizeof *next);
        r->given = 0;
        read_on(r);
    }
}
