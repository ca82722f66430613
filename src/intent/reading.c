#include "intent/reading.h"

#include <math.h>

#include "base/wide.h"
#include "intent/damp.h"
#include "intent/hash.h"
#include "intent/lexicon.h"
#include "intent/seen.h"
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

BODY uint32_t bucket_of(enum kind kind, uint64_t hash) {
    return (uint32_t)(hash * MULTIPLIER[kind] >> (64 - READING_BITS));
}

BODY uint64_t pair_of(uint64_t first, uint64_t second) {
    uint64_t h = intent_hash_pair(first, second);
    return h ^ h >> 32;
}

// ---------------------------------------------------------------- tokens

enum { LONG_WORD = 9 };

struct tokens {
    uint32_t count, numbers, long_words;
    uint32_t groups[LEXICON_GROUPS];
    struct piece at[READING_TEXT_TOKENS];
    uint64_t hash[READING_TEXT_TOKENS];
};

BODY void hash_words(const struct words *w, struct tokens *t) {
    uint64_t maybe[READING_TEXT_TOKENS]; // words of the lexicon, or not
    size_t candidates = 0, n = t->count;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = intent_hash_word(w->lower + t->at[i].at, t->at[i].len);
        t->hash[i] = maybe[candidates] = hash;
        candidates += lexicon_may_have(hash);
    }
    for (size_t i = 0; i < candidates; i++) t->groups[lexicon_find(maybe[i])]++;
}

BODY void cut(const struct words *w, struct tokens *t) {
    memset(t->groups, 0, sizeof t->groups);
    t->long_words = 0;
    t->count = words_cut(w, t->at);
    hash_words(w, t);
    for (uint32_t i = 0; i < t->count; i++) t->long_words += t->at[i].len >= LONG_WORD;
    uint16_t numbers[READING_TEXT_TOKENS];
    t->numbers = words_numbers(w, t->at, numbers);
    for (uint32_t i = 0; i < t->numbers; i++) {
        uint32_t len = t->at[numbers[i]].len;
        if (len > 1) t->hash[numbers[i]] = intent_hash_number(len);
    }
}

// ---------------------------------------------------------------- buckets

_Static_assert(READING_BITS <= (int)SEEN_BITS, "there is a bit for each");

// Written first, kept when new. Returns the new count.
BODY size_t add(uint64_t *seen, uint32_t *list, size_t count, uint32_t bucket) {
    list[count] = bucket;
    return count + seen_add(seen, bucket);
}

// A word, or that it comes for the second to fourth time: the first of them that is not there yet. All are looked at,
// because how often a word came before is not to be foretold.
BODY uint32_t occurrence_of(const uint64_t *seen, uint64_t hash) {
    uint64_t there = 1;
    enum kind first = WORD;
    for (enum kind k = WORD; k < FOURTH; k++) {
        uint32_t bucket = bucket_of(k, hash);
        there &= seen[bucket / 64] >> bucket % 64;
        first += (enum kind)there;
    }
    return bucket_of(first, hash);
}

BODY size_t add_words(uint64_t *seen, uint32_t *list, const struct tokens *t) {
    size_t count = 0, n = t->count;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = t->hash[i];
        count = add(seen, list, count, occurrence_of(seen, hash));
        if (i > 0) count = add(seen, list, count, bucket_of(PAIR, pair_of(t->hash[i - 1], hash)));
        if (i > 1) count = add(seen, list, count, bucket_of(APART, pair_of(t->hash[i - 2], hash)));
    }
    for (size_t i = 0; i < n && i < READING_OPENING; i++)
        count = add(seen, list, count, bucket_of(OPENING, t->hash[i]));
    for (size_t i = n > READING_CLOSING ? n - READING_CLOSING : 0; i < n; i++)
        count = add(seen, list, count, bucket_of(CLOSING, t->hash[i]));
    return count;
}

BODY size_t add_system(uint64_t *seen, uint32_t *list, const struct tokens *t) {
    size_t count = 0;
    for (size_t i = 0; i < t->count; i++) {
        count = add(seen, list, count, bucket_of(SYSTEM_WORD, t->hash[i]));
        if (i) count = add(seen, list, count, bucket_of(SYSTEM_PAIR, pair_of(t->hash[i - 1], t->hash[i])));
    }
    return count;
}

BODY void clear_seen(uint64_t *seen, const uint32_t *list, size_t count) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++) seen[list[i + k] / 64] = 0;
    for (; i < count; i++) seen[list[i] / 64] = 0;
}

// Returns how many.
BODY uint32_t list_buckets(uint32_t *list, const struct tokens *t, bool of_system) {
    uint64_t *seen = seen_groups;
    size_t count = of_system ? add_system(seen, list, t) : add_words(seen, list, t);
    clear_seen(seen, list, count);
    return (uint32_t)count;
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
    *c++ = damp(in->text.len); // the whole length, also of what is not read
    *c++ = damp(t->count - s.all);
    *c++ = (float)(w->letters - w->digits) / words;
    *c++ = (float)w->digits / bytes;
    *c++ = damp(t->numbers);
    *c++ = damp(s.sentences);
    *c++ = damp(s.lines);
    *c++ = s.kinds[QUESTION] < 3 ? (float)s.kinds[QUESTION] : 3;
    *c++ = (float)w->capitals / bytes;
    *c++ = (float)s.all / bytes;
    *c++ = t->count ? (float)out->text_count / (float)(3 * t->count) : 0;
    *c++ = (float)t->long_words / words;
    *c++ = damp(s.kinds[MATHS]);
    *c++ = damp(s.kinds[CODE]);
    *c++ = damp(s.kinds[QUOTE]);
    *c++ = damp(t->groups[LEXICON_NEGATION]);
    *c++ = damp(t->groups[LEXICON_CONDITION]);
    *c++ = damp(t->groups[LEXICON_QUANTITY]);
    *c++ = damp(s.latex);
    *c++ = damp(s.options);
}

BODY void read_both(const struct intent_input *in, struct reading *out) {
    struct words w;
    struct tokens t;
    words_read(&w, in->text, READING_EDGE_BYTES);
    cut(&w, &t);
    out->text_count = list_buckets(out->text, &t, false);
    fill_counts(in, &w, &t, out);
    out->system_count = 0;
    if (in->system.len == 0) return;
    words_read(&w, in->system, READING_SYSTEM_EDGE_BYTES);
    cut(&w, &t);
    out->system_count = list_buckets(out->system, &t, true);
}

static void read_narrow(const struct intent_input *in, struct reading *out) {
    read_both(in, out);
}

WIDE static void read_wide(const struct intent_input *in, struct reading *out) {
    read_both(in, out);
}

void reading_read(const struct intent_input *in, struct reading *out) {
    if (wide_is_there) read_wide(in, out);
    else read_narrow(in, out);
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
        uint64_t hash = t.hash[i];
        struct span raw = words_raw(&w, t.at[i].at, t.at[i].len);
        visit(context, bucket_of(WORD, hash), raw, SPAN_NONE);
        if (i < READING_OPENING) visit(context, bucket_of(OPENING, hash), raw, SPAN_NONE);
        if (i + READING_CLOSING >= t.count) visit(context, bucket_of(CLOSING, hash), raw, SPAN_NONE);
        if (i > 0) visit(context, bucket_of(PAIR, pair_of(t.hash[i - 1], hash)), before[1], raw);
        if (i > 1) visit(context, bucket_of(APART, pair_of(t.hash[i - 2], hash)), before[0], raw);
        before[0] = before[1];
        before[1] = raw;
    }
}
