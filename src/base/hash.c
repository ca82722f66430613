#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static inline uint64_t load64(const uint8_t *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

static inline uint64_t rotate(uint64_t v, int by) {
    return (v << by) | (v >> (64 - by));
}

#define SIP_ROUND                                                                                                      \
    do {                                                                                                               \
        v0 += v1, v1 = rotate(v1, 13) ^ v0, v0 = rotate(v0, 32);                                                       \
        v2 += v3, v3 = rotate(v3, 16) ^ v2;                                                                            \
        v0 += v3, v3 = rotate(v3, 21) ^ v0;                                                                            \
        v2 += v1, v1 = rotate(v1, 17) ^ v2, v2 = rotate(v2, 32);                                                       \
    } while (0)

uint64_t hash_keyed(const void *bytes, size_t n, const uint8_t key[static 16]) {
    const uint8_t *p = bytes;
    uint64_t k0 = load64(key), k1 = load64(key + 8), last = (uint64_t)n << 56;
    uint64_t v0 = k0 ^ 0x736f6d6570736575u, v1 = k1 ^ 0x646f72616e646f6du;
    uint64_t v2 = k0 ^ 0x6c7967656e657261u, v3 = k1 ^ 0x7465646279746573u;
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t m = load64(p);
        v3 ^= m;
        SIP_ROUND;
        SIP_ROUND;
        v0 ^= m;
    }
    uint64_t tail = 0;
    if (n) memcpy(&tail, p, n);
    last |= tail;
    v3 ^= last;
    SIP_ROUND;
    SIP_ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

void hash_random(void *out, size_t n) {
    uint8_t *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got <= 0) {
            fputs("sluice: the system gives no random bytes\n", stderr);
            abort();
        }
        p += got;
        n -= (size_t)got;
    }
}
