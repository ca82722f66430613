// Sets of words of up to eight letters, each as the eight bytes that it fits into: whether a word is one of a list, at
// the cost of one look.
#ifndef SLUICE_GATE_SHORT_WORDS_H
#define SLUICE_GATE_SHORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SHORT_WORDS_BITS = 9, SHORT_WORDS_SLOTS = 1 << SHORT_WORDS_BITS }; // for up to half as many

struct short_words {
    uint64_t slots[SHORT_WORDS_SLOTS]; // 0: free
};

// Where the word is, or would be.
static inline size_t short_words_slot(const struct short_words *s, uint64_t word) {
    size_t at = (size_t)((word * 0x9e3779b97f4a7c15u) >> (64 - SHORT_WORDS_BITS));
    while (s->slots[at] && s->slots[at] != word) at = (at + 1) % SHORT_WORDS_SLOTS;
    return at;
}

static inline bool short_words_have(const struct short_words *s, uint64_t word) {
    return s->slots[short_words_slot(s, word)] != 0;
}

// Fills a set that is all zeros with a list of words, of which each ends in a space.
static inline void short_words_fill(struct short_words *s, const char *list) {
    for (const char *p = list, *end; *p; p = end + 1) {
        uint64_t word = 0;
        end = strchr(p, ' ');
        memcpy(&word, p, (size_t)(end - p)); // none is longer
        s->slots[short_words_slot(s, word)] = word;
    }
}

#endif
