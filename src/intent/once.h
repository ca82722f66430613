// Lists the buckets of a text, each once.
//
// Whether a bucket is listed already is told by a byte for each of ONCE_SLOTS, not by a bit for each of 1 << 16: what
// is known of all buckets of a text then lies in few cache lines. The upper bits of a bucket are its slot, and the slot
// holds the lower byte of the bucket that came to it last. Where another one comes, which is in a text of 80 words
// about four times, the list itself is searched.
#ifndef SLUICE_INTENT_ONCE_H
#define SLUICE_INTENT_ONCE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    ONCE_SLOT_BUCKETS = 16,
    ONCE_SLOTS = (1 << 16) / ONCE_SLOT_BUCKETS,
    ONCE_SPARE = 8, // behind what is listed there is room for so many more
};

typedef uint64_t once_four __attribute__((vector_size(32)));
typedef uint16_t once_eight __attribute__((vector_size(16)));

// A slot that nothing came to differs in its highest bit from all that may come to it: 0x80 in the first, 0x90 in the
// second, to 0x70 in the sixteenth, and so on.
static inline void once_begin(uint8_t slots[static ONCE_SLOTS]) {
    const once_four none = {0xf0e0d0c0b0a09080u, 0x7060504030201000u, 0xf0e0d0c0b0a09080u, 0x7060504030201000u};
    for (size_t i = 0; i < ONCE_SLOTS; i += 2 * sizeof none) {
        memcpy(slots + i, &none, sizeof none);
        memcpy(slots + i + sizeof none, &none, sizeof none);
    }
}

// 1 when none of them is the bucket. It stands behind the last one, so that the search ends; eight are read at a time.
__attribute__((noinline)) static size_t once_search(const uint16_t *list, size_t count, uint16_t bucket) {
    for (size_t i = 0;; i += 8) {
        once_eight some;
        uint64_t hits[2];
        memcpy(&some, list + i, sizeof some);
        some = (once_eight)(some == bucket);
        memcpy(hits, &some, sizeof hits);
        if (hits[0]) return i + (size_t)__builtin_ctzll(hits[0]) / 16 == count;
        if (hits[1]) return i + 4 + (size_t)__builtin_ctzll(hits[1]) / 16 == count;
    }
}

// Written first, kept when new: whether a word comes again is not to be foretold. Returns the new count.
static inline size_t once_add(uint8_t *slots, uint16_t *list, size_t count, uint64_t hash) {
    uint16_t bucket = (uint16_t)(hash >> 48);
    uint8_t *slot = &slots[hash >> 52], differs = *slot ^ (uint8_t)bucket;
    list[count] = bucket;
    *slot = (uint8_t)bucket;
    if (__builtin_expect((uint8_t)(differs - 1) < ONCE_SLOT_BUCKETS - 1, 0)) // 0: the same one
        return count + once_search(list, count, bucket);
    return count + (differs >> 7);
}

#endif
