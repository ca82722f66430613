#include "gate/starts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/literal.h"
#include "gate/places.h"

enum {
    REACH = 64,                           // a word or a gram is less away from the begin of its literal
    BEYOND = PLACES_BLOCK + PLACES_AHEAD, // bytes that are read behind the end of a text, at most
};

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

// Where the word begins that the literal is looked up by, its longest; SIZE_MAX when there is none. What has less than
// WORD_LEAST letters is none, and what is not more may not go on in hundreds of ways: each would be a bit.
static size_t word_of(const struct anchor *a) {
    size_t len = strlen(a->literal), best = SIZE_MAX, longest = 0;
    for (size_t i = 0, n; i < len; i += n + !n) {
        for (n = 0; char_in(a->literal[i + n], CHARS_ALPHA); n++) continue;
        bool begins = i ? !in_word(a->literal[i - 1]) : a->flags & (ANCHOR_WORD | ANCHOR_STEM);
        bool ends = i + n < len || a->flags & ANCHOR_WORD;
        if (n > longest && begins && (n > WORD_LEAST || (n == WORD_LEAST && ends))) best = i, longest = n;
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
    size_t word = word_of(a), len = strlen(a->literal + word);
    char key[WORD_KEY] = {0};
    for (size_t i = 0; i < WORD_KEY && i < len; i++) key[i] = places_reduced(a->literal[word + i]);
    // What ends before the key does is a whole word: no letter follows but that of the plural.
    unsigned ways = len < WORD_KEY ? 2 : 1;
    assert(len >= WORD_LEAST);
    for (unsigned i = 0; i < ways; i++) {
        uint32_t bytes;
        if (i) key[len] = 's';
        memcpy(&bytes, key, sizeof bytes);
        uint32_t bit = word_bit(bytes);
        t->filter.bits[bit / 32] |= (uint32_t)1 << bit % 32;
        places[i] = (struct literal_place){word_cell(bytes), (uint16_t)anchor, (int16_t)-word};
    }
    return ways;
}
_Static_assert(WORD_KEY == WORD_LEAST + 1, "one byte may follow");

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
        bool first = i == 0 || p[-1].cell != p->cell;
        t->rows[i] = literal_row(a, p->anchor, p->begins);
        t->rows[i].last = i + 1 == count || p[1].cell != p->cell;
        literal_cell_add(&t->cells[p->cell], first, a, p->begins);
        if (first) t->cells[p->cell].row = (uint16_t)i;
    }
}

struct starts *starts_new(const struct anchor *anchors, unsigned count) {
    struct starts *t = mem_new(sizeof *t);
    struct literal_place *places = mem_new_array((size_t)count * GRAM_PLACES + 1, sizeof *places);
    unsigned n = 0;
    t->anchors = anchors;
    for (unsigned i = 0; i < count; i++) {
        assert(strlen(anchors[i].literal) < REACH);
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

// A place where a literal is likely, and the first row of those that may stand there.
struct likely {
    uint16_t at, row;
};

// Adds the place if it is one; there is room behind the last one.
static inline struct likely *add_likely(const struct starts *t, const char *p, uint16_t at, uint32_t cell,
                                        struct likely *to) {
    const struct literal_cell *c = &t->cells[cell];
    to->at = at;
    to->row = c->row;
    return to + literal_cell_fits(c, p + at);
}

// Compares the rows of each place, without a branch between one place and the next: how many rows there are cannot be
// foretold.
static void look_up(struct start_reader *r, const char *p, const struct likely *at, const struct likely *end) {
    for (unsigned row = at->row; at < end;) {
        const struct literal_row *l = &r->table->rows[row];
        if (__builtin_expect(literal_begins(l, p + at->at + l->begins), 0))
            check(r, r->at + at->at + (size_t)l->begins, l);
        at += l->last;
        row = row + 1 + ((at->row - row - 1) & -(unsigned)l->last); // the place's first, or the next one
    }
}

static void read_on(struct start_reader *r) {
    const struct starts *t = r->table;
    size_t left = r->text.len - r->at, n = left < PLACES_BYTES ? left : PLACES_BYTES;
    const char *p = r->text.at + r->at;
    char copy[REACH + PLACES_READ + BEYOND];
    struct places found;
    struct likely likely[PLACES_BYTES + 2], *end = likely;
    if (r->at < REACH || left < PLACES_READ) { // so that nothing is read beyond the ends of the text
        size_t before = r->at < REACH ? r->at : REACH, behind = left < PLACES_READ ? left : PLACES_READ;
        memset(copy, 0, REACH);
        for (size_t i = 0; i < BEYOND; i += PLACES_AHEAD) memset(copy + REACH + behind + i, 0, PLACES_AHEAD);
        memmove(copy + REACH - before, p - before, before + behind); // memcpy would become a slow loop here
        p = copy + REACH;
    }
    unsigned blocks = (unsigned)(n + PLACES_BLOCK - 1) / PLACES_BLOCK;
    places_find(&t->filter, &t->grams, p, blocks, &r->after_word, &found);
    // First what is likely, without a branch, then the few that are.
    for (unsigned i = 0; i < found.word_count; i++)
        end = add_likely(t, p, found.words[i], word_cell(places_key(&found, found.words[i])), end);
    for (unsigned i = 0; i < found.gram_count; i++)
        end = add_likely(t, p, found.grams[i], WORD_CELLS + gram_cell(found.codes + found.grams[i]), end);
    end->row = 0;
    look_up(r, p, likely, end);
    r->at += n;
}
_Static_assert(PLACES_AHEAD >= LITERAL_BEGIN + 1, "the last place's literal may begin one byte behind it");

void starts_begin(struct start_reader *r, const struct starts *t, struct span text, size_t at, bool after_word) {
    r->table = t;
    r->text = text;
    r->from = r->at = at;
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
