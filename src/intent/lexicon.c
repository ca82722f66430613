#include "intent/lexicon.h"

#include <string.h>

#include "base/span.h"
#include "intent/hash.h"
#include "intent/stems.h"

static const char *const WORDS[LEXICON_GROUPS] = {
    [LEXICON_NEGATION] = "except false incorrect least never no none not unless without",
    [LEXICON_CONDITION] = "assume assuming given if suppose then whether",
    [LEXICON_QUANTITY] = "each every half hence less more per ratio remaining rest than times total twice",
    [LEXICON_PROOF] = "compute conjecture derivative derive eigenvalue equation finite formula "
                      "graph group hypothesis inequality infinitely integer integral "
                      "lemma limit matrix mod modulo nontrivial polynomial prime probability proof prove "
                      "theorem upper vector",
    [LEXICON_CODE] = "algorithm api array bug class code compile compiler concurrency deadlock debug "
                     "distributed framework function implement implementation java javascript json library "
                     "memory program protocol python query recursive rust server sql thread threads "
                     "typescript unit variable",
    [LEXICON_DESIGN] = "analyse analysis analyze architecture argue assess compare critique design diagnose "
                       "discuss evaluate implications justify migration optimal optimise optimize plan propose "
                       "recommend rigorous strategy synthesise synthesize trade tradeoffs why",
    [LEXICON_ROUTINE] = "categorise categorize category classify convert correct extract fill fix format grammar "
                        "identify label list paraphrase polite politely proofread rephrase reply rewrite route "
                        "sentiment shorten spelling summarise summarize summary tag ticket tone translate",
    [LEXICON_LONG] = "comprehensive depth detailed elaborate essay explain full long novel pages paragraphs "
                     "script step story thorough words",
    [LEXICON_SHORT] = "brief briefly bullet concise just one only quick sentence short simple single word",
};

uint32_t lexicon_slots[LEXICON_SLOTS][2];
uint32_t lexicon_multiplier;
uint64_t lexicon_sieve[(1 << LEXICON_SIEVE_BITS) / 64];

// False when a slot would need a third entry. Words that begin alike are one.
static bool add_word(struct span word, enum lexicon_group group) {
    char padded[32] = {0};
    memcpy(padded, word.at, word.len);
    uint32_t len = word.len < STEM_BYTES ? (uint32_t)word.len : STEM_BYTES;
    uint32_t tag = lexicon_tag(intent_hash_word(padded, len));
    uint32_t *slot = lexicon_slots[lexicon_slot_of(tag, lexicon_multiplier)];
    for (int i = 0; i < 2; i++)
        if (slot[i] && lexicon_tag((uint64_t)slot[i] << 32) == tag) return true;
    if (slot[0] && slot[1]) return false;
    uint32_t bit = tag >> (32 - LEXICON_SIEVE_BITS);
    lexicon_sieve[bit / 64] |= (uint64_t)1 << bit % 64;
    slot[slot[0] != 0] = tag | group;
    return true;
}

static bool fill(void) {
    memset(lexicon_slots, 0, sizeof lexicon_slots);
    memset(lexicon_sieve, 0, sizeof lexicon_sieve);
    for (int group = 0; group < LEXICON_GROUPS; group++) {
        for (const char *p = WORDS[group]; p && *p;) {
            size_t n = strcspn(p, " ");
            if (!add_word(span_make(p, n), (enum lexicon_group)group)) return false;
            p += n + (p[n] != 0);
        }
    }
    return true;
}

// The first multiplier that gives no slot more than two; found in a few attempts, always the same.
__attribute__((constructor)) static void arrange(void) {
    for (lexicon_multiplier = 0x9e3779b1; !fill(); lexicon_multiplier += 2) continue;
}
