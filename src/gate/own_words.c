// Words of a text, their polynomial hashes, and what becomes of a value: two keyed hashes.
#include "gate/own_internal.h"

enum { MOST_GAP = 8, MOST_DIGIT_GAP = 3 };

// Not much, and between two numbers not what separates the items of a list.
bool own_words_join(struct span text, const struct own_word *a, const struct own_word *b) {
    size_t n = b->start - a->end;
    if (!a->digits || !b->digits) return n <= MOST_GAP;
    if (n > MOST_DIGIT_GAP) return false;
    for (size_t i = a->end; i < b->start; i++) {
        char c = text.at[i];
        if (c == '\n' || c == '\t' || c == ';' || c == '|' || (c == ',' && n > 1)) return false;
    }
    return true;
}

// A character that is not ASCII, within a word or at its begin. False when the word is at its end before it.
static bool add_wide(struct span text, size_t *at, uint64_t base, struct own_word *w, bool *alone) {
    struct fold f = fold_wide(text, *at);
    *alone = f.kind == FOLD_SINGLE;
    if (f.kind == FOLD_SEPARATOR || (*alone && w->len)) return false;
    for (uint8_t i = 0; i < f.len; i++) w->hash = w->hash * base + f.bytes[i];
    w->len = (uint16_t)(w->len + f.len);
    if (f.len) w->digits &= f.bytes[0] <= '9';
    *at += f.read;
    if (f.len) w->end = (uint32_t)*at;
    return true;
}

// Reads the word that begins at `at`, with a letter or a digit; returns where the next one may begin.
static size_t read_word(struct span text, size_t at, uint64_t base, struct own_word *w) {
    const unsigned char *p = (const unsigned char *)text.at;
    uint64_t hash = 0;
    size_t from = at;
    uint8_t c = 0, any = 0;
    for (; at < text.len && (c = FOLD_ASCII[p[at]]) > 1; at++) {
        hash = hash * base + c;
        any |= c;
    }
    size_t len = at - from;
    *w = (struct own_word){.hash = hash,
                           .start = (uint32_t)from,
                           .end = (uint32_t)at,
                           .len = (uint16_t)(len > OWN_VALUE_BYTES ? OWN_VALUE_BYTES + 1 : len),
                           .digits = any < 0x40} /* letters are above */;
    bool alone = false;
    while (at < text.len && FOLD_ASCII[p[at]] && !alone) { // hardly ever: a character beyond ASCII
        if ((c = FOLD_ASCII[p[at]]) > 1) {
            w->hash = w->hash * base + c;
            w->digits &= c <= '9';
            w->len++;
            w->end = (uint32_t)++at;
        } else if (!add_wide(text, &at, base, w, &alone)) {
            break;
        }
        if (w->len > OWN_VALUE_BYTES) w->len = OWN_VALUE_BYTES + 1;
    }
    return at;
}

size_t own_words(struct span text, size_t *at, uint64_t base, struct own_word *out, size_t max) {
    const unsigned char *p = (const unsigned char *)text.at;
    size_t n = 0, i = *at;
    while (n < max) {
        while (i < text.len && FOLD_ASCII[p[i]] == 0) i++;
        if (i == text.len) break;
        if (FOLD_ASCII[p[i]] == 1) {
            struct fold f = fold_wide(text, i);
            if (f.len == 0) {
                i += f.read;
                continue;
            }
        }
        i = read_word(text, i, base, &out[n++]);
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
