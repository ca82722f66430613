// Words that were found to be persons in the text so far, as bits of their hashes: a name that was given in full is
// known again when it stands alone.
#ifndef SLUICE_GATE_NAME_MEMORY_H
#define SLUICE_GATE_NAME_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct name_memory {
    uint64_t bits[4];
};

static inline void name_memory_add(struct name_memory *m, uint32_t hash) {
    m->bits[hash >> 30] |= 1ull << (hash >> 24 & 63);
}

static inline bool name_memory_has(const struct name_memory *m, uint32_t hash) {
    return m->bits[hash >> 30] >> (hash >> 24 & 63) & 1;
}

static inline void name_memory_add_all(struct name_memory *m, const struct name_memory *others) {
    for (int i = 0; i < 4; i++) m->bits[i] |= others->bits[i];
}

// Whether it has one of them.
static inline bool name_memory_has_any(const struct name_memory *m, const struct name_memory *of) {
    uint64_t both = 0;
    for (int i = 0; i < 4; i++) both |= m->bits[i] & of->bits[i];
    return both != 0;
}

#endif
