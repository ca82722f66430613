// The hashes of words and of word pairs. They are part of the format of the weights.
#ifndef SLUICE_INTENT_HASH_H
#define SLUICE_INTENT_HASH_H

#include <stdint.h>
#include <string.h>

static const uint64_t INTENT_HASH_FIRST = 0x9e3779b97f4a7c15u, INTENT_HASH_SECOND = 0xff51afd7ed558ccdu;

extern const uint8_t intent_ones[72]; // 56 times 0xff, then zeros

// Of the first 16 bytes and the length; 1 <= len <= 56. Sixteen bytes at `word` are readable, whatever the
// length: no branch, because the length of the next word is not to be foretold.
static inline uint64_t intent_hash_word(const char *word, uint32_t len) {
    uint64_t low, high, low_mask, high_mask;
    memcpy(&low, word, 8);
    memcpy(&high, word + 8, 8);
    const uint8_t *ones = intent_ones + 56 - (size_t)len;
    memcpy(&low_mask, ones, 8);
    memcpy(&high_mask, ones + 8, 8);
    uint64_t h = (low & low_mask) * INTENT_HASH_FIRST;
    h = (h ^ h >> 32 ^ (high & high_mask) ^ len) * INTENT_HASH_SECOND;
    return h ^ h >> 29;
}

// The same of a word of 1 to 7 bytes; eight bytes at `word` are readable.
static inline uint64_t intent_hash_short(const char *word, uint32_t len) {
    uint64_t low;
    memcpy(&low, word, 8);
    uint64_t h = (low & (((uint64_t)1 << len * 8) - 1)) * INTENT_HASH_FIRST;
    h = (h ^ h >> 32 ^ len) * INTENT_HASH_SECOND;
    return h ^ h >> 29;
}

static inline uint64_t intent_hash_pair(uint64_t first, uint64_t second) {
    return ((first << 25 | first >> 39) ^ second) * 0xc4ceb9fe1a85ec53u;
}

// A number is known by how long it is; which one it is says little.
static inline uint64_t intent_hash_number(uint32_t len) {
    const char name[16] = {'#', (char)('0' + (len < 9 ? len : 9))};
    return intent_hash_short(name, 2);
}

#endif
