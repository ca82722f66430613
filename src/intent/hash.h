// The hashes of words and of word pairs. They are part of the format of the weights.
#ifndef SLUICE_INTENT_HASH_H
#define SLUICE_INTENT_HASH_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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
    uint64_t h = (low & low_mask) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 32 ^ (high & high_mask) ^ len) * 0xff51afd7ed558ccdu;
    return h ^ h >> 29;
}

static inline uint64_t intent_hash_pair(uint64_t first, uint64_t second) {
    return ((first << 25 | first >> 39) ^ second) * 0xc4ceb9fe1a85ec53u;
}

static inline bool intent_is_number(const char *word, uint32_t len) {
    for (uint32_t i = 0; i < len; i++)
        if (word[i] < '0' || word[i] > '9') return false;
    return true;
}

// A number is known by how long it is; which one it is says little.
static inline uint64_t intent_hash_number(uint32_t len) {
    const char name[16] = {'#', (char)('0' + (len < 9 ? len : 9))};
    return intent_hash_word(name, 2);
}

#endif
