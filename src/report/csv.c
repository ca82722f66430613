#include "report/csv.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

void csv_init(struct csv *c, struct window *w, char separator) {
    *c = (struct csv){.window = w, .separator = separator, .next_line = 1, .crooked = SIZE_MAX, .may_open = true};
    c->marks = mem_new_array(CSV_FIELDS + CSV_CHUNK_BYTES + 64, sizeof *c->marks);
    c->scanned = w->start;
}

void csv_free(struct csv *c) {
    free(c->marks);
    c->marks = NULL;
}

char csv_guess_separator(struct span text) {
    static const char SEPARATORS[] = ",;\t|";
    size_t counts[4] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || text.at[i] != '\n'); i++) {
        if (text.at[i] == '"') quoted = !quoted;
        const char *found = quoted || !text.at[i] ? NULL : strchr(SEPARATORS, text.at[i]);
        if (found) counts[found - SEPARATORS]++;
    }
    for (size_t i = 1; i < 4; i++)
        if (counts[i] > counts[best]) best = i;
    return SEPARATORS[best];
}

// ---------------------------------------------------------------- blocks of 64 bytes

#ifdef __SSE2__
struct block {
    __m128i v[4];
};

static inline struct block load_block(const char *p) {
    const __m128i *from = (const __m128i *)(const void *)p;
    return (struct block){
        {_mm_loadu_si128(from), _mm_loadu_si128(from + 1), _mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3)}};
}

// Bit i: whether byte i is c.
static inline uint64_t equal_mask(const struct block *b, char c) {
    const __m128i wanted = _mm_set1_epi8(c);
    uint64_t mask = 0;
    for (int i = 3; i >= 0; i--) mask = mask << 16 | (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b->v[i], wanted));
    return mask;
}
#else
struct block {
    const char *p;
};

static inline struct block load_block(const char *p) {
    return (struct block){p};
}

static inline uint64_t equal_mask(const struct block *b, char c) {
    uint64_t mask = 0;
    for (int i = 63; i >= 0; i--) mask = mask << 1 | (b->p[i] == c);
    return mask;
}
#endif

// Bit i: whether an odd number of bits up to i is set.
static inline uint64_t parity_up_to(uint64_t v) {
    v ^= v << 1;
    v ^= v << 2;
    v ^= v << 4;
    v ^= v << 8;
    v ^= v << 16;
    return v ^ v << 32;
}

// Appends the ends of fields in `n` (up to 64) bytes at `offset`. Returns quotes in odd places, as bits.
static inline uint64_t scan_block(struct csv *c, size_t offset, size_t n) {
    const char *p = c->window->at + offset;
    uint64_t valid = n >= 64 ? ~0ull : ((uint64_t)1 << n) - 1;
    const struct block v = load_block(p);
    uint64_t quotes = equal_mask(&v, '"') & valid;
    uint64_t lines = equal_mask(&v, '\n') & valid;
    uint64_t ends = (equal_mask(&v, c->separator) & valid) | lines;
    uint64_t inside = parity_up_to(quotes) ^ c->inside;
    uint64_t odd = 0;
    if (quotes | c->must_end) {
        uint64_t outside = ends & ~inside;
        uint64_t behind = ends | quotes | (equal_mask(&v, '\r') & valid);
        uint64_t closing = quotes & ~inside;
        odd = (quotes & inside) & ~((outside | quotes) << 1 | c->may_open);
        odd |= closing & ~(behind >> 1) & (valid >> 1); // of the last byte the next block knows
        if (c->must_end && !(behind & 1)) odd |= 1;
        c->must_end = closing >> (n - 1) & 1;
    }
    c->breaks = c->breaks || (lines & inside);
    c->may_open = ((ends & ~inside) | quotes) >> (n - 1) & 1;
    c->inside = inside >> (n - 1) & 1 ? ~0ull : 0;
    uint32_t *out = c->marks + c->mark_count;
    for (uint64_t left = ends & ~inside; left; left &= left - 1)
        *out++ = (uint32_t)(offset + (size_t)__builtin_ctzll(left));
    c->mark_count = (size_t)(out - c->marks);
    return odd;
}

// Marks a chunk more. The record in work must have fewer than CSV_FIELDS marks.
static void scan_chunk(struct csv *c) {
    size_t kept = c->mark_count - c->mark_at;
    memmove(c->marks, c->marks + c->mark_at, kept * sizeof *c->marks);
    c->mark_count = kept;
    c->mark_at = 0;
    size_t end = c->window->len - c->scanned > CSV_CHUNK_BYTES ? c->scanned + CSV_CHUNK_BYTES : c->window->len;
    while (c->scanned < end && c->crooked == SIZE_MAX) {
        size_t n = end - c->scanned < 64 ? end - c->scanned : 64;
        uint64_t odd = scan_block(c, c->scanned, n);
        if (odd) c->crooked = c->scanned + (size_t)__builtin_ctzll(odd);
        c->scanned += n;
    }
}

// Forgets the marks; scanning begins again at a place that is not within quotes.
static void restart(struct csv *c, size_t at) {
    c->window->start = c->scanned = at;
    c->mark_count = c->mark_at = 0;
    c->crooked = SIZE_MAX;
    c->inside = 0;
    c->may_open = true;
    c->must_end = c->breaks = false;
}

static enum csv_status fail(struct csv *c, struct err *e) {
    c->line = c->next_line;
    (void)e;
    return CSV_FAILED;
}

// ---------------------------------------------------------------- what cannot be read

static uint64_t count_lines(const struct csv *c, size_t from, size_t to) {
    uint64_t n = 0;
    const char *p = c->window->at + from, *end = c->window->at + to;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) n++, p++;
    return n;
}

// Drops what is left of a line, in constant memory.
static enum csv_status drop_line(struct csv *c, struct err *e) {
    struct window *w = c->window;
    for (;;) {
        const char *end = memchr(w->at + w->start, '\n', w->len - w->start);
        if (end) {
            restart(c, (size_t)(end - w->at) + 1);
            c->next_line++;
            return CSV_BAD;
        }
        w->start = w->len;
        int more = window_fill(w, e);
        if (more < 0) return CSV_FAILED;
        if (more == 0) {
            restart(c, w->len);
            return CSV_BAD;
        }
    }
}

// The record is given up: reading goes on with the line behind its first one.
static enum csv_status give_up(struct csv *c, struct err *e, const char *why) {
    struct err fault = {""};
    c->line = c->next_line;
    enum csv_status status = drop_line(c, &fault);
    if (status == CSV_FAILED) *e = fault;
    else if (why) err_set(e, "%s", why);
    return status;
}

static enum csv_status give_up_long(struct csv *c, struct err *e) {
    const char *begin = c->window->at + c->window->start;
    size_t looked =
        c->window->len - c->window->start < c->window->most ? c->window->len - c->window->start : c->window->most;
    bool one_line = !memchr(begin, '\n', looked);
    enum csv_status status = give_up(c, e, NULL);
    if (status != CSV_FAILED)
        err_set(e, one_line ? "a line of more than %zu bytes" : "a record of more than %zu bytes; is a quote missing?",
                c->window->most);
    return status;
}

// ---------------------------------------------------------------- byte by byte

enum careful { CAREFUL_DONE, CAREFUL_SHORT, CAREFUL_TOO_MANY, CAREFUL_BEHIND_QUOTES };

// Reads the record at window->start: quotes count only at the beginning of a field. *next is behind it.
static enum careful read_carefully(struct csv *c, size_t *next, bool *quoted) {
    const struct window *w = c->window;
    bool begins = true, behind = false;
    *quoted = false;
    c->count = 0;
    for (size_t i = w->start; i < w->len; i++) {
        char b = w->at[i];
        if (begins && b == '"') {
            *quoted = true;
        } else if (*quoted) {
            if (b != '"') continue;
            if (i + 1 < w->len && w->at[i + 1] == '"') i++;
            else *quoted = false, behind = true;
        } else if (b == c->separator || b == '\n') {
            if (c->count == CSV_FIELDS) return CAREFUL_TOO_MANY;
            c->careful[c->count++] = (uint32_t)i;
            *next = i + 1;
            if (b == '\n') return CAREFUL_DONE;
            begins = true, behind = false;
            continue;
        } else if (behind && b != '\r') {
            return CAREFUL_BEHIND_QUOTES;
        }
        begins = false;
    }
    if (!w->ended || *quoted) return CAREFUL_SHORT;
    if (c->count == CSV_FIELDS) return CAREFUL_TOO_MANY;
    c->careful[c->count++] = (uint32_t)w->len;
    *next = w->len;
    return CAREFUL_DONE;
}

static enum csv_status next_carefully(struct csv *c, struct err *e) {
    struct window *w = c->window;
    size_t next = 0;
    for (bool quoted;;) {
        switch (read_carefully(c, &next, &quoted)) {
        case CAREFUL_TOO_MANY: return give_up(c, e, "more than 1024 columns");
        case CAREFUL_BEHIND_QUOTES: return give_up(c, e, "text behind a closing quote");
        case CAREFUL_SHORT:
            if (w->ended) return give_up(c, e, "a quote is opened and not closed");
            if (window_full(w)) return give_up_long(c, e);
            if (window_fill(w, e) < 0) return fail(c, e);
            continue;
        case CAREFUL_DONE: break;
        }
        break;
    }
    c->begin = w->start;
    c->ends = c->careful;
    c->line = c->next_line;
    c->next_line += count_lines(c, w->start, next);
    restart(c, next);
    return CSV_RECORD;
}

// ---------------------------------------------------------------- records

// A whole record of the marks, up to its line end or the last mark.
static enum csv_status take(struct csv *c, size_t marks, size_t next) {
    c->begin = c->window->start;
    c->ends = c->marks + c->mark_at;
    c->count = marks;
    c->line = c->next_line;
    c->next_line += c->breaks ? count_lines(c, c->begin, next) : 1;
    c->mark_at += marks;
    c->window->start = next;
    return CSV_RECORD;
}

enum csv_status csv_next(struct csv *c, struct err *e) {
    struct window *w = c->window;
    for (;;) {
        size_t n = 0, have = c->mark_count - c->mark_at;
        const uint32_t *marks = c->marks + c->mark_at;
        while (n < have && w->at[marks[n]] != '\n') n++;
        if (n < have && n < CSV_FIELDS && marks[n] < c->crooked) {
            if (marks[n] - w->start > w->most) return give_up_long(c, e);
            return take(c, n + 1, marks[n] + 1u);
        }
        if (c->crooked != SIZE_MAX) return next_carefully(c, e);
        if (n >= CSV_FIELDS) return give_up(c, e, "more than 1024 columns");
        if (c->scanned < w->len) {
            scan_chunk(c);
            continue;
        }
        if (w->ended) {
            if (w->start == w->len) return CSV_END;
            if (c->inside) return next_carefully(c, e); // says what is wrong
            c->marks[c->mark_count++] = (uint32_t)w->len;
            return take(c, n + 1, w->len);
        }
        if (window_full(w)) return give_up_long(c, e);
        if (window_fill(w, e) < 0) return fail(c, e);
        restart(c, w->start);
    }
}

struct span csv_halve_quotes(struct span s) {
    const char *from = s.len ? memchr(s.at, '"', s.len) : NULL;
    if (!from) return s;
    const char *end = s.at + s.len;
    char *to = (char *)(uintptr_t)from; // the bytes are those of our window
    while (from < end) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        size_t n = quote ? (size_t)(quote - from) + 1 : (size_t)(end - from);
        memmove(to, from, n);
        to += n;
        from += n + (quote != NULL); // the second of the pair
    }
    return span_make(s.at, (size_t)(to - s.at));
}

struct span csv_unquote(struct span raw) {
    if (!raw.len || raw.at[0] != '"') return raw;
    return csv_halve_quotes(span_sub(raw, 1, raw.len >= 2 ? raw.len - 2 : 0));
}

struct span csv_text(const struct csv *c, size_t i) {
    struct span s = csv_raw(c, i);
    if (i + 1 == c->count && s.len && s.at[s.len - 1] == '\r') s.len--;
    return csv_unquote(s);
}
