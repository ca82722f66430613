// Imprints of texts: by them a thread knows again what it met before, without keeping anything of it.
//
// An imprint is 128 bits of a universal hash under a key that is drawn when the process starts. It costs a fifth of
// SipHash, and what it promises is proven. Of any two different texts, however they were chosen, as long as the key is
// not known, both have the same imprint with a probability of at most
//
//     ((2 b + 10) / 2^64)^2        b: begun blocks of 1 KiB of the longer one
//
// which is 2^-120 for texts of 1 KiB and 2^-98 for those of 16 MiB. The key stays secret because nothing that is seen
// outside may depend on imprints but by whether two of them are equal: they are never sent, logged or stored, nor may
// the place in a table follow from them, as who measures which texts push each other out of it would learn bits of
// them. So tables are searched by imprint_find, in an order that depends on what was met before alone. Then all that
// shows is which texts are the same, and a sender knows that: as long as no two different ones have met, his choices
// are as good as made beforehand, and of n texts that are each compared with m others two meet with a probability of at
// most n m times the above. What must not be guessed, or is seen or kept, is hash_keyed's (hash.h).
//
// The hash: NH of Black, Halevi, Krawczyk, Krovetz and Rogaway (UMAC: Fast and Secure Message Authentication, CRYPTO
// 1999, section 4) with words of 64 bits, twice with a Toeplitz key: two different blocks of a length have any given
// difference in both sums with at most 2^-128. Of the sums of all blocks, each as two terms, a polynomial in a secret
// point modulo 2^64 - 59, for each of the two (Wegman and Carter, 1981); its leading term is one, its last the length.
// In the bound 2 b + 1 are the roots of such a polynomial, 9 the differences of sums that are none modulo 2^64 - 59.
#ifndef SLUICE_BASE_IMPRINT_H
#define SLUICE_BASE_IMPRINT_H

#include "base/span.h"

struct imprint {
    uint64_t word[2];
};

// Of no text.
#define IMPRINT_NONE ((struct imprint){{0, 0}})

// Takes a time that depends on the length only. One that happens to be IMPRINT_NONE counts as not known, no more.
struct imprint imprint_of(struct span text);

enum { IMPRINT_BLOCK_BYTES = 1024 };
#define IMPRINT_PRIME UINT64_C(0xffffffffffffffc5) // 2^64 - 59, the largest one below 2^64

struct imprint_key {
    uint64_t points[2];                          // below IMPRINT_PRIME
    uint64_t words[IMPRINT_BLOCK_BYTES / 8 + 2]; // the second sum takes those from the third on
};

// The same under a given key.
struct imprint imprint_under(const struct imprint_key *key, struct span text);

// Both words at once: that one of them alone is equal does not show either.
static inline bool imprint_is(struct imprint a, struct imprint b) {
    return ((a.word[0] ^ b.word[0]) | (a.word[1] ^ b.word[1])) == 0;
}

// The place of an imprint among `count`, looked for from place `from` on and around; `count` when it is not there.
static inline uint32_t imprint_find(const struct imprint *all, uint32_t count, uint32_t from, struct imprint wanted) {
    for (uint32_t i = from; i < count; i++)
        if (imprint_is(all[i], wanted)) return i;
    for (uint32_t i = 0; i < from; i++)
        if (imprint_is(all[i], wanted)) return i;
    return count;
}

#endif
