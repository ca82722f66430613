#include "report/pick.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

bool picks_add(struct picks *p, struct span path) {
    if (p->count == PICK_MOST) return false;
    uint32_t depth = 0;
    while (path.len) {
        size_t dot = span_find(path, SPAN("."));
        if (depth == PICK_DEPTH || dot == 0) return false;
        p->paths[p->count].keys[depth++] = dot == SIZE_MAX ? path : span_sub(path, 0, dot);
        path = dot == SIZE_MAX ? SPAN_NONE : span_sub(path, dot + 1, path.len);
    }
    p->paths[p->count++].depth = depth;
    return depth > 0;
}

struct walk {
    const struct picks *picks;
    const char *end;
    size_t quotes;
    uint32_t depth;              // of the object we are in; 0: the outermost
    uint32_t matched[PICK_MOST]; // keys of the path that lead to it
};

// The next quote or backslash from p on, or the end.
static inline const char *next_mark(const char *p, const char *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        int mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
        if (mask) return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p != '"' && *p != '\\') p++;
    return p;
}

// Behind the string that begins at p, or NULL.
static const char *skip_string(const struct walk *w, const char *p) {
    for (p += w->quotes; p < w->end && (p = next_mark(p, w->end)) < w->end; p++) {
        if (*p == '\\') p += p + 1 < w->end && p[1] == '"' ? w->quotes : 1;
        else if (*p == '"') return p + w->quotes <= w->end ? p + w->quotes : NULL;
    }
    return NULL;
}

static const char *skip_space(const struct walk *w, const char *p) {
    while (p < w->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
    return p;
}

// Behind the array or object that begins at p.
static const char *skip_nested(const struct walk *w, const char *p) {
    uint32_t depth = 0;
    while (p < w->end) {
        if (*p == '"') {
            if (!(p = skip_string(w, p))) return NULL;
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
        if (!depth) return p;
    }
    return NULL;
}

static const char *skip_value(const struct walk *w, const char *p) {
    if (p == w->end) return NULL;
    if (*p == '"') return skip_string(w, p);
    if (*p == '{' || *p == '[') return skip_nested(w, p);
    while (p < w->end && *p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\n' && *p != '\r') p++;
    return p;
}

// Paths that go on with this key, as bits; those that end with it are put into *ends.
static uint32_t follow(const struct walk *w, struct span key, uint32_t *ends) {
    uint32_t go_on = 0;
    *ends = 0;
    for (uint32_t i = 0; i < w->picks->count; i++) {
        if (w->matched[i] != w->depth) continue;
        struct span wanted = w->picks->paths[i].keys[w->depth];
        if (wanted.len != key.len || wanted.at[0] != key.at[0] || memcmp(wanted.at, key.at, key.len) != 0) continue;
        if (w->depth + 1 == w->picks->paths[i].depth) *ends |= 1u << i;
        else go_on |= 1u << i;
    }
    return go_on;
}

// At a member's key; returns the place behind its value, or within it, when a path leads into it.
static const char *take_member(struct walk *w, const char *p, struct span *out) {
    const char *begin = p + w->quotes, *behind = skip_string(w, p);
    if (!behind) return NULL;
    uint32_t ends, go_on = follow(w, span_make(begin, (size_t)(behind - begin) - w->quotes), &ends);
    p = skip_space(w, behind);
    if (p == w->end || *p != ':') return NULL;
    p = skip_space(w, p + 1);
    if (go_on && !ends && p < w->end && *p == '{') {
        w->depth++;
        for (uint32_t i = 0; i < w->picks->count; i++)
            if (go_on >> i & 1) w->matched[i] = w->depth;
        return p + 1;
    }
    const char *value = p;
    if (!(p = skip_value(w, p))) return NULL;
    for (uint32_t i = 0; ends >> i; i++)
        if (ends >> i & 1) out[i] = span_make(value, (size_t)(p - value));
    return p;
}

bool picks_find(const struct picks *picks, struct span json, size_t quotes, struct span out[static PICK_MOST]) {
    struct walk w = {.picks = picks, .end = json.at + json.len, .quotes = quotes};
    for (uint32_t i = 0; i < picks->count; i++) out[i] = SPAN_NONE;
    const char *p = skip_space(&w, json.at);
    if (p == w.end || *p != '{') return false;
    for (p++; (p = skip_space(&w, p)) < w.end;) {
        if (*p == '"') {
            if (!(p = take_member(&w, p, out))) return false;
        } else if (*p == ',') {
            p++;
        } else if (*p == '}') {
            if (w.depth == 0) return true;
            w.depth--;
            for (uint32_t i = 0; i < picks->count; i++)
                if (w.matched[i] > w.depth) w.matched[i] = w.depth;
            p++;
        } else {
            return false;
        }
    }
    return false;
}
