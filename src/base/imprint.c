#include "base/imprint.h"

#include "base/hash.h"

typedef unsigned __int128 wide;

enum { PAIR_BYTES = 16 };

static struct imprint_key of_process __attribute__((aligned(64))); // drawn once

__attribute__((constructor)) static void draw_key(void) {
    do hash_random(&of_process, sizeof of_process);
    while (of_process.points[0] >= IMPRINT_PRIME || of_process.points[1] >= IMPRINT_PRIME);
}

static inline void add_pair(const uint8_t *p, const uint64_t *k, wide sum[static 2]) {
    uint64_t a, b;
    memcpy(&a, p, 8);
    memcpy(&b, p + 8, 8);
    sum[0] += (wide)(a + k[0]) * (b + k[1]);
    sum[1] += (wide)(a + k[2]) * (b + k[3]);
}

// Both sums of a block. The last pair of one that is no multiple of a pair reaches back into the one before it; a block
// that is shorter than a pair is filled up with zeros.
static inline void add_block(const uint8_t *p, size_t n, const uint64_t *k, wide sum[static 2]) {
    uint8_t padded[PAIR_BYTES] = {0};
    if (n < PAIR_BYTES) {
        memcpy(padded, p, n);
        add_pair(padded, k, sum);
        return;
    }
#pragma GCC unroll 2
    for (; n >= PAIR_BYTES; n -= PAIR_BYTES, p += PAIR_BYTES, k += 2) add_pair(p, k, sum);
    if (n) add_pair(p + n - PAIR_BYTES, k, sum);
}

// value * point + term modulo IMPRINT_PRIME, though it may be as large as 2^64 - 1. What stands above 2^64 counts 59.
static __attribute__((noinline)) uint64_t add_term(uint64_t value, uint64_t point, uint64_t term) {
    const uint64_t above = -IMPRINT_PRIME;
    wide v = (wide)value * point + term;
    v = (uint64_t)v + (v >> 64) * above;
    v = (wide)(uint64_t)v + (uint64_t)(v >> 64) * above; // at most 59 * 59
    return (uint64_t)v + (uint64_t)(v >> 64) * above;
}

struct imprint imprint_under(const struct imprint_key *key, struct span text) {
    const uint8_t *p = (const uint8_t *)text.at;
    struct imprint out = {{1, 1}};
    for (size_t left = text.len; left;) {
        size_t n = left < IMPRINT_BLOCK_BYTES ? left : IMPRINT_BLOCK_BYTES;
        wide sum[2] = {0, 0};
        add_block(p, n, key->words, sum);
        for (int i = 0; i < 2; i++) {
            out.word[i] = add_term(out.word[i], key->points[i], (uint64_t)(sum[i] >> 64));
            out.word[i] = add_term(out.word[i], key->points[i], (uint64_t)sum[i]);
        }
        p += n;
        left -= n;
    }
    for (int i = 0; i < 2; i++) {
        uint64_t v = add_term(out.word[i], key->points[i], text.len);
        out.word[i] = v >= IMPRINT_PRIME ? v - IMPRINT_PRIME : v;
    }
    return out;
}

struct imprint imprint_of(struct span text) {
    return imprint_under(&of_process, text);
}
