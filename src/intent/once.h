// Lists the buckets of a text, each once.
//
// Whether a bucket is listed already is told by a byte for each of ONCE_SLOTS, not by a bit for each of 1 << 16: what
// is known of all buckets of a text then lies in few cache lines. The upper bits of a bucket are its slot, and the slot
// holds the lower byte of the bucket that came to it last. One that comes to a slot where another was, as happens to
// about four of a text of 80 words, is listed but in doubt: once all are listed, those are looked for among the ones
// before them. To do so at once would be to wait for all that is still being written.
#ifndef SLUICE_INTENT_ONCE_H
#define SLUICE_INTENT_ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    ONCE_SLOT_BITS = 12,
    ONCE_SLOTS = 1 << ONCE_SLOT_BITS,
    ONCE_SLOT_BUCKETS = (1 << 16) / ONCE_SLOTS,
    ONCE_SPARE = 16, // behind what is listed there is room for so many more
};

// What is going to be looked at for a bucket lies ONCE_AHEAD bytes times its number from `ahead` on, and is fetched
// while the others are listed: it is far away, and where does not depend on anything else.
enum { ONCE_AHEAD = 4 };

struct once {
    uintptr_t ahead;          // an address; 0 where nothing is
    uint8_t *slots;           // ONCE_SLOTS
    uint16_t *list, *doubted; // doubted: places in the list; both have room for all that come, and ONCE_SPARE
    size_t count, doubts;
};

typedef uint64_t once_four __attribute__((vector_size(32)));
typedef int16_t once_sixteen __attribute__((vector_size(32)));

// A slot that nothing came to differs in its highest bit from all that may come to it: 0x80 in the first, 0x90 in the
// second, to 0x70 in the sixteenth, and so on.
static inline void once_begin(struct once *o) {
    const once_four none = {0xf0e0d0c0b0a09080u, 0x7060504030201000u, 0xf0e0d0c0b0a09080u, 0x7060504030201000u};
    _Static_assert(ONCE_SLOT_BUCKETS == 0x10, "the steps of these bytes");
    o->count = o->doubts = 0;
    for (size_t i = 0; i < ONCE_SLOTS; i += 2 * sizeof none) {
        memcpy(o->slots + i, &none, sizeof none);
        memcpy(o->slots + i + sizeof none, &none, sizeof none);
    }
}

// Written first, kept when new: whether a word comes again is not to be foretold.
static inline void once_add(struct once *o, uint64_t hash) {
    uint16_t bucket = (uint16_t)(hash >> 48);
    uint8_t *slot = &o->slots[hash >> (64 - ONCE_SLOT_BITS)], differs = *slot ^ (uint8_t)bucket;
    __builtin_prefetch((const void *)(o->ahead + (uintptr_t)(hash >> 48) * ONCE_AHEAD));
    *slot = (uint8_t)bucket;
    o->list[o->count] = bucket;
    if (__builtin_expect((uint8_t)(differs - 1) < ONCE_SLOT_BUCKETS - 1, 0)) // 0: the same one
        o->doubted[o->doubts++] = (uint16_t)o->count++;
    else o->count += differs >> 7;
}

// Is what stands at a place also before it? Sixteen are read at a time, those behind it do not count.
static inline bool once_before(const uint16_t *list, size_t place) {
    const once_sixteen step = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    once_sixteen found = {0}, at = step;
    int16_t bucket = (int16_t)list[place], end = (int16_t)place;
    for (size_t i = 0; i < place; i += 16, at += 16) {
        once_sixteen some;
        memcpy(&some, list + i, sizeof some);
        found |= (some == bucket) & (at < end);
    }
    once_four any = (once_four)found;
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

// Takes away those in doubt that were there before. Returns how many are left.
static inline size_t once_end(struct once *o) {
    while (o->doubts) {
        size_t place = o->doubted[--o->doubts];
        if (!once_before(o->list, place)) continue;
        o->count--;
        memmove(o->list + place, o->list + place + 1, (o->count - place) * sizeof *o->list);
    }
    return o->count;
}

#endif
