#include "gate/starts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/literal.h"
#include "gate/places.h"

enum { REACH = 64 }; // a word or a gram is less away from the begin of its literal

// Where a literal may be met, by its word's first bytes.
struct entry {
    uint64_t key;
    uint32_t bucket;
    unsigned anchor;
    size_t word; // where it begins in the literal
};

struct starts {
    const struct anchor *anchors;
    struct word_filter filter;
    struct literal_cell cells[WORD_BUCKETS];
    struct literal_row *rows; // in the order of buckets
    struct grams *grams;      // the literals that may stand anywhere
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

// What may stand at place `at` of the filtered bytes, behind a literal that is shorter: *to gets up to 27 of them.
static unsigned may_follow(const struct anchor *a, size_t len, size_t at, const char *key, char *to) {
    bool whole = a->flags & ANCHOR_WORD && char_in(a->literal[strlen(a->literal) - 1], CHARS_WORD);
    unsigned n = 0;
    to[n++] = 0;
    if (whole && at == len) to[n++] = 's'; // plural
    else if (!whole || at > len + 1 || key[len] != 's')
        for (int c = 'a'; c <= 'z'; c++) to[n++] = (char)c;
    return n;
}

static void set_bit(struct starts *t, const char *key) {
    uint64_t bits;
    memcpy(&bits, key, sizeof bits);
    uint32_t bit = word_bit(bits);
    t->filter.bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

// Sets the bit of every word that may begin with the literal.
static void add_to_filter(struct starts *t, const struct anchor *a, size_t len, char key[static WORD_KEY]) {
    char one[27], two[27];
    if (len >= WORD_FILTERED) {
        set_bit(t, key);
        return;
    }
    for (unsigned i = 0, n = may_follow(a, len, len, key, one); i < n; i++) {
        key[len] = one[i];
        if (len + 1 == WORD_FILTERED) set_bit(t, key);
        else
            for (unsigned k = 0, m = may_follow(a, len, len + 1, key, two); k < m; k++) {
                key[len + 1] = two[k];
                set_bit(t, key);
            }
    }
}
_Static_assert(WORD_FILTERED - WORD_LEAST == 2, "two bytes may follow");

static void add_literal(struct starts *t, unsigned anchor, struct entry *entries, unsigned *count) {
    const struct anchor *a = &t->anchors[anchor];
    size_t word = word_of(a), len = strlen(a->literal + word), kept = len < WORD_KEY ? len : WORD_KEY;
    char key[WORD_KEY] = {0}, next[27] = {0};
    unsigned ways = 1; // in which a key goes on that is too short to choose a bucket: one of WORD_LEAST bytes is a word
    for (size_t i = 0; i < kept; i++) key[i] = places_reduced(a->literal[word + i]);
    if (kept < WORD_CHOOSING) ways = may_follow(a, len, kept++, key, next);
    for (unsigned i = 0; i < ways; i++) {
        if (ways > 1) key[kept - 1] = next[i];
        struct entry *e = &entries[(*count)++];
        memcpy(&e->key, key, sizeof e->key);
        e->bucket = word_bucket(e->key);
        e->anchor = anchor;
        e->word = word;
    }
    memset(key + len, 0, len < WORD_KEY ? WORD_KEY - len : 0);
    add_to_filter(t, a, len, key);
}
_Static_assert(WORD_CHOOSING == WORD_LEAST + 1, "one byte may follow");

static int by_bucket(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    return x->bucket != y->bucket ? (x->bucket < y->bucket ? -1 : 1)
                                  : (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static void fill_buckets(struct starts *t, struct entry *entries, unsigned count) {
    qsort(entries, count, sizeof *entries, by_bucket);
    t->rows = mem_new_array(count + 1, sizeof *t->rows);
    for (unsigned i = 0; i < WORD_BUCKETS; i++) t->cells[i] = literal_cell_empty();
    for (unsigned i = 0; i < count; i++) {
        const struct entry *e = &entries[i];
        bool first = i == 0 || e[-1].bucket != e->bucket;
        t->rows[i] = literal_row(&t->anchors[e->anchor], e->anchor, -(ptrdiff_t)e->word);
        t->rows[i].last = i + 1 == count || e[1].bucket != e->bucket;
        if (first) t->cells[e->bucket].row = i;
        literal_cell_add(&t->cells[e->bucket], first, &t->anchors[e->anchor], t->rows[i].begins);
    }
}

struct starts *starts_new(const struct anchor *anchors, unsigned count) {
    struct starts *t = mem_new(sizeof *t);
    struct entry *entries = mem_new_array(count * 2 + 1, sizeof *entries); // a word, and its plural
    unsigned entry_count = 0;
    t->anchors = anchors;
    for (unsigned i = 0; i < count; i++) {
        assert(strlen(anchors[i].literal) < REACH);
        if (starts_takes(&anchors[i])) add_literal(t, i, entries, &entry_count);
    }
    fill_buckets(t, entries, entry_count);
    free(entries);
    t->grams = grams_new(anchors, count, starts_takes);
    return t;
}

void starts_free(struct starts *t) {
    if (!t) return;
    grams_free(t->grams);
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
    bool bound = a->flags & (ANCHOR_WORD | ANCHOR_STEM) && char_in(a->literal[0], CHARS_ALPHA);
    keep(r, (struct start_match){(uint32_t)start, (uint32_t)(start + row->len), row->anchor, bound});
}

// Looks up what may stand around `at`: the byte at p.
static inline void look_up(struct start_reader *r, const char *p, size_t at, const struct literal_row *row) {
    for (;; row++) {
        if (literal_begins(row, p + row->begins)) check(r, at + (size_t)row->begins, row);
        if (row->last) return;
    }
}

static void read_on(struct start_reader *r) {
    const struct starts *t = r->table;
    const struct grams *g = t->grams;
    size_t left = r->text.len - r->at, n = left < PLACES_BYTES ? left : PLACES_BYTES;
    const char *p = r->text.at + r->at;
    char copy[REACH + PLACES_READ];
    struct places found;
    if (r->at < REACH || left < PLACES_READ) { // so that nothing is read beyond the ends of the text
        size_t before = r->at < REACH ? r->at : REACH, behind = left < PLACES_READ ? left : PLACES_READ;
        memset(copy, 0, sizeof copy);
        memcpy(copy + REACH - before, p - before, before + behind);
        p = copy + REACH;
    }
    places_find(&t->filter, g, p, (unsigned)(n + PLACES_BLOCK - 1) / PLACES_BLOCK, &r->after_word, &found);
    // First what is likely, without a branch, then the few that are.
    unsigned words = 0, grams = 0;
    uint16_t cells[PLACES_BYTES / 2];
    for (unsigned i = 0; i < found.word_count; i++) {
        size_t at = found.words[i];
        uint32_t cell = word_bucket(places_key(&found, at));
        found.words[words] = (uint16_t)at;
        cells[words] = (uint16_t)cell;
        words += literal_cell_fits(&t->cells[cell], p + at);
    }
    for (unsigned i = 0; i < words; i++)
        look_up(r, p + found.words[i], r->at + found.words[i], t->rows + t->cells[cells[i]].row);
    for (unsigned i = 0; i < found.gram_count; i++) {
        size_t at = found.grams[i];
        uint32_t cell = g->cell[found.gram_at[at / 2]];
        found.grams[grams] = (uint16_t)at;
        cells[grams] = (uint16_t)cell;
        grams += literal_cell_fits(&g->cells[cell], p + at + GRAM_CELL);
    }
    for (unsigned i = 0; i < grams; i++)
        look_up(r, p + found.grams[i], r->at + found.grams[i], g->rows + g->cells[cells[i]].row);
    r->at += n;
}

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
