#include "report/pieces.h"

void pieces_init(struct pieces *p, struct window *w, bool by_line) {
    *p = (struct pieces){.window = w, .by_line = by_line, .next_line = 1};
}

// ---------------------------------------------------------------- lines

// Drops what is left of a line that is too long, in constant memory.
static enum piece_status drop_line(struct pieces *p, struct err *e) {
    struct window *w = p->window;
    for (;;) {
        const char *end = memchr(w->at + w->start, '\n', w->len - w->start);
        if (end) {
            w->start = (size_t)(end - w->at) + 1;
            break;
        }
        w->start = w->len;
        int more = window_fill(w, e);
        if (more < 0) return PIECE_FAILED;
        if (more == 0) break;
    }
    p->next_line++;
    err_set(e, "a line of more than %zu bytes", w->most);
    return PIECE_BAD;
}

static enum piece_status next_line(struct pieces *p, struct span *out, struct err *e) {
    struct window *w = p->window;
    size_t looked = 0;
    for (;;) {
        struct span rest = window_rest(w);
        const char *end = rest.len > looked ? memchr(rest.at + looked, '\n', rest.len - looked) : NULL;
        if (!end && !w->ended) {
            looked = rest.len;
            p->line = p->next_line;
            if (window_full(w)) return drop_line(p, e);
            if (window_fill(w, e) < 0) return PIECE_FAILED;
            continue;
        }
        if (!rest.len) return PIECE_END;
        size_t n = end ? (size_t)(end - rest.at) : rest.len;
        if (n > w->most) {
            p->line = p->next_line;
            return drop_line(p, e);
        }
        w->start += n + (end != NULL);
        p->line = p->next_line++;
        looked = 0;
        *out = span_trim(span_sub(rest, 0, n));
        if (out->len) return PIECE_FOUND;
    }
}

// ---------------------------------------------------------------- values

static uint64_t lines_in(struct span s) {
    uint64_t n = 0;
    if (!s.len) return 0;
    const char *p = s.at, *end = s.at + s.len;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) n++, p++;
    return n;
}

static void use(struct pieces *p, size_t n) {
    p->next_line += lines_in(span_sub(window_rest(p->window), 0, n));
    p->window->start += n;
}

// Past the string that begins at s.at[i], or 0 when its end is not there.
static size_t skip_string(struct span s, size_t i) {
    for (i++; i < s.len; i++) {
        if (s.at[i] == '\\') i++;
        else if (s.at[i] == '"') return i + 1;
    }
    return 0;
}

// True when the bytes before i are "data" and a colon: what follows are the entries of a page.
static bool is_behind_data(struct span s, size_t i) {
    struct span before = span_trim(span_sub(s, 0, i));
    if (!before.len || before.at[before.len - 1] != ':') return false;
    before = span_trim(span_sub(before, 0, before.len - 1));
    return before.len >= 6 && memcmp(before.at + before.len - 6, "\"data\"", 6) == 0;
}

// From where it begins (an opening brace at s.at[0]) to behind the brace that closes it: 0 when that is not there yet.
// When it turns out to be a page, *page is set and the place behind the bracket of its data is returned.
static size_t measure_object(struct span s, bool may_be_page, bool *page) {
    uint32_t depth = 0;
    *page = false;
    for (size_t i = 0; i < s.len;) {
        char c = s.at[i];
        if (c == '"') {
            if (!(i = skip_string(s, i))) return 0;
            continue;
        }
        if (c == '{' || c == '[') {
            if (may_be_page && depth == 1 && c == '[' && is_behind_data(s, i)) {
                *page = true;
                return i + 1;
            }
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
        i++;
    }
    return 0;
}

// What stands between entries: white space, commas, brackets. Returns how much of it, up to an opening brace or to
// something that does not belong there.
static size_t skip_between(struct pieces *p, struct span s) {
    size_t i = 0;
    for (; i < s.len; i++) {
        char c = s.at[i];
        if (c == '[' && p->level == p->base && !p->page) {
            p->level = ++p->base;
        } else if (c == ']' && p->level && p->level == p->base) {
            p->level = --p->base;
            if (p->page && p->level == p->page) p->skip = true;
        } else if (c != ',' && c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            break;
        }
        if (p->skip) return i + 1;
    }
    return i;
}

// The end of a page's object behind its data: other members are no entries. False when it is not there yet.
static bool skip_page(struct pieces *p, struct span s, size_t *used) {
    uint32_t depth = 1;
    for (size_t i = 0; i < s.len;) {
        char c = s.at[i];
        if (c == '"') {
            if (!(i = skip_string(s, i))) return false;
            continue;
        }
        if (c == '{' || c == '[') depth++;
        i++;
        if ((c == '}' || c == ']') && --depth == 0) {
            *used = i;
            p->level = p->base = p->page - 1;
            p->page = 0;
            p->skip = false;
            return true;
        }
    }
    return false;
}

// Something that is no object where an entry should be: up to the end of its line.
static enum piece_status refuse(struct pieces *p, struct span s, struct err *e) {
    const char *end = memchr(s.at, '\n', s.len);
    p->line = p->next_line;
    use(p, end ? (size_t)(end - s.at) + 1 : s.len);
    err_set(e, "not JSON: an object is expected here");
    return PIECE_BAD;
}

// 1: look again, 0: a piece, -1: more bytes are needed.
static int look(struct pieces *p, struct span *out, enum piece_status *status, struct err *e) {
    struct span rest = window_rest(p->window);
    size_t used;
    bool page;
    if (p->skip) {
        if (!skip_page(p, rest, &used)) return -1;
        use(p, used);
        return 1;
    }
    used = skip_between(p, rest);
    use(p, used);
    if (used) return 1;
    if (!rest.len) return -1;
    if (rest.at[0] != '{') {
        *status = refuse(p, rest, e);
        return 0;
    }
    used = measure_object(rest, !p->page, &page);
    if (!used) return -1;
    if (!page && used > p->window->most) {
        p->line = p->next_line;
        err_set(e, "a JSON value of more than %zu bytes", p->window->most);
        *status = PIECE_FAILED;
        return 0;
    }
    p->line = p->next_line;
    if (page) {
        p->page = p->level + 1;
        p->level = p->base = p->level + 2;
    }
    *out = span_sub(rest, 0, used);
    use(p, used);
    *status = PIECE_FOUND;
    return page ? 1 : 0;
}

static enum piece_status next_value(struct pieces *p, struct span *out, struct err *e) {
    struct window *w = p->window;
    enum piece_status status = PIECE_END;
    for (;;) {
        int how = look(p, out, &status, e);
        if (how == 0) return status;
        if (how > 0) continue;
        p->line = p->next_line;
        if (w->ended) {
            if (w->start == w->len && !p->level) return PIECE_END;
            w->start = w->len;
            p->level = p->base = p->page = 0;
            p->skip = false;
            err_set(e, "the file ends in the middle of a JSON value; it is not complete");
            return PIECE_BAD;
        }
        if (window_full(w)) {
            err_set(e, "a JSON value of more than %zu bytes", w->most);
            return PIECE_FAILED;
        }
        if (window_fill(w, e) < 0) return PIECE_FAILED;
    }
}

enum piece_status pieces_next(struct pieces *p, struct span *out, struct err *e) {
    return p->by_line ? next_line(p, out, e) : next_value(p, out, e);
}
