// Hashes: one fast, one keyed.
#ifndef SLUICE_BASE_HASH_H
#define SLUICE_BASE_HASH_H

#include "base/span.h"

// The finaliser of MurmurHash3 (Appleby, public domain).
static inline uint64_t hash_mix(uint64_t h) {
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdu;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 33);
}

static inline uint64_t hash_load(const uint8_t *p, size_t n) {
    uint64_t v = 0;
    uint32_t low, high;
    if (n == 8) {
        memcpy(&v, p, 8);
    } else if (n >= 4) { // two loads that overlap
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        v = low | (uint64_t)high << (n - 4) * 8;
    } else if (n) {
        v = p[0] | (uint64_t)p[n / 2] << n / 2 * 8 | (uint64_t)p[n - 1] << (n - 1) * 8;
    }
    return v;
}

// 64-bit mix of bytes in 8-byte steps, good for tables and hashed features; not for keys that an enemy
// chooses. The value is part of the format of shipped weights: it never changes. Inline, because it is
// called for every word of a prompt.
static inline uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed) {
    const uint8_t *p = bytes;
    uint64_t h = seed ^ (n * 0x9e3779b97f4a7c15u);
    for (; n >= 8; n -= 8, p += 8) h = hash_mix(h ^ hash_load(p, 8)) * 0x9e3779b97f4a7c15u;
    return hash_mix(h ^ hash_load(p, n));
}

// SipHash-2-4 (Aumasson and Bernstein, 2012), for seals and tags that must not be guessed.
uint64_t hash_keyed(const void *bytes, size_t n, const uint8_t key[static 16]);

// SipHash-1-3 with 128 bits, for telling by a secret key whether bytes are the same as others that are not kept.
void hash_keyed_128(const void *bytes, size_t n, const uint8_t key[static 16], uint64_t out[static 2]);

// Fills with bytes of the system's generator; ends the process if there are none.
void hash_random(void *out, size_t n);

#endif
