// The rare half of winnowing: what happens when a window's least gram is looked for or taken.
#include "gate/own_internal.h"

void winnow_start(struct winnow *w, const struct own_key *key) {
    *w = (struct winnow){.base = key->gram, .order = key->print, .last_power = 1};
    for (int i = 0; i < GRAM; i++) w->last_power *= w->base;
}

// The last one of those with the least value.
uint64_t winnow_least(const struct winnow *w, uint64_t first, uint64_t last) {
    uint64_t best = first;
    for (uint64_t g = first + 1; g <= last; g++)
        if (w->grams[g % WINDOW] <= w->grams[best % WINDOW]) best = g;
    return best;
}

// Rows of zeros and the like are in every table; they say nothing.
static bool is_plain(const struct winnow *w) {
    uint64_t kinds = 0;
    for (uint64_t i = w->best; i < w->best + GRAM; i++) kinds |= 1ull << (w->bytes[i % 64] & 63);
    return __builtin_popcountll(kinds) < 6;
}

bool winnow_take(struct winnow *w) {
    w->taken = w->best + 1;
    if (is_plain(w)) return false;
    w->print = w->grams[w->best % WINDOW] & ~(uint64_t)DOCUMENT_MASK;
    w->start = w->places[w->best % 64];
    w->end = w->places[(w->best + GRAM - 1) % 64];
    return true;
}

// A text with less than a window gives the least of what it has.
bool winnow_finish(struct winnow *w) {
    if (w->count < GRAM || w->count >= GRAM + WINDOW - 1) return false;
    w->best = winnow_least(w, 0, w->count - GRAM);
    return winnow_take(w);
}
