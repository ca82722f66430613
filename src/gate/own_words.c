// Words of a text, their polynomial hashes, and what becomes of a value: two keyed hashes.
#include "gate/own_internal.h"

enum { MOST_GAP = 8, MOST_DIGIT_GAP = 3 };

// What stands between two words of a value: not much, and between two numbers not what separates the items of a list.
static bool is_joining(struct span gap, bool digits) {
    if (gap.len > (digits ? MOST_DIGIT_GAP : MOST_GAP)) return false;
    if (!digits) return true;
    for (size_t i = 0; i < gap.len; i++) {
        char c = gap.at[i];
        if (c == '\n' || c == '\t' || c == ';' || c == '|' || (c == ',' && gap.len > 1)) return false;
    }
    return true;
}

static void add_bytes(struct own_word *w, const struct fold *f, uint64_t base) {
    for (uint8_t i = 0; i < f->len; i++) {
        w->hash = w->hash * base + f->bytes[i];
        w->digits &= f->bytes[i] <= '9';
    }
    w->len = (uint16_t)(w->len + f->len > OWN_VALUE_BYTES ? OWN_VALUE_BYTES + 1 : w->len + f->len);
}

// Reads the word that begins at `at`; returns where it ends.
static size_t read_word(struct span text, size_t at, uint64_t base, struct own_word *w) {
    struct fold f = fold_at(text, at);
    *w = (struct own_word){.start = (uint32_t)at, .digits = true};
    add_bytes(w, &f, base);
    at += f.read;
    w->end = (uint32_t)at;
    if (f.kind == FOLD_SINGLE) return at;
    while (at < text.len) {
        uint8_t c = FOLD_ASCII[(unsigned char)text.at[at]];
        if (c > 1) { // nearly always
            w->hash = w->hash * base + c;
            w->digits &= c <= '9';
            w->len = w->len > OWN_VALUE_BYTES ? w->len : (uint16_t)(w->len + 1);
            w->end = (uint32_t)++at;
            continue;
        }
        if (c == 0) break;
        f = fold_wide(text, at);
        if (f.kind == FOLD_SEPARATOR || f.kind == FOLD_SINGLE) break;
        add_bytes(w, &f, base);
        at += f.read;
        if (f.len) w->end = (uint32_t)at;
    }
    return at;
}

size_t own_words(struct span text, size_t *at, uint64_t base, const struct own_word *last, struct own_word *out,
                 size_t max) {
    size_t n = 0, i = *at;
    while (n < max && i < text.len) {
        uint8_t c = FOLD_ASCII[(unsigned char)text.at[i]];
        if (c == 0) {
            i++;
            continue;
        }
        if (c == 1) {
            struct fold f = fold_wide(text, i);
            if (f.len == 0) {
                i += f.read;
                continue;
            }
        }
        struct own_word *w = &out[n++];
        i = read_word(text, i, base, w);
        w->joined = last && is_joining(span_sub(text, last->end, w->start - last->end), last->digits && w->digits);
        last = w;
    }
    *at = i;
    return n;
}

struct own_entry own_entry(const struct own_key *key, const uint8_t *folded, size_t n) {
    return (struct own_entry){.tag = hash_keyed(folded, n, key->tag),
                              .check = (hash_keyed(folded, n, key->check) & ~(uint64_t)ROLE_MASK) | ROLE_ALONE};
}

struct own_entry own_entry_pair(const struct own_key *key, struct own_entry a, struct own_entry b) {
    uint64_t both[4] = {a.tag, a.check & ~(uint64_t)ROLE_MASK, b.tag, b.check & ~(uint64_t)ROLE_MASK};
    struct own_entry e = own_entry(key, (const uint8_t *)both, sizeof both);
    e.check |= ROLE_PAIR;
    return e;
}
