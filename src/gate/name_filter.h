// The words that the tagger knows, as a cuckoo table of 16-bit slots: ten bits of fingerprint, six of what is known
// about the word (enum name_known). An unknown word is taken for a known one in fewer than one of a hundred cases;
// the tagger is trained with these errors.
#ifndef SLUICE_GATE_NAME_FILTER_H
#define SLUICE_GATE_NAME_FILTER_H

#include "gate/name_token.h"

enum { FILTER_BUCKET = 4, FILTER_KNOWN_BITS = 6 };

struct name_filter {
    const uint16_t *slots; // buckets * FILTER_BUCKET; 0 = empty
    uint32_t buckets;
};

static inline uint32_t name_filter_first(uint64_t hash, uint32_t buckets) {
    return (uint32_t)((hash >> 32) * buckets >> 32);
}

static inline uint32_t name_filter_second(uint64_t hash, uint32_t buckets) {
    return (uint32_t)(((hash * 0x9e3779b97f4a7c15u) >> 32) * buckets >> 32);
}

// Upper ten bits of a slot; never 0.
static inline uint32_t name_filter_print(uint64_t hash) {
    return (((uint32_t)(hash & 0xffff) * 1023 >> 16) + 1) << FILTER_KNOWN_BITS;
}

// Set of enum name_known; 0 for a word that is not in it. All eight slots at once.
static inline uint8_t name_filter_look(const struct name_filter *f, uint64_t hash) {
    typedef uint16_t slots8 __attribute__((vector_size(16)));
    uint64_t halves[2];
    slots8 slots;
    memcpy(&slots, f->slots + (size_t)name_filter_first(hash, f->buckets) * FILTER_BUCKET, 8);
    memcpy((char *)&slots + 8, f->slots + (size_t)name_filter_second(hash, f->buckets) * FILTER_BUCKET, 8);
    const uint16_t mask = (1u << FILTER_KNOWN_BITS) - 1;
    slots8 same = (slots8)((slots & (uint16_t)~mask) == (slots8){0} + (uint16_t)name_filter_print(hash));
    slots &= same & mask;
    memcpy(halves, &slots, sizeof halves);
    halves[0] |= halves[1];
    halves[0] |= halves[0] >> 32;
    return (uint8_t)(halves[0] | halves[0] >> 16);
}

#endif
