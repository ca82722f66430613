#include "text/normalise.h"

#include "text/lookalike.h"
#include "text/utf8.h"

// Raised digits and the like that stand together before they count as a disguise.
enum { MANY = 4 };

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_figure(char c) {
    return (c >= '0' && c <= '9') || c == '@' || c == '.';
}

// Whether the character of `n` bytes at `at` is a disguise there. *row counts those of DISGUISE_MANY so far.
static bool is_disguise(struct lookalike l, struct span text, size_t at, size_t n, unsigned *row) {
    char before = at ? text.at[at - 1] : 0, after = at + n < text.len ? text.at[at + n] : 0;
    switch (l.when) {
    case DISGUISE_NEVER: return false;
    case DISGUISE_ALWAYS: return true;
    case DISGUISE_BESIDE: return is_alnum(before) || is_alnum(after);
    case DISGUISE_FIGURE: return is_figure(before);
    case DISGUISE_MANY: return ++*row >= MANY;
    }
    return true;
}

static bool is_disguised(struct span text) {
    unsigned row = 0;
    size_t last = 0; // end of the last character above ASCII
    for (size_t i = utf8_ascii_prefix(text); i < text.len;) {
        size_t n = utf8_length((unsigned char)text.at[i]);
        if (i > last + 1) row = 0;
        if (is_disguise(lookalike_of(utf8_decode(text.at + i)), text, i, n, &row)) return true;
        last = i += n;
        i += utf8_ascii_prefix(span_sub(text, i, text.len - i));
    }
    return false;
}

enum normal_status normalise(struct span text, const struct mapped *under, struct arena *arena, struct mapped *out) {
    if (!is_disguised(text)) return NORMAL_SAME;
    struct mapped_builder b;
    mapped_begin(&b, text, under, false, arena);
    for (size_t i = utf8_ascii_prefix(text); i < text.len && !b.no_room;) {
        size_t n = utf8_length((unsigned char)text.at[i]);
        struct lookalike l = lookalike_of(utf8_decode(text.at + i));
        char to = (char)l.to;
        if (l.to != LOOKALIKE_KEEP) mapped_change(&b, i, i + n, &to, l.to != LOOKALIKE_DROP, 0);
        i += n;
        i += utf8_ascii_prefix(span_sub(text, i, text.len - i));
    }
    return mapped_end(&b, out) ? NORMAL_CHANGED : NORMAL_NO_ROOM;
}
