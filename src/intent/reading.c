#include "intent/reading.h"

#include <math.h>

#include "intent/hash.h"
#include "intent/lexicon.h"
#include "intent/words.h"

_Static_assert(2 * READING_EDGE_BYTES <= WORDS_MAX_BYTES, "both ends fit");

// A feature is known by the hash of its words times a number of its kind.
enum kind { WORD, SECOND, THIRD, FOURTH, PAIR, APART, OPENING, CLOSING, SYSTEM_WORD, SYSTEM_PAIR, KINDS };
static const uint64_t MULTIPLIER[KINDS] = {
    [WORD] = 1,
    [SECOND] = 0x9fb21c651e98df25u,
    [THIRD] = 0xd6e8feb86659fd93u,
    [FOURTH] = 0xe7037ed1a0b428dbu,
    [PAIR] = 0x8ebc6af09c88c6e3u,
    [APART] = 0x589965cc75374cc3u,
    [OPENING] = 0x1d8e4e27c47d124fu,
    [CLOSING] = 0xeb44accab455d165u,
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

enum { LONG_WORD = 9 };

struct token {
    uint64_t hash;
    uint32_t at, len;
};

struct tokens {
    uint32_t count, numbers, long_words;
    uint32_t groups[LEXICON_GROUPS];
    struct token at[READING_TEXT_TOKENS];
};

static void cut(const struct words *w, struct tokens *t) {
    t->count = t->numbers = t->long_words = 0;
    memset(t->groups, 0, sizeof t->groups);
    for (uint32_t block = 0; block < w->blocks; block++) {
        uint64_t starts = words_starts(w, block, block ? w->word[block - 1] : 0);
        for (; starts; starts &= starts - 1) {
            uint32_t at = block * WORDS_BLOCK + (uint32_t)__builtin_ctzll(starts), len = words_length(w, at);
            const char *word = w->lower + at;
            struct token *to = &t->at[t->count++];
            *to = (struct token){intent_hash_word(word, len), at, len};
            t->long_words += len >= LONG_WORD;
            t->groups[lexicon_find(to->hash)]++;
            if ((unsigned char)(*word - '0') >= 10 || !intent_is_number(word, len)) continue;
            t->numbers++;
            if (len > 1) to->hash = intent_hash_number(len);
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

// ---------------------------------------------------------------- counts

static const char *const COUNT_NAMES[READING_COUNTS] = {
    "length",    "words",     "word length", "share of digits", "numbers",    "sentences",   "lines",
    "questions", "capitals",  "punctuation", "variety",         "long words", "maths signs", "code signs",
    "quotes",    "negations", "conditions",  "quantities",      "LaTeX",      "options",
};

const char *reading_count_name(uint32_t i) {
    return i < READING_COUNTS ? COUNT_NAMES[i] : "";
}

enum sign { PLAIN, MATHS, CODE, QUOTE, QUESTION, END, BACKSLASH, SIGNS };
static const uint8_t SIGN[128] = {
    ['='] = MATHS, ['+'] = MATHS, ['*'] = MATHS, ['/'] = MATHS,    ['^'] = MATHS, ['<'] = MATHS, ['>'] = MATHS,
    ['%'] = MATHS, ['$'] = MATHS, ['{'] = CODE,  ['}'] = CODE,     ['('] = CODE,  [')'] = CODE,  [';'] = CODE,
    ['['] = CODE,  [']'] = CODE,  ['"'] = QUOTE, ['?'] = QUESTION, ['.'] = END,   ['!'] = END,   ['\\'] = BACKSLASH,
};

struct signs {
    uint32_t all, kinds[SIGNS];
    uint32_t sentences, latex, lines, options;
};

// "a.", "(b)", "1)", in lower case.
static bool is_option(const char *line) {
    for (int i = 0; i < 7; i++) {
        char c = line[i], next = line[i + 1];
        if (c == ' ' || c == '(') continue;
        return ((c >= 'a' && c <= 'e') || (c >= '1' && c <= '9')) && (next == '.' || next == ')');
    }
    return false;
}

static void count_signs(const struct words *w, struct signs *s) {
    *s = (struct signs){.options = is_option(w->lower)};
    for (uint32_t block = 0; block < w->blocks; block++) {
        const char *lower = w->lower + block * WORDS_BLOCK;
        for (uint64_t at = w->sign[block]; at; at &= at - 1, s->all++) {
            const char *sign = lower + __builtin_ctzll(at);
            uint8_t kind = SIGN[*sign & 0x7f];
            s->kinds[kind]++;
            if (kind == END || kind == QUESTION) s->sentences += (unsigned char)sign[1] <= ' ';
            else if (kind == BACKSLASH) s->latex += sign[1] >= 'a' && sign[1] <= 'z';
        }
        for (uint64_t at = w->line[block]; at; at &= at - 1, s->lines++)
            s->options += is_option(lower + __builtin_ctzll(at) + 1);
    }
}

static void fill_counts(const struct intent_input *in, const struct words *w, const struct tokens *t,
                        struct reading *out) {
    struct signs s;
    count_signs(w, &s);
    float bytes = w->bytes ? (float)w->bytes : 1, words = t->count > s.all ? (float)(t->count - s.all) : 1;
    float *c = out->counts;
    *c++ = log1pf((float)in->text.len); // the whole length, also of what is not read
    *c++ = log1pf((float)(t->count - s.all));
    *c++ = (float)(w->letters - w->digits) / words;
    *c++ = (float)w->digits / bytes;
    *c++ = log1pf((float)t->numbers);
    *c++ = log1pf((float)s.sentences);
    *c++ = log1pf((float)s.lines);
    *c++ = s.kinds[QUESTION] < 3 ? (float)s.kinds[QUESTION] : 3;
    *c++ = (float)w->capitals / bytes;
    *c++ = (float)s.all / bytes;
    *c++ = t->count ? (float)out->text_count / (float)(3 * t->count) : 0;
    *c++ = (float)t->long_words / words;
    *c++ = log1pf((float)s.kinds[MATHS]);
    *c++ = log1pf((float)s.kinds[CODE]);
    *c++ = log1pf((float)s.kinds[QUOTE]);
    *c++ = log1pf((float)t->groups[LEXICON_NEGATION]);
    *c++ = log1pf((float)t->groups[LEXICON_CONDITION]);
    *c++ = log1pf((float)t->groups[LEXICON_QUANTITY]);
    *c++ = log1pf((float)s.latex);
    *c++ = log1pf((float)s.options);
}

void reading_read(const struct intent_input *in, struct reading *out) {
    struct words w;
    struct tokens t;
    struct list l;
    words_read(&w, in->text, READING_EDGE_BYTES);
    cut(&w, &t);
    begin(&l, out->text);
    add_words(&l, &t);
    out->text_count = l.count;
    fill_counts(in, &w, &t, out);
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
