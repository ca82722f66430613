#include "chat/words.h"

#include "base/hash.h"

#define TEXT(id, text) [WORD_##id] = text,
static const char *const TEXTS[WORD_COUNT] = {CHAT_WORDS(TEXT)};
#undef TEXT

enum { LONGEST = 24, SLOT_BITS = 8, SLOTS = 1 << SLOT_BITS };

// All bytes of a word of up to LONGEST as numbers, so that two are compared without a loop: the four at either end, and
// of a longer one eight further inside, from either end.
struct key {
    uint64_t ends, front, back;
    uint8_t len;
    uint8_t word; // enum chat_word
};

// The words, each near the place that its bytes say. One without length is free.
static struct key slots[SLOTS];

static inline uint64_t four(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t eight(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline struct key key_of(struct span text) {
    const char *p = text.at, *end = p + text.len;
    struct key k = {.len = (uint8_t)text.len};
    if (text.len >= 4) k.ends = four(p) | four(end - 4) << 32;
    else k.ends = hash_load((const uint8_t *)p, text.len);
    if (text.len <= 8) return k;
    size_t in = text.len - 8 < 4 ? text.len - 8 : 4;
    k.front = eight(p + in);
    k.back = eight(end - in - 8);
    return k;
}

// Where the key is, or would be.
static inline struct key *slot_of(const struct key *k) {
    const uint64_t by = 0x404711ad8794cd67; // no two words want the same place
    size_t at = (size_t)((k->ends + k->len) * by >> (64 - SLOT_BITS));
    for (;; at = (at + 1) % SLOTS) {
        const struct key *s = &slots[at];
        uint64_t other = (s->ends ^ k->ends) | (s->front ^ k->front) | (s->back ^ k->back) | (s->len ^ k->len);
        if (!other || !s->len) return &slots[at];
    }
}

__attribute__((constructor)) static void fill_slots(void) {
    for (unsigned w = WORD_NONE + 1; w < WORD_COUNT; w++) {
        struct key k = key_of(span_from(TEXTS[w]));
        k.word = (uint8_t)w;
        *slot_of(&k) = k;
    }
}

enum chat_word chat_word_of(struct span key) {
    if (key.len == 0 || key.len > LONGEST) return WORD_NONE; // no bytes may be at no address
    struct key k = key_of(key);
    return (enum chat_word)slot_of(&k)->word;
}

const char *chat_word_text(enum chat_word word) {
    return TEXTS[word];
}
