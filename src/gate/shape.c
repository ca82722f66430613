// How an identifier is written: a small language without repetition over groups, so that a match costs one look at
// each character.
#include "gate/checks.h"
#include "gate/identifier.h"

static bool is_separator(char c) {
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == ':' || c == '_';
}

static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

// One position of a shape.
struct atom {
    const char *set; // past '[', for a set
    char kind;       // d a x w [ or a literal
    unsigned min, max;
};

static unsigned read_count(const char **p) {
    unsigned n = 0;
    while (**p >= '0' && **p <= '9') n = n * 10 + (unsigned)(*(*p)++ - '0');
    return n;
}

static struct atom read_atom(const char **p) {
    struct atom a = {.kind = *(*p)++, .min = 1, .max = 1};
    if (a.kind == '[') {
        a.set = *p;
        while (*(*p)++ != ']') {
        }
    }
    if (!strchr("daxw[", a.kind) || **p < '0' || **p > '9') return a;
    a.min = a.max = read_count(p);
    if (**p == ':') ++*p, a.max = read_count(p);
    return a;
}

static bool in_set(const char *set, char c) {
    c = upper(c);
    for (; *set != ']'; set++) {
        if (set[1] == '-' && set[2] != ']') {
            if (c >= set[0] && c <= set[2]) return true;
            set += 2;
        } else if (c == *set) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct atom *a, char c) {
    switch (a->kind) {
    case 'd': return char_in(c, CHARS_DIGIT);
    case 'a': return char_in(c, CHARS_ALPHA);
    case 'x': return char_in(c, CHARS_ALNUM);
    case 'w': return char_in(c, CHARS_ALNUM | CHARS_DASH | CHARS_DOT) || c == '/';
    case '[': return in_set(a->set, c);
    default: return upper(c) == a->kind;
    }
}

struct progress {
    size_t at, len;
    char separator; // the one that was met, 0 for none
    bool all;       // a '~' was met without one
};

// Steps over an optional separator. False when it contradicts those before.
static bool step_separator(struct span text, bool all_or_none, struct progress *p) {
    char c = p->at < text.len && is_separator(text.at[p->at]) ? text.at[p->at] : 0;
    if (c && p->separator && c != p->separator) return false;
    if (all_or_none) {
        if (!c && p->separator) return false;
        if (c && p->all) return false;
        p->all |= !c;
    }
    if (c) p->separator = c, p->at++;
    return true;
}

static bool step(struct span text, const struct atom *a, struct progress *p, char *out) {
    if (a->kind == '~' || a->kind == '?') return step_separator(text, a->kind == '~', p);
    unsigned n = 0;
    while (n < a->max && p->at < text.len && p->len < IDENTIFIER_MAX && fits(a, text.at[p->at])) {
        char c = text.at[p->at++];
        if (char_in(c, CHARS_ALNUM)) out[p->len++] = upper(c);
        else p->separator = c;
        n++;
    }
    return n >= a->min;
}

size_t shape_match(const char **shape, struct span text, size_t at, char out[static IDENTIFIER_MAX], size_t *len,
                   char *separator) {
    struct progress p = {.at = at};
    bool ok = true;
    while (**shape && **shape != '|') {
        struct atom a = read_atom(shape);
        ok = ok && step(text, &a, &p, out);
    }
    if (**shape == '|') ++*shape;
    *len = p.len, *separator = p.separator;
    return ok ? p.at - at : 0;
}

// ---------------------------------------------------------------- what a shape may begin with

static bool may_be(const struct atom *a, bool letter) {
    for (char c = letter ? 'A' : '0'; c <= (letter ? 'Z' : '9'); c++)
        if (fits(a, c)) return true;
    return false;
}

// Adds the lengths of one alternative; returns where the next begins.
static const char *alternative_leads(const char *shape, bool letters, uint32_t *lengths) {
    uint32_t open = 1, closed = 0; // lengths that may go on, lengths that have ended
    while (*shape && *shape != '|') {
        struct atom a = read_atom(&shape);
        if (!open) continue;
        if (a.kind == '~' || a.kind == '?') {
            closed |= open;
            continue;
        }
        bool same = may_be(&a, letters), other = may_be(&a, !letters);
        if (!same || other) closed |= open; // it may end here
        uint32_t next = 0;
        for (unsigned n = 1; other && same && n < a.min; n++) closed |= open << n; // the rest is of the other kind
        for (unsigned n = a.min; same && n <= a.max; n++) {
            next |= n < 32 ? open << n : 0;
            if (n >= 32 || (n && open >> (32 - n))) next |= 1u << 31;
            if (other && n < 32) closed |= open << n;
        }
        open = next;
        if (a.kind == 'w') closed |= open | ~0u << 1; // anything
    }
    *lengths |= (open | closed) & ~1u;
    return *shape ? shape + 1 : shape;
}

bool shape_leads(const char *shape, bool letters, uint32_t *lengths) {
    *lengths = 0;
    while (*shape) shape = alternative_leads(shape, letters, lengths);
    return *lengths != 0;
}
