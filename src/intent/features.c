#include "intent/features.h"

#include <assert.h>
#include <math.h>

#include "base/wide.h"
#include "intent/damp.h"
#include "intent/hash.h"
#include "intent/lexicon.h"
#include "intent/once.h"
#include "intent/stems.h"
#include "intent/words.h"

_Static_assert(2 * FEATURES_EDGE_BYTES <= WORDS_MAX_BYTES, "both ends fit");
_Static_assert(FEATURES_BITS == 16, "a bucket is a uint16_t, and once.h counts on it");

// A system text says what kind of request this is, but is often longer than the question and always the
// same: it counts less.
static const float FEATURES_SYSTEM_SHARE = 0.5f, FEATURES_FOLLOW_SHARE = 0.5f;

static const float CAPITALS_MAX = 0.08f;

// What is counted of a request. Up to COUNT_TOOLS these are damped numbers, unless something else is said below.
enum count {
    COUNT_LENGTH,
    COUNT_WORDS,
    COUNT_WORD_LENGTH, // letters a word
    COUNT_DIGIT_SHARE, // of the bytes
    COUNT_NUMBERS,
    COUNT_SENTENCES,
    COUNT_LINES,
    COUNT_QUESTIONS,                // at most 3
    COUNT_CAPITALS,                 // share of the bytes
    COUNT_PUNCTUATION,              // likewise
    COUNT_VARIETY,                  // share of the buckets that come once
    COUNT_LONG_WORDS,               // share of the words
    COUNT_SIGNS,                    // and one more for each kind of sign up to FENCE
    COUNT_GROUPS = COUNT_SIGNS + 6, // and one more for each group of the lexicon
    COUNT_INPUT_TOKENS = COUNT_GROUPS + LEXICON_GROUPS - LEXICON_NONE - 1,
    COUNT_TURNS,
    COUNT_TOOLS,
    COUNT_SCHEMA,
    COUNT_IMAGES,
    COUNT_PROSE,
    COUNT_EXAM,
    COUNT_PROBLEM,
    COUNT_ENDS_ASKING,
    COUNT_ENDS_WITH_COLON,
    COUNT_FEW_WORDS,
    COUNT_COUNT
};
_Static_assert((int)COUNT_COUNT == FEATURES_COUNTS && (int)COUNT_PROSE == FEATURES_PROSE, "what features.h says");

static const char *const COUNT_NAMES[FEATURES_COUNTS] = {
    [COUNT_LENGTH] = "length",
    [COUNT_WORDS] = "words",
    [COUNT_WORD_LENGTH] = "word length",
    [COUNT_DIGIT_SHARE] = "share of digits",
    [COUNT_NUMBERS] = "numbers",
    [COUNT_SENTENCES] = "sentences",
    [COUNT_LINES] = "lines",
    [COUNT_QUESTIONS] = "questions",
    [COUNT_CAPITALS] = "capitals",
    [COUNT_PUNCTUATION] = "punctuation",
    [COUNT_VARIETY] = "variety",
    [COUNT_LONG_WORDS] = "long words",
    [COUNT_SIGNS] = "maths signs",
    "code signs",
    "quotes",
    "LaTeX",
    "options",
    "code block",
    [COUNT_GROUPS] = "negations",
    "conditions",
    "quantities",
    "proof words",
    "code words",
    "design words",
    "routine words",
    "words for long answers",
    "words for short answers",
    [COUNT_INPUT_TOKENS] = "input tokens",
    [COUNT_TURNS] = "turns",
    [COUNT_TOOLS] = "tools",
    [COUNT_SCHEMA] = "schema",
    [COUNT_IMAGES] = "images",
    [COUNT_PROSE] = "prose",
    [COUNT_EXAM] = "exam question",
    [COUNT_PROBLEM] = "problem",
    [COUNT_ENDS_ASKING] = "ends with a question",
    [COUNT_ENDS_WITH_COLON] = "ends with a colon",
    [COUNT_FEW_WORDS] = "few words",
};

const char *features_count_name(uint32_t i) {
    return i < FEATURES_COUNTS ? COUNT_NAMES[i] : "";
}

const uint8_t intent_ones[72] = {[0 ... 55] = 0xff};
_Static_assert(WORDS_LONGEST == 56, "as many ones");

// ---------------------------------------------------------------- words and pairs

static const uint64_t OPENING_MULTIPLIER = 0x9fb21c651e98df25u, CLOSING_MULTIPLIER = 0xd6e8feb86659fd93u;

static inline uint32_t bucket_of(uint64_t hash) {
    return (uint32_t)(hash >> (64 - FEATURES_BITS));
}

static inline uint64_t hash_sign(char sign) {
    const char name[16] = {sign};
    return intent_hash_short(name, 1);
}

enum {
    LIST_MAX = FEATURES_SYSTEM_MAX > FEATURES_TEXT_MAX ? FEATURES_SYSTEM_MAX : FEATURES_TEXT_MAX,
    TOKENS = 2 * (FEATURES_SYSTEM_EDGE_BYTES > FEATURES_EDGE_BYTES ? FEATURES_SYSTEM_EDGE_BYTES : FEATURES_EDGE_BYTES)
};

// The words and signs of a text.
struct tokens {
    uint32_t count, numbers, long_words;
    struct piece at[TOKENS + STEMS_SPARE];
    uint64_t hash[TOKENS + STEMS_SPARE];
};

BODY void read_tokens(struct tokens *t, const struct words *w) {
    t->count = words_cut(w, t->at);
    t->long_words = stems_hash(w, t->at, t->count, t->hash);
    uint16_t numbers[TOKENS];
    t->numbers = words_numbers(w, t->at, numbers);
    for (uint32_t i = 0; i < t->numbers; i++) {
        uint32_t len = t->at[numbers[i]].len;
        if (len > 1) t->hash[numbers[i]] = intent_hash_number(len);
    }
}

// ---------------------------------------------------------------- reading

// What is read of a text, beside the list of its buckets.
struct reading {
    uint32_t count; // of the list
    uint32_t groups[LEXICON_GROUPS];
    struct tokens tokens;
};

// As such: where a text begins, or ends with what is asked.
BODY void add_edge(struct once *o, const uint64_t *hash, const uint64_t *end, uint64_t multiplier) {
    for (; hash < end; hash++) once_add(o, *hash * multiplier);
}

// Words, and pairs of neighbours; and of the words how many are of which group.
BODY void add_words(struct once *o, const struct tokens *t, uint32_t *groups) {
    uint64_t before = t->hash[0], maybe[TOKENS]; // words of the lexicon, or not
    size_t n = t->count, candidates = lexicon_may_have(before);
    once_add(o, before);
    maybe[0] = before;
    for (size_t i = 1; i < n; i++) {
        uint64_t hash = t->hash[i];
        once_add(o, hash);
        once_add(o, intent_hash_pair(before, hash));
        maybe[candidates] = before = hash;
        candidates += lexicon_may_have(hash);
    }
    for (size_t i = 0; i < candidates; i++) groups[lexicon_find(maybe[i])]++;
}

BODY void read_all(struct reading *r, const struct words *w, const void *ahead, uint16_t *list) {
    const struct tokens *t = &r->tokens;
    uint8_t slots[ONCE_SLOTS];
    uint16_t doubted[LIST_MAX];
    struct once o = {.ahead = (uintptr_t)ahead, .slots = slots, .list = list, .doubted = doubted};
    memset(r->groups, 0, sizeof r->groups);
    r->count = 0;
    read_tokens(&r->tokens, w);
    if (t->count == 0) return;
    once_begin(&o);
    const uint64_t *first = t->hash, *end = first + t->count;
    add_edge(&o, first, t->count < FEATURES_OPENING ? end : first + FEATURES_OPENING, OPENING_MULTIPLIER);
    add_words(&o, t, r->groups);
    add_edge(&o, t->count < FEATURES_CLOSING ? first : end - FEATURES_CLOSING, end, CLOSING_MULTIPLIER);
    r->count = (uint32_t)once_end(&o);
}

static void read_narrow(struct reading *r, const struct words *w, const void *ahead, uint16_t *list) {
    read_all(r, w, ahead, list);
}

WIDE static void read_wide(struct reading *r, const struct words *w, const void *ahead, uint16_t *list) {
    read_all(r, w, ahead, list);
}

static void read_words(struct reading *r, const struct words *w, const void *ahead, uint16_t *list) {
    if (wide_is_there) read_wide(r, w, ahead, list);
    else read_narrow(r, w, ahead, list);
}

// ---------------------------------------------------------------- intents

enum { PREFIX = 4 };

static inline uint16_t intent_bucket_of(uint64_t hash) {
    return (uint16_t)(hash >> (64 - FEATURES_INTENT_BITS));
}

// The words of a short text, their beginnings (which survive endings and typos) and pairs, for the table of intents.
static uint32_t read_intent(const struct tokens *t, const struct words *w, uint16_t list[FEATURES_INTENT_MAX]) {
    uint32_t n = 0;
    if (t->count > FEATURES_SHORT) return 0;
    for (uint32_t i = 0; i < t->count; i++) {
        list[n++] = intent_bucket_of(t->hash[i]);
        if (t->at[i].len > PREFIX)
            list[n++] = intent_bucket_of(intent_hash_short(w->lower + t->at[i].at, PREFIX) * OPENING_MULTIPLIER);
        if (i) list[n++] = intent_bucket_of(intent_hash_pair(t->hash[i - 1], t->hash[i]));
    }
    return n;
}

void features_each(struct span text, size_t edge_bytes, features_visit *visit, void *context) {
    struct words w;
    struct tokens t;
    struct span before = SPAN_NONE;
    assert(2 * edge_bytes <= TOKENS);
    words_read(&w, text, edge_bytes);
    read_tokens(&t, &w);
    for (uint32_t i = 0; i < t.count; i++) {
        uint64_t hash = t.hash[i];
        struct span raw = words_raw(&w, t.at[i].at, t.at[i].len);
        visit(context, bucket_of(hash), raw, SPAN_NONE);
        if (i) visit(context, bucket_of(intent_hash_pair(t.hash[i - 1], hash)), before, raw);
        if (i < FEATURES_OPENING) visit(context, bucket_of(hash * OPENING_MULTIPLIER), raw, SPAN_NONE);
        if (i + FEATURES_CLOSING >= t.count) visit(context, bucket_of(hash * CLOSING_MULTIPLIER), raw, SPAN_NONE);
        before = raw;
    }
}

// ---------------------------------------------------------------- counts

// What is counted, and which sign is what. MATHS to FENCE are counts of their own, in their order.
enum { PLAIN, MATHS, CODE, QUOTE, LATEX, OPTION, FENCE, QUESTION, END, BACKSLASH, BACKTICK, LINE, KINDS };
_Static_assert((int)COUNT_GROUPS - COUNT_SIGNS == FENCE - MATHS + 1, "as many kinds");
static const uint8_t KIND[128] = {
    ['='] = MATHS, ['+'] = MATHS, ['*'] = MATHS,      ['/'] = MATHS,    ['^'] = MATHS, ['<'] = MATHS,
    ['>'] = MATHS, ['%'] = MATHS, ['$'] = MATHS,      ['{'] = CODE,     ['}'] = CODE,  ['('] = CODE,
    [')'] = CODE,  [';'] = CODE,  ['['] = CODE,       [']'] = CODE,     ['"'] = QUOTE, ['?'] = QUESTION,
    ['.'] = END,   ['!'] = END,   ['\\'] = BACKSLASH, ['`'] = BACKTICK, ['\n'] = LINE,
};

struct signs {
    uint32_t kinds[KINDS];
    uint32_t ends, choices;
};

// "a.", "(b)", "1)" at the beginning of a line, in lower case: an option. With a letter it is a choice.
static void count_option(struct signs *s, const char *line) {
    for (int i = 0; i < 7; i++) {
        char c = line[i], next = line[i + 1];
        if (c == ' ' || c == '(') continue;
        bool letter = c >= 'a' && c <= 'e', ends = next == '.' || next == ')';
        s->kinds[OPTION] += ends && (letter || (c >= '1' && c <= '9'));
        s->choices += ends && letter;
        return;
    }
}

static inline void count_sign(struct signs *s, const char *at) {
    uint8_t kind = KIND[(unsigned char)*at & 0x7f];
    s->kinds[kind]++;
    // full stops and commas come as they like: no branch tells them apart
    s->ends += ((kind == END) | (kind == QUESTION)) & ((unsigned char)at[1] <= ' ');
    if (kind <= END) return; // the rest depend on what follows
    if (kind == BACKSLASH) s->kinds[LATEX] += at[1] >= 'a' && at[1] <= 'z';
    else if (kind == BACKTICK) s->kinds[FENCE] += at[1] == '`' && at[2] == '`';
    else count_option(s, at + 1);
}

static uint32_t count_signs(const struct words *w, struct signs *s) {
    uint32_t total = 0;
    *s = (struct signs){0};
    count_option(s, w->lower);
    for (uint32_t block = 0; block < w->blocks; block++) {
        const char *lower = w->lower + block * WORDS_BLOCK;
        for (uint64_t at = w->sign[block] | w->line[block]; at; at &= at - 1, total++)
            count_sign(s, lower + __builtin_ctzll(at));
    }
    return total - s->kinds[LINE];
}

// How much prose there is: the words of the whole text, by those that were read. Numbers and formulas add nothing:
// what they ask is no longer for their length.
static float prose_of(const struct words *w, uint32_t words, size_t text_bytes) {
    static const float DIGITS = 4;
    if (w->bytes == 0) return 0;
    float bytes = (float)w->bytes;
    return log1pf((float)words * (float)text_bytes / bytes) - DIGITS * (float)w->digits / bytes;
}

static enum features_kind kind_of(const struct reading *r, const struct signs *s) {
    enum { FEW_SIGNS_OF_CODE = 6 };
    if (s->choices) return KIND_EXAM;
    bool amounts = r->tokens.numbers + r->groups[LEXICON_QUANTITY] >= 2;
    return amounts && s->kinds[QUESTION] && s->kinds[CODE] < FEW_SIGNS_OF_CODE ? KIND_PROBLEM : KIND_OTHER;
}

static void fill_shape(const struct tokens *t, enum features_kind kind, float *c) {
    enum { FEW_WORDS = 12 };
    uint64_t last = t->count ? t->hash[t->count - 1] : 0;
    c[COUNT_EXAM] = kind == KIND_EXAM;
    c[COUNT_PROBLEM] = kind == KIND_PROBLEM;
    c[COUNT_ENDS_ASKING] = last == hash_sign('?');
    c[COUNT_ENDS_WITH_COLON] = last == hash_sign(':');
    c[COUNT_FEW_WORDS] = t->count <= FEW_WORDS;
}

static void fill_counts(const struct intent_input *in, struct span text, const struct words *w, const struct reading *r,
                        struct features *out) {
    struct signs s;
    uint32_t signs = count_signs(w, &s), tokens = r->tokens.count;
    uint32_t openings = tokens < FEATURES_OPENING ? tokens : FEATURES_OPENING;
    uint32_t closings = tokens < FEATURES_CLOSING ? tokens : FEATURES_CLOSING;
    uint32_t seen = 2 * tokens - 1 + openings + closings;
    uint32_t numbers[COUNT_TOOLS + 1] = {
        [COUNT_LENGTH] = (uint32_t)text.len, // the whole length, also of what is not read
        [COUNT_WORDS] = tokens - signs,
        [COUNT_NUMBERS] = r->tokens.numbers,
        [COUNT_SENTENCES] = s.ends,
        [COUNT_LINES] = s.kinds[LINE],
        [COUNT_INPUT_TOKENS] = (uint32_t)in->input_tokens,
        [COUNT_TURNS] = in->user_turns,
        [COUNT_TOOLS] = in->tools,
    };
    memcpy(numbers + COUNT_SIGNS, s.kinds + MATHS, (COUNT_GROUPS - COUNT_SIGNS) * sizeof *numbers);
    memcpy(numbers + COUNT_GROUPS, r->groups + LEXICON_NONE + 1, (COUNT_INPUT_TOKENS - COUNT_GROUPS) * sizeof *numbers);
    float bytes = w->bytes ? (float)w->bytes : 1, words = tokens > signs ? (float)(tokens - signs) : 1;
    float capitals = (float)w->capitals / bytes, *c = out->counts;
    damp_all(numbers, COUNT_TOOLS + 1, c);
    c[COUNT_WORD_LENGTH] = (float)(w->letters - w->digits) / words;
    c[COUNT_DIGIT_SHARE] = (float)w->digits / bytes;
    c[COUNT_QUESTIONS] = s.kinds[QUESTION] < 3 ? (float)s.kinds[QUESTION] : 3;
    c[COUNT_CAPITALS] = capitals < CAPITALS_MAX ? capitals : CAPITALS_MAX; // who shouts asks for nothing else
    c[COUNT_PUNCTUATION] = (float)signs / bytes;
    c[COUNT_VARIETY] = tokens ? (float)out->text_count / (float)seen : 0;
    c[COUNT_LONG_WORDS] = (float)r->tokens.long_words / words;
    c[COUNT_SCHEMA] = in->has_schema;
    c[COUNT_IMAGES] = in->has_images;
    c[COUNT_PROSE] = prose_of(w, tokens - signs - r->tokens.numbers, text.len);
    out->kind = kind_of(r, &s);
    fill_shape(&r->tokens, out->kind, c);
}

// Together the buckets of a text have the length `share`.
static float value_of(uint32_t count, float share) {
    return count ? share / sqrtf((float)count) : 0;
}

struct span features_text(const struct intent_input *in, struct span *follow) {
    bool is_follow_up = in->text.len < FEATURES_FOLLOW_UP_BYTES && in->context.len;
    *follow = is_follow_up ? in->text : SPAN_NONE;
    return is_follow_up ? in->context : in->text;
}

// Words beside the text: returns how many buckets.
static uint32_t read_beside(struct words *w, struct reading *r, struct span text, size_t edge_bytes, const void *ahead,
                            uint16_t *list) {
    if (text.len == 0) return 0;
    words_read(w, text, edge_bytes);
    read_words(r, w, ahead, list);
    return r->count;
}

void features_read_text(const struct intent_input *in, const void *ahead, struct features *out) {
    struct words w;
    struct reading r;
    struct span follow, text = features_text(in, &follow);
    words_read(&w, text, FEATURES_EDGE_BYTES);
    read_words(&r, &w, ahead, out->text);
    out->text_count = r.count;
    out->text_value = value_of(out->text_count, 1);
    out->intent_count = follow.len ? 0 : read_intent(&r.tokens, &w, out->intent);
    fill_counts(in, text, &w, &r, out);
    out->follow_count = read_beside(&w, &r, follow, FEATURES_EDGE_BYTES, ahead, out->follow);
    out->follow_value = value_of(out->follow_count, FEATURES_FOLLOW_SHARE);
    out->system_count = 0;
    out->system_value = 0;
}

void features_read_system(struct span system, const void *ahead, struct features *out) {
    struct words w;
    struct reading r;
    out->system_count = read_beside(&w, &r, system, FEATURES_SYSTEM_EDGE_BYTES, ahead, out->system);
    out->system_value = value_of(out->system_count, FEATURES_SYSTEM_SHARE);
}

void features_read(const struct intent_input *in, struct features *out) {
    features_read_text(in, NULL, out);
    if (in->system.len) features_read_system(in->system, NULL, out);
}
