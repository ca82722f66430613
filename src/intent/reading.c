#include "intent/reading.h"

#include <math.h>

#include "intent/hash.h"
#include "intent/words.h"

_Static_assert(2 * READING_EDGE_BYTES <= WORDS_MAX_BYTES, "both ends fit");

// A feature is known by the hash of its words times a number of its kind.
enum kind { WORD, SECOND, THIRD, FOURTH, PAIR, APART, OPENING, CLOSING, STEP, SYSTEM_WORD, SYSTEM_PAIR, KINDS };
static const uint64_t MULTIPLIER[KINDS] = {
    [WORD] = 1,
    [SECOND] = 0x9fb21c651e98df25u,
    [THIRD] = 0xd6e8feb86659fd93u,
    [FOURTH] = 0xe7037ed1a0b428dbu,
    [PAIR] = 0x8ebc6af09c88c6e3u,
    [APART] = 0x589965cc75374cc3u,
    [OPENING] = 0x1d8e4e27c47d124fu,
    [CLOSING] = 0xeb44accab455d165u,
    [STEP] = 0xa0761d6478bd642fu,
    [SYSTEM_WORD] = 0xe95fadb19b3b2d6bu,
    [SYSTEM_PAIR] = 0x2127599bf4325c37u,
};

static inline uint32_t bucket_of(enum kind kind, uint64_t hash) {
    return (uint32_t)(hash * MULTIPLIER[kind] >> (64 - READING_BITS));
}

static inline uint64_t pair_of(uint64_t first, uint64_t second) {
    uint64_t h = intent_hash_pair(first, second);
    return h ^ h >> 32;
}

// ---------------------------------------------------------------- tokens

struct token {
    uint64_t hash;
    uint32_t at, len;
};

struct tokens {
    uint32_t count, numbers, sentences;
    struct token at[READING_TEXT_TOKENS];
};

static bool is_number(const char *lower, uint32_t len) {
    for (uint32_t i = 0; i < len; i++)
        if (lower[i] < '0' || lower[i] > '9') return false;
    return true;
}

// A number of more than one digit is known by how long it is; which one it is says little.
static uint64_t hash_number(uint32_t len) {
    const char name[16] = {'#', (char)('0' + (len < 9 ? len : 9))};
    return intent_hash_word(name, 2);
}

static void cut(const struct words *w, struct tokens *t) {
    t->count = t->numbers = t->sentences = 0;
    for (uint32_t block = 0; block < w->blocks; block++) {
        uint64_t starts = words_starts(w, block, block ? w->word[block - 1] : 0);
        for (; starts; starts &= starts - 1) {
            uint32_t at = block * WORDS_BLOCK + (uint32_t)__builtin_ctzll(starts), len = words_length(w, at);
            const char *word = w->lower + at;
            struct token *to = &t->at[t->count++];
            *to = (struct token){intent_hash_word(word, len), at, len};
            t->sentences += *word == '.' || *word == '?' || *word == '!';
            if ((unsigned char)(*word - '0') >= 10 || !is_number(word, len)) continue;
            t->numbers++;
            if (len > 1) to->hash = hash_number(len);
        }
    }
}

// ---------------------------------------------------------------- buckets

struct list {
    uint64_t seen[(1 << READING_BITS) / 64];
    uint32_t *to;
    uint32_t count;
};

// Written first, kept when new. True when it was new.
static inline bool add(struct list *l, uint32_t bucket) {
    uint64_t *group = &l->seen[bucket / 64], bit = (uint64_t)1 << bucket % 64;
    bool is_new = !(*group & bit);
    l->to[l->count] = bucket;
    l->count += is_new;
    *group |= bit;
    return is_new;
}

static void begin(struct list *l, uint32_t *to) {
    memset(l->seen, 0, sizeof l->seen);
    l->to = to;
    l->count = 0;
}

static void add_words(struct list *l, const struct tokens *t) {
    for (uint32_t i = 0; i < t->count; i++) {
        uint64_t hash = t->at[i].hash;
        for (enum kind k = WORD; k <= FOURTH && !add(l, bucket_of(k, hash)); k++) continue;
        if (i > 0) add(l, bucket_of(PAIR, pair_of(t->at[i - 1].hash, hash)));
        if (i > 1) add(l, bucket_of(APART, pair_of(t->at[i - 2].hash, hash)));
    }
    for (uint32_t i = 0; i < t->count && i < READING_OPENING; i++) add(l, bucket_of(OPENING, t->at[i].hash));
    uint32_t last = t->count > READING_CLOSING ? t->count - READING_CLOSING : 0;
    for (uint32_t i = last; i < t->count; i++) add(l, bucket_of(CLOSING, t->at[i].hash));
}

static void add_step(struct list *l, uint32_t name, uint32_t step) {
    add(l, bucket_of(STEP, ((uint64_t)name << 32 | step) * MULTIPLIER[PAIR] | 1));
}

// Coarse and fine steps of each: a coarse one is learned from few examples.
static void add_steps(struct list *l, const struct tokens *t, size_t bytes) {
    float tokens = log2f((float)t->count + 1), length = log2f((float)bytes + 1);
    add_step(l, 0, (uint32_t)(2 * tokens));
    add_step(l, 1, (uint32_t)(3 * tokens));
    add_step(l, 2, (uint32_t)length);
    add_step(l, 3, t->numbers < 12 ? t->numbers : 12);
    add_step(l, 4, (t->numbers < 20 ? t->numbers : 20) / 2);
    add_step(l, 5, t->sentences < 12 ? t->sentences : 12);
}

void reading_read(const struct intent_input *in, struct reading *out) {
    struct words w;
    struct tokens t;
    struct list l;
    words_read(&w, in->text, READING_EDGE_BYTES);
    cut(&w, &t);
    begin(&l, out->text);
    add_words(&l, &t);
    add_steps(&l, &t, in->text.len);
    out->text_count = l.count;
    out->system_count = 0;
    if (in->system.len == 0) return;
    words_read(&w, in->system, READING_SYSTEM_EDGE_BYTES);
    cut(&w, &t);
    begin(&l, out->system);
    for (uint32_t i = 0; i < t.count; i++) {
        add(&l, bucket_of(SYSTEM_WORD, t.at[i].hash));
        if (i) add(&l, bucket_of(SYSTEM_PAIR, pair_of(t.at[i - 1].hash, t.at[i].hash)));
    }
    out->system_count = l.count;
}

static float value_of(uint32_t count, float length) {
    return count ? length / sqrtf((float)count) : 0;
}

float reading_text_value(const struct reading *r) {
    return value_of(r->text_count, 1);
}

float reading_system_value(const struct reading *r) {
    return value_of(r->system_count, 0.5f);
}

void reading_each(struct span text, reading_visit *visit, void *context) {
    struct words w;
    struct tokens t;
    words_read(&w, text, READING_EDGE_BYTES);
    cut(&w, &t);
    struct span before[2] = {SPAN_NONE, SPAN_NONE};
    for (uint32_t i = 0; i < t.count; i++) {
        uint64_t hash = t.at[i].hash;
        struct span raw = words_raw(&w, t.at[i].at, t.at[i].len);
        visit(context, bucket_of(WORD, hash), raw, SPAN_NONE);
        if (i < READING_OPENING) visit(context, bucket_of(OPENING, hash), raw, SPAN_NONE);
        if (i + READING_CLOSING >= t.count) visit(context, bucket_of(CLOSING, hash), raw, SPAN_NONE);
        if (i > 0) visit(context, bucket_of(PAIR, pair_of(t.at[i - 1].hash, hash)), before[1], raw);
        if (i > 1) visit(context, bucket_of(APART, pair_of(t.at[i - 2].hash, hash)), before[0], raw);
        before[0] = before[1];
        before[1] = raw;
    }
}
