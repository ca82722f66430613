#include "gate/shape.h"

#include <assert.h>

// A code per character, letters of either case alike, so that a set of them is one word. 0 is every other character.
enum {
    CODE_DIGIT = 1,
    CODE_LETTER = 11,
    CODE_SPACE = 37,
    CODE_DASH,
    CODE_DOT,
    CODE_SLASH,
    CODE_COLON,
    CODE_UNDER,
    CODE_PLUS
};

#define LETTER(upper, lower, n) [upper] = CODE_LETTER + (n), [lower] = CODE_LETTER + (n)

static const uint8_t CODES[256] = {
    ['0'] = 1,
    ['1'] = 2,
    ['2'] = 3,
    ['3'] = 4,
    ['4'] = 5,
    ['5'] = 6,
    ['6'] = 7,
    ['7'] = 8,
    ['8'] = 9,
    ['9'] = 10,
    LETTER('A', 'a', 0),
    LETTER('B', 'b', 1),
    LETTER('C', 'c', 2),
    LETTER('D', 'd', 3),
    LETTER('E', 'e', 4),
    LETTER('F', 'f', 5),
    LETTER('G', 'g', 6),
    LETTER('H', 'h', 7),
    LETTER('I', 'i', 8),
    LETTER('J', 'j', 9),
    LETTER('K', 'k', 10),
    LETTER('L', 'l', 11),
    LETTER('M', 'm', 12),
    LETTER('N', 'n', 13),
    LETTER('O', 'o', 14),
    LETTER('P', 'p', 15),
    LETTER('Q', 'q', 16),
    LETTER('R', 'r', 17),
    LETTER('S', 's', 18),
    LETTER('T', 't', 19),
    LETTER('U', 'u', 20),
    LETTER('V', 'v', 21),
    LETTER('W', 'w', 22),
    LETTER('X', 'x', 23),
    LETTER('Y', 'y', 24),
    LETTER('Z', 'z', 25),
    [' '] = CODE_SPACE,
    ['-'] = CODE_DASH,
    ['.'] = CODE_DOT,
    ['/'] = CODE_SLASH,
    [':'] = CODE_COLON,
    ['_'] = CODE_UNDER,
    ['+'] = CODE_PLUS,
};

#define BIT(code) (1ull << (code))
static const uint64_t DIGITS = BIT(CODE_DIGIT + 10) - BIT(CODE_DIGIT),
                      LETTERS = BIT(CODE_LETTER + 26) - BIT(CODE_LETTER),
                      SEPARATORS = BIT(CODE_UNDER + 1) - BIT(CODE_SPACE);

enum { ATOM_RUN, ATOM_EVEN, ATOM_OPTIONAL };

static uint64_t code_bit(char c) {
    return BIT(CODES[(unsigned char)c]);
}

// ---------------------------------------------------------------- compiling

static unsigned read_count(const char **p) {
    unsigned n = 0;
    while (**p >= '0' && **p <= '9') n = n * 10 + (unsigned)(*(*p)++ - '0');
    return n;
}

// Reads a set past its '['.
static uint64_t read_set(const char **p) {
    uint64_t set = 0;
    for (; **p != ']'; ++*p) {
        if ((*p)[1] != '-' || (*p)[2] == ']') {
            set |= code_bit(**p);
            continue;
        }
        for (char c = **p; c <= (*p)[2]; c++) set |= code_bit(c);
        *p += 2;
    }
    ++*p;
    return set;
}

static struct shape_atom read_atom(const char **p) {
    struct shape_atom a = {.kind = ATOM_RUN, .min = 1, .max = 1};
    char c = *(*p)++;
    switch (c) {
    case '~': a.kind = ATOM_EVEN; return a;
    case '?': a.kind = ATOM_OPTIONAL; return a;
    case 'd': a.set = DIGITS; break;
    case 'a': a.set = LETTERS; break;
    case 'x': a.set = DIGITS | LETTERS; break;
    case 'w': a.set = DIGITS | LETTERS | BIT(CODE_DASH) | BIT(CODE_DOT) | BIT(CODE_SLASH); break;
    case '[': a.set = read_set(p); break;
    default: a.set = code_bit(c); return a;
    }
    if (**p < '0' || **p > '9') return a;
    a.min = a.max = (uint8_t)read_count(p);
    if (**p == ':') ++*p, a.max = (uint8_t)read_count(p);
    return a;
}

size_t shape_compile(const char **shape, struct shape_atom *out, size_t max) {
    size_t n = 0;
    while (**shape && **shape != '|') {
        assert(n < max);
        out[n++] = read_atom(shape);
    }
    if (**shape == '|') ++*shape;
    return n;
}

uint32_t shape_leads(const struct shape_atom *atoms, size_t count, bool letters) {
    uint64_t mine = letters ? LETTERS : DIGITS;
    uint32_t open = 1, closed = 0; // lengths that may go on, lengths that have ended
    for (size_t i = 0; i < count && open; i++) {
        const struct shape_atom *a = &atoms[i];
        if (a->kind != ATOM_RUN) {
            closed |= open;
            continue;
        }
        bool same = a->set & mine, other = a->set & ~mine;
        if (!same || other) closed |= open; // it may end here
        uint32_t next = 0;
        for (unsigned n = 1; same && n <= a->max && n < 64; n++) {
            uint32_t longer = n < 32 ? open << n : 0;
            if (n > 31 || open >> (32 - n)) longer |= 1u << 31;
            if (other) closed |= longer; // the rest is of the other kind
            if (n >= a->min) next |= longer;
        }
        open = next;
    }
    return (open | closed) & ~1u;
}

// ---------------------------------------------------------------- matching

struct progress {
    size_t at, len;
    char separator; // the one that was met, 0 for none
    bool without;   // ATOM_EVEN was met without one
};

// Steps over an optional separator. False when it contradicts those before.
static bool step_separator(struct span text, bool even, struct progress *p) {
    char c = p->at < text.len && SEPARATORS & code_bit(text.at[p->at]) ? text.at[p->at] : 0;
    if (c && p->separator && c != p->separator) return false;
    if (even) {
        if (c ? p->without : p->separator != 0) return false;
        p->without |= !c;
    }
    if (c) p->separator = c, p->at++;
    return true;
}

size_t shape_match(const struct shape_atom *atoms, size_t count, struct span text, size_t at,
                   char out[static SHAPE_VALUE_MAX], size_t *len, char *separator) {
    struct progress p = {.at = at};
    for (const struct shape_atom *a = atoms; a < atoms + count; a++) {
        if (a->kind != ATOM_RUN) {
            if (!step_separator(text, a->kind == ATOM_EVEN, &p)) return 0;
            continue;
        }
        unsigned n = 0;
        for (; n < a->max && p.at < text.len && p.len < SHAPE_VALUE_MAX; n++, p.at++) {
            char c = text.at[p.at];
            uint64_t bit = code_bit(c);
            if (!(a->set & bit)) break;
            if (bit & (DIGITS | LETTERS)) out[p.len++] = bit & LETTERS ? (char)(c & ~0x20) : c;
            else p.separator = c;
        }
        if (n < a->min) return 0;
    }
    *len = p.len, *separator = p.separator;
    return p.at - at;
}
