// Small groups of words whose number is a feature of its own: they carry over between kinds of prompt
// where single words do not.
#ifndef SLUICE_INTENT_LEXICON_H
#define SLUICE_INTENT_LEXICON_H

#include <stddef.h>
#include <stdint.h>

enum lexicon_group {
    LEXICON_NONE, // most words
    LEXICON_NEGATION,
    LEXICON_CONDITION,
    LEXICON_QUANTITY,
    LEXICON_PROOF,
    LEXICON_CODE,
    LEXICON_DESIGN,
    LEXICON_ROUTINE,
    LEXICON_LONG,
    LEXICON_SHORT,
    LEXICON_GROUPS
};

// Slots of two words, tag | group; filled before main such that every word is in its slot: one look tells.
enum { LEXICON_SLOT_BITS = 10, LEXICON_SLOTS = 1 << LEXICON_SLOT_BITS, LEXICON_GROUP_MASK = 15 };
extern uint32_t lexicon_slots[LEXICON_SLOTS][2];
extern uint32_t lexicon_multiplier;
// A bit, 1 where a word may be one of them, by the uppermost bits of its hash: nearly all others end here. Bits, not
// bytes, because every word of a text looks at another one: they are eight cache lines.
enum { LEXICON_SIEVE_BITS = 12 };
extern uint64_t lexicon_sieve[(1 << LEXICON_SIEVE_BITS) / 64];

static inline uint64_t lexicon_may_have(uint64_t hash) {
    return lexicon_sieve[hash >> (70 - LEXICON_SIEVE_BITS)] >> (hash >> (64 - LEXICON_SIEVE_BITS)) % 64 & 1;
}

static inline uint32_t lexicon_tag(uint64_t hash) {
    return (uint32_t)(hash >> 32) & ~(uint32_t)LEXICON_GROUP_MASK;
}

static inline uint32_t lexicon_slot_of(uint32_t tag, uint32_t multiplier) {
    return tag * multiplier >> (32 - LEXICON_SLOT_BITS);
}

// The group of a word in lower case, by its intent_hash_word(). Two words of one tag (28 bits) are taken for
// the same.
static inline enum lexicon_group lexicon_find(uint64_t hash) {
    uint32_t tag = lexicon_tag(hash);
    const uint32_t *slot = lexicon_slots[lexicon_slot_of(tag, lexicon_multiplier)];
    uint32_t a = slot[0] ^ tag, b = slot[1] ^ tag;
    return (enum lexicon_group)((a < LEXICON_GROUPS ? a : 0) | (b < LEXICON_GROUPS ? b : 0));
}

#endif
