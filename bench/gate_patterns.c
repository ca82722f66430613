#include "gate_patterns.h"

#include <ctype.h>

#include "gate/identifier.h"
#include "gate/soft.h"
#include "gate/token.h"

// ---------------------------------------------------------------- tokens and vendors

static void put_set(struct buf *out, unsigned set) {
    buf_add_char(out, '[');
    for (int c = '!'; c < 127; c++) {
        if (!char_in((char)c, set)) continue;
        if (!isalnum(c)) buf_add_char(out, '\\');
        buf_add_char(out, (char)c);
    }
    buf_add_char(out, ']');
}

static void put_literal(struct buf *out, const char *z) {
    for (; *z; z++) {
        if ((unsigned char)*z < 0x80 && !isalnum((unsigned char)*z)) buf_add_char(out, '\\');
        buf_add_char(out, *z);
    }
}

static void put_tokens(struct buf *out, const struct token_rule *t) {
    for (; t->prefix; t++) {
        buf_add_z(out, "\\b");
        put_literal(out, t->prefix);
        put_set(out, t->set);
        buf_printf(out, "{%u,%u}\n", t->min, t->max);
    }
}

static void put_vendors(struct buf *out) {
    for (const struct vendor_rule *v = VENDORS; v->word; v++)
        for (int i = 0; i < VENDOR_SHAPES && v->shapes[i].max; i++) {
            buf_add_z(out, "(?i)\\b");
            put_literal(out, v->word);
            buf_add_z(out, "[\\w .-]{0,24}[\\s\"']{0,3}(?:=|>|:{1,3}=|=>|:)[\\s\"']{0,5}");
            put_set(out, v->shapes[i].set);
            buf_printf(out, "{%u,%u}\\b\n", v->shapes[i].min, v->shapes[i].max);
        }
}

// ---------------------------------------------------------------- identifiers

static const char *put_atom(struct buf *out, const char *p) {
    switch (*p) {
    case 'd': buf_add_z(out, "[0-9]"); break;
    case 'a': buf_add_z(out, "[A-Za-z]"); break;
    case 'x': buf_add_z(out, "[A-Za-z0-9]"); break;
    case 'w': buf_add_z(out, "[A-Za-z0-9./-]"); break;
    case '~':
    case '?': buf_add_z(out, "[ .\\-\\/]?"); return p + 1;
    case '|': buf_add_char(out, '|'); return p + 1;
    case '[': {
        size_t n = strcspn(p, "]") + 1;
        buf_add(out, p, n);
        p += n - 1;
        break;
    }
    default:
        if (!isalnum((unsigned char)*p)) buf_add_char(out, '\\');
        buf_add_char(out, *p);
        return p + 1;
    }
    p++;
    size_t n = strspn(p, "0123456789:");
    if (n) buf_add_char(out, '{');
    for (size_t i = 0; i < n; i++) buf_add_char(out, p[i] == ':' ? ',' : p[i]);
    if (n) buf_add_char(out, '}');
    return p + n;
}

static void put_identifiers(struct buf *out, const struct identifier_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct identifier *row = &list->rows[i];
        bool exact = row->flags & (IDENTIFIER_UPPER | IDENTIFIER_CAPITALS | IDENTIFIER_NO_CASE);
        buf_add_z(out, exact ? "\\b(?:" : "(?i)\\b(?:");
        for (const char *p = row->shape; *p;) p = put_atom(out, p);
        buf_add_z(out, ")\\b\n");
    }
}

// ---------------------------------------------------------------- vocabularies

// A pattern for each rule of a table: all of its words, in either case.
static void put_words(struct buf *out, const struct anchor *table) {
    for (const struct anchor *a = table; a->literal; a++) {
        bool seen = false;
        for (const struct anchor *b = table; b < a; b++) seen |= b->with == a->with && b->verify == a->verify;
        if (seen || !a->verify) continue;
        const char *before = "(?i)\\b(?:";
        for (const struct anchor *b = a; b->literal; b++) {
            if (b->with != a->with || b->verify != a->verify) continue;
            buf_add_z(out, before);
            put_literal(out, b->literal);
            before = "|";
        }
        buf_add_z(out, ")s?\\b\n");
    }
}

void gate_patterns(struct buf *out) {
    put_tokens(out, CODE_TOKENS);
    put_tokens(out, CLOUD_TOKENS);
    put_tokens(out, SERVICE_TOKENS);
    put_vendors(out);
    put_identifiers(out, &IDENTIFIERS);
    put_identifiers(out, &IDENTIFIERS_WORLD);
    put_words(out, MARKER_ANCHORS);
    put_words(out, HEALTH_ANCHORS);
    put_words(out, FINANCE_ANCHORS);
}
