#include "text/mapped.h"

enum { FIRST_ROOM = 16, SLACK = 4 };

// ---------------------------------------------------------------- the way back

// The last piece that begins at or before `at`.
static size_t piece_at(const struct mapped *m, size_t at) {
    size_t low = 0, high = m->count;
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (m->pieces[mid].at <= at) low = mid;
        else high = mid;
    }
    return low;
}

static void trace_one(const struct mapped *m, size_t *start, size_t *end) {
    const struct piece *first = &m->pieces[piece_at(m, *start)], *last = &m->pieces[piece_at(m, *end - 1)];
    *start = first->kind ? first->from : first->from + (*start - first->at);
    *end = last->kind ? last->to : last->from + (*end - last->at);
}

void mapped_trace(const struct mapped *m, size_t *start, size_t *end) {
    for (; m; m = m->under) trace_one(m, start, end);
}

unsigned mapped_kinds(const struct mapped *m, size_t start, size_t end, unsigned *top) {
    unsigned kinds = 0;
    for (const struct mapped *first = m; m; m = m->under) {
        size_t i = piece_at(m, start);
        while (i && m->pieces[i].at >= start) i--; // a change that ends where the finding begins touches it
        for (; i < m->count && m->pieces[i].at <= end; i++) kinds |= m->pieces[i].kind;
        if (m == first) *top = kinds;
        trace_one(m, &start, &end);
    }
    return kinds;
}

// ---------------------------------------------------------------- building

void mapped_begin(struct mapped_builder *b, struct span source, const struct mapped *under, bool sparse,
                  struct arena *arena) {
    *b = (struct mapped_builder){.arena = arena, .source = source, .under = under, .sparse = sparse};
}

static void add_piece(struct mapped_builder *b, size_t from, size_t to, unsigned kind) {
    if (b->count == b->room) {
        size_t room = b->room ? 2 * b->room : FIRST_ROOM;
        struct piece *more = arena_alloc_array(b->arena, room, sizeof *more);
        if (!more) {
            b->no_room = true;
            return;
        }
        if (b->count) memcpy(more, b->pieces, b->count * sizeof *more);
        b->pieces = more;
        b->room = room;
    }
    b->pieces[b->count++] =
        (struct piece){.at = (uint32_t)b->len, .from = (uint32_t)from, .to = (uint32_t)to, .kind = kind};
}

static void append(struct mapped_builder *b, const char *bytes, size_t n) {
    if (n > b->cap - b->len) b->no_room = true; // a replacement was longer than what it replaced
    if (b->no_room || n == 0) return;
    memcpy(b->out + b->len, bytes, n);
    b->len += n;
}

static void copy(struct mapped_builder *b, size_t from, size_t to) {
    if (from >= to) return;
    add_piece(b, from, to, PIECE_COPY);
    append(b, b->source.at + from, to - from);
}

// The nearest beginning of a code point at or after `at`.
static size_t whole(struct span text, size_t at) {
    while (at < text.len && ((unsigned char)text.at[at] & 0xc0) == 0x80) at++;
    return at;
}

// Copies what stands between the last change and the next one at `from`, or the end.
static void bridge(struct mapped_builder *b, size_t from, bool last) {
    size_t gap = from - b->copied, after = b->count ? MAPPED_CONTEXT : 0, before = last ? 0 : MAPPED_CONTEXT;
    if (!b->sparse || gap <= after + before + SLACK) {
        copy(b, b->copied, from);
        return;
    }
    size_t stop = whole(b->source, b->copied + after), resume = whole(b->source, from - before);
    copy(b, b->copied, stop);
    if (b->count && !last) {
        add_piece(b, stop, resume, PIECE_GAP);
        append(b, "\n", 1);
    }
    copy(b, resume, from);
}

static bool start(struct mapped_builder *b, size_t from) {
    if (b->out || b->no_room) return !b->no_room;
    size_t first = b->sparse && from > MAPPED_CONTEXT + SLACK ? from - MAPPED_CONTEXT : 0;
    b->cap = b->source.len - first;
    b->out = arena_alloc(b->arena, b->cap + 1);
    b->no_room = !b->out;
    return b->out;
}

void mapped_change(struct mapped_builder *b, size_t from, size_t to, const char *bytes, size_t n, unsigned kind) {
    if (from < b->copied || !start(b, from)) return;
    bridge(b, from, false);
    add_piece(b, from, to, kind | PIECE_CHANGED);
    append(b, bytes, n);
    b->copied = to;
}

void mapped_more(struct mapped_builder *b, const char *bytes, size_t n) {
    append(b, bytes, n);
}

void mapped_keep(struct mapped_builder *b, size_t from, size_t to, unsigned kind) {
    mapped_change(b, from, to, b->source.at + from, to - from, kind);
}

bool mapped_end(struct mapped_builder *b, struct mapped *out) {
    if (!b->out || b->no_room) return false;
    bridge(b, b->source.len, true);
    if (b->no_room) return false;
    *out = (struct mapped){.under = b->under, .text = {b->out, b->len}, .pieces = b->pieces, .count = b->count};
    return true;
}
