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

struct sip {
    uint64_t v0, v1, v2, v3;
};

#define SIP_ROUNDS(n)                                                                                                  \
    for (int i = 0; i < (n); i++) {                                                                                    \
        s.v0 += s.v1, s.v1 = rotate(s.v1, 13) ^ s.v0, s.v0 = rotate(s.v0, 32);                                         \
        s.v2 += s.v3, s.v3 = rotate(s.v3, 16) ^ s.v2;                                                                  \
        s.v0 += s.v3, s.v3 = rotate(s.v3, 21) ^ s.v0;                                                                  \
        s.v2 += s.v1, s.v1 = rotate(s.v1, 17) ^ s.v2, s.v2 = rotate(s.v2, 32);                                         \
    }

static inline struct sip sip_end(struct sip s, int rounds) {
#pragma GCC unroll 1 // as below
    for (int end = 0; end < rounds; end++) SIP_ROUNDS(1);
    return s;
}

// All but the end, with so many rounds for eight bytes.
static inline struct sip sip_read(const uint8_t *p, size_t n, const uint8_t key[static 16], uint64_t width,
                                  int rounds) {
    uint64_t k0 = load64(key), k1 = load64(key + 8), last = (uint64_t)n << 56, tail = 0;
    struct sip s = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du ^ width, k0 ^ 0x6c7967656e657261u,
                    k1 ^ 0x7465646279746573u};
#pragma GCC unroll 1 // a request hashes three short texts: more code costs more misses than the jumps that it saves
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t m = load64(p);
        s.v3 ^= m;
        SIP_ROUNDS(rounds);
        s.v0 ^= m;
    }
    if (n) memcpy(&tail, p, n);
    last |= tail;
    s.v3 ^= last;
    SIP_ROUNDS(rounds);
    s.v0 ^= last;
    return s;
}

uint64_t hash_keyed(const void *bytes, size_t n, const uint8_t key[static 16]) {
    struct sip s = sip_read(bytes, n, key, 0, 2);
    s.v2 ^= 0xff;
    s = sip_end(s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void hash_keyed_128(const void *bytes, size_t n, const uint8_t key[static 16], uint64_t out[static 2]) {
    struct sip s = sip_read(bytes, n, key, 0xee, 1);
    s.v2 ^= 0xee;
    s = sip_end(s, 3);
    out[0] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    s.v1 ^= 0xdd;
    s = sip_end(s, 3);
    out[1] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
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
