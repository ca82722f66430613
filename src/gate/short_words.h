// Sets of words of up to eight letters, each as the eight bytes that it fits into: whether a word is one of a list, at
// the cost of one look, as no two words of the list want the same place.
#ifndef SLUICE_GATE_SHORT_WORDS_H
#define SLUICE_GATE_SHORT_WORDS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SHORT_WORDS_BITS = 11, SHORT_WORDS_SLOTS = 1 << SHORT_WORDS_BITS, SHORT_WORDS_MAX = SHORT_WORDS_SLOTS / 10 };

struct short_words {
    uint64_t by;                       // what a word is multiplied with
    uint64_t slots[SHORT_WORDS_SLOTS]; // 0: free
};

static inline size_t short_words_slot(const struct short_words *s, uint64_t word) {
    return (size_t)((word * s->by) >> (64 - SHORT_WORDS_BITS));
}

// `word` is not 0.
static inline bool short_words_have(const struct short_words *s, uint64_t word) {
    return s->slots[short_words_slot(s, word)] == word;
}

// Adds the words of a list, of which each ends in a space. False when two want the same place.
static inline bool short_words_add(struct short_words *s, const char *list) {
    for (const char *p = list, *end; *p; p = end + 1) {
        uint64_t word = 0;
        end = strchr(p, ' ');
        assert(end && (size_t)(end - p) <= sizeof word);
        memcpy(&word, p, (size_t)(end - p));
        uint64_t *slot = &s->slots[short_words_slot(s, word)];
        if (*slot && *slot != word) return false;
        *slot = word;
    }
    return true;
}

// Fills a set with a list: the first multiplier of a row of odd ones that will do. Of a list of SHORT_WORDS_MAX
// words one in some ten thousand will; of a much longer one none would, and the search would not end.
static inline void short_words_fill(struct short_words *s, const char *list) {
    size_t words = 0;
    for (const char *p = list; *p; p++) words += *p == ' ';
    assert(words <= SHORT_WORDS_MAX);
    for (s->by = 0x9e3779b97f4a7c15u;; s->by += 0x6a09e667f3bcc908u) {
        memset(s->slots, 0, sizeof s->slots);
        if (short_words_add(s, list)) return;
    }
}

#endif
