#include "gate/name_token.h"

#include "gate/name_filter.h"
#include "gate/name_letter.h"
#include "gate/short_words.h"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

enum byte_class { BYTE_MARK, BYTE_SPACE, BYTE_LINE, BYTE_LOWER, BYTE_UPPER, BYTE_DIGIT, BYTE_LOW_LINE, BYTE_HIGH };

static const uint8_t CLASSES[256] = {
    [' '] = BYTE_SPACE,         ['\t'] = BYTE_SPACE,   ['\r'] = BYTE_SPACE,         ['\v'] = BYTE_SPACE,
    ['\f'] = BYTE_SPACE,        ['\n'] = BYTE_LINE,    ['a' ... 'z'] = BYTE_LOWER,  ['A' ... 'Z'] = BYTE_UPPER,
    ['0' ... '9'] = BYTE_DIGIT, ['_'] = BYTE_LOW_LINE, [0x80 ... 0xff] = BYTE_HIGH,
};

#define IS_WORD(c) (CLASSES[(uint8_t)(c)] == BYTE_LOWER || CLASSES[(uint8_t)(c)] == BYTE_UPPER)
enum { LINE_WINDOW = 160, PROGRAM_MIN = 3, PROGRAM_SHARE = 12 }; // one of 12 bytes, and at least 3

static const uint32_t NO_WORD = 0x9747b28cu;

static inline uint64_t hash_begin(uint64_t first, uint64_t second, size_t len) {
    uint64_t h = first * 0x9e3779b97f4a7c15u;
    return (h ^ h >> 32 ^ second ^ len) * 0xff51afd7ed558ccdu;
}

static inline uint64_t hash_end(uint64_t h) {
    return (h ^ h >> 32) * 0xc4ceb9fe1a85ec53u;
}

uint64_t name_hash(const char folded[static NAME_FOLD_BYTES], size_t len) {
    uint64_t lane[4];
    memcpy(lane, folded, sizeof lane);
    uint64_t h = hash_begin(lane[0], lane[1], len);
    if (len > 16) {
        h = (h ^ h >> 32 ^ lane[2]) * 0xc4ceb9fe1a85ec53u;
        h = (h ^ h >> 32 ^ lane[3]) * 0xff51afd7ed558ccdu;
    }
    return hash_end(h);
}

// The same of a word of at most NAME_LETTERS_MAX ASCII letters as it stands.
static inline uint64_t hash_letters(const char *word, size_t len) {
    uint64_t lane[2];
    name_fold_letters(word, len, lane);
    return hash_end(hash_begin(lane[0], lane[1], len));
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

// Folds all of it, when it is ASCII.
static inline bool fold_ascii(char out[static NAME_FOLD_BYTES]) {
    uint64_t high[2];
    bytes16 v[2], any;
    memcpy(v, out, sizeof v);
    any = (v[0] | v[1]) & 0x80;
    memcpy(high, &any, sizeof high);
    if (high[0] | high[1]) return false;
    for (int i = 0; i < 2; i++) v[i] |= (bytes16)(v[i] - 'A' < 26) & 0x20;
    memcpy(out, v, sizeof v);
    return true;
}

size_t name_fold(struct span word, char out[static NAME_FOLD_BYTES]) {
    size_t n = 0, i = 0;
    memset(out, 0, NAME_FOLD_BYTES);
    if (word.len <= NAME_FOLD_BYTES - 2) { // nearly always, and mostly ASCII
        memcpy(out, word.at, word.len);
        if (fold_ascii(out)) return word.len;
        memset(out, 0, word.len);
    }
    while (i < word.len && n < NAME_FOLD_BYTES - 2) {
        uint8_t c = (uint8_t)word.at[i];
        if (c < 0x80) {
            out[n++] = (char)((unsigned)c - 'A' < 26 ? c | 0x20 : c);
            i++;
            continue;
        }
        struct letter l = name_letter(word, i);
        if (l.code == 0x2019) out[n++] = '\'';
        else if (l.kind != LETTER_NOT) n += name_letter_fold(l.code, out + n);
        else if (l.bytes == 1) out[n++] = (char)c;
        i += l.bytes;
    }
    return n;
}

// ---------------------------------------------------------------- words

struct word {
    size_t end;
    uint32_t lower, upper, digits, caseless;
    bool first_upper, code, foreign, initial_dot;
};

// Length of an apostrophe or hyphen at `at` that joins two letters into one word, else 0. The 's of the genitive
// does not join.
static size_t joint(struct span t, size_t at) {
    const uint8_t *p = (const uint8_t *)t.at + at;
    size_t left = t.len - at, n = 1;
    bool apostrophe = *p == '\'';
    if (left >= 4 && p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0x99) apostrophe = true, n = 3;
    else if (*p != '\'' && *p != '-') return 0;
    if (left <= n) return 0;
    uint8_t next = CLASSES[p[n]];
    if (next != BYTE_LOWER && next != BYTE_UPPER && next != BYTE_HIGH && (apostrophe || next != BYTE_DIGIT)) return 0;
    if (next == BYTE_HIGH && name_letter(t, at + n).kind < LETTER_LOWER) return 0;
    if (apostrophe && (p[n] == 's' || p[n] == 'S')) {
        uint8_t after = left > n + 1 ? CLASSES[p[n + 1]] : BYTE_SPACE;
        if (after != BYTE_LOWER && after != BYTE_UPPER && after != BYTE_HIGH) return 0;
    }
    return n;
}

static void count_letter(struct word *w, const struct letter *l, bool first) {
    w->foreign = true;
    if (l->kind == LETTER_UPPER) {
        w->upper++;
        w->first_upper |= first;
    } else if (l->kind == LETTER_LOWER) w->lower++;
    else w->caseless++;
}

static struct word read_word(struct span t, size_t at) {
    struct word w = {.end = at};
    for (size_t i = at; i < t.len; w.end = i) {
        uint8_t class_ = CLASSES[(uint8_t)t.at[i]];
        size_t step;
        switch (class_) {
        case BYTE_LOWER: w.lower++, i++; continue;
        case BYTE_UPPER: w.first_upper |= i == at, w.upper++, i++; continue;
        case BYTE_DIGIT: w.digits++, i++; continue;
        case BYTE_LOW_LINE: w.code = true, i++; continue;
        case BYTE_MARK:
            if (i == at || (step = joint(t, i)) == 0) return w;
            i += step;
            continue;
        case BYTE_HIGH:
            if (i > at && (step = joint(t, i)) > 0) {
                i += step;
                continue;
            }
            struct letter l = name_letter(t, i);
            if (l.kind < LETTER_LOWER) return w;
            count_letter(&w, &l, i == at);
            i += l.bytes;
            continue;
        default: return w;
        }
    }
    return w;
}

#ifdef __SSE2__
static inline unsigned within(__m128i v, char low, char span) {
    __m128i d = _mm_sub_epi8(v, _mm_set1_epi8(low));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(span)), d));
}

// The same at once, of a word of up to NAME_LETTERS_MAX ASCII letters and digits at `p`, where one more byte is
// readable. False when it is another one.
static inline bool read_short_word(const uint8_t *p, size_t at, struct word *w) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    unsigned lower = within(v, 'a', 25), upper = within(v, 'A', 25), digits = within(v, '0', 9);
    unsigned n = (unsigned)__builtin_ctz(~(lower | upper | digits)), all = (1u << n) - 1;
    if (CLASSES[p[n]] > BYTE_LINE || p[n] == '\'' || p[n] == '-') return false;
    *w = (struct word){.end = at + n,
                       .lower = (uint32_t)__builtin_popcount(lower & all),
                       .upper = (uint32_t)__builtin_popcount(upper & all),
                       .digits = (uint32_t)__builtin_popcount(digits & all),
                       .first_upper = upper & 1};
    return true;
}
#else
static inline bool read_short_word(const uint8_t *p, size_t at, struct word *w) {
    (void)p, (void)at, (void)w;
    return false;
}
#endif

// Short forms whose full stop is theirs and not the sentence's.
static const char SHORT_FORMS[] =
    "mr mrs ms dr prof st jr sr inc ltd co corp rev hon capt sgt lt col gen sen rep gov mt ft "
    "messrs mme vs dept ave blvd rd no fr hr ";
enum { SHORT_FORM_MAX = 5 }; // longer ones are not looked for
static struct short_words short_forms;

__attribute__((constructor)) static void fill_short_forms(void) {
    short_words_fill(&short_forms, SHORT_FORMS);
}

static bool is_short_form(const char folded[static NAME_FOLD_BYTES], size_t n) {
    uint64_t word;
    memcpy(&word, folded, sizeof word);
    return n >= 2 && n <= SHORT_FORM_MAX && short_words_have(&short_forms, word);
}

static uint8_t shape_of(const struct word *w) {
    uint32_t letters = w->lower + w->upper;
    if (w->code || (w->digits && letters + w->caseless)) return SHAPE_CODE; // May-21, B2B, x86
    if (w->caseless) return SHAPE_CASELESS;
    if (letters == 0) return SHAPE_NUMBER;
    if (w->upper == 0) return SHAPE_LOWER;
    if (letters == 1) return SHAPE_INITIAL;
    if (w->lower == 0) return SHAPE_UPPER;
    if (!w->first_upper) return SHAPE_CODE; // iPhone, getName
    return w->upper == 1 ? SHAPE_CAPITAL : SHAPE_MIXED;
}

// Whether the word is part of an address, a path or a call: something of that kind stands directly beside it.
static bool is_in_address(struct span t, size_t start, size_t end) {
    enum { BEFORE = 1, AFTER = 2 };
    static const uint8_t MATTERS[256] = {
        ['@'] = BEFORE | AFTER, ['\\'] = BEFORE | AFTER, ['='] = BEFORE | AFTER, ['.'] = BEFORE | AFTER,
        [':'] = BEFORE | AFTER, ['$'] = BEFORE,          ['%'] = BEFORE,         ['#'] = BEFORE,
        ['/'] = BEFORE,         ['('] = AFTER,           ['['] = AFTER};
    uint8_t before = start ? (uint8_t)t.at[start - 1] : ' ', after = end < t.len ? (uint8_t)t.at[end] : ' ';
    if (!((MATTERS[before] & BEFORE) | (MATTERS[after] & AFTER))) return false; // most
    if (before == '@' || before == '\\' || before == '$' || before == '%' || before == '#' || before == '=')
        return true;
    if (after == '@' || after == '\\' || after == '(' || after == '=' || after == '[') return true;
    if (before == '.' && start > 1 && CLASSES[(uint8_t)t.at[start - 2]] >= BYTE_LOWER) return true;
    if (after == '.' && end + 1 < t.len && CLASSES[(uint8_t)t.at[end + 1]] >= BYTE_LOWER) return true;
    if (before == '/' && start > 1 && (t.at[start - 2] == '/' || t.at[start - 2] == ' ')) return true;
    // Groups with colons between: an address of a machine.
    if (before == ':' && start > 1 && (t.at[start - 2] == ':' || CLASSES[(uint8_t)t.at[start - 2]] == BYTE_DIGIT))
        return true;
    return after == ':' && end + 1 < t.len && (t.at[end + 1] == '/' || t.at[end + 1] == ':');
}

// ---------------------------------------------------------------- lines

// 1 for bytes that program text has many of, and prose few: braces, brackets, ; = _ $ and the backslash.
// 0xff where a byte is one of ( ) ; = _ $ \ or a bracket of another kind.
static inline bytes16 program_bytes(bytes16 v) {
    bytes16 brace = v | 0x20; // both kinds
#ifdef __SSSE3__
    // They differ in their low halves, so that a table each tells them from all other bytes.
    const bytes16 signs = {1, 0, 0, 0, '$', 0, 0, 0, '(', ')', 0, ';', '\\', '=', 0, '_'};
    const bytes16 braces = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0, 0};
    return (bytes16)(v == (bytes16)_mm_shuffle_epi8((__m128i)signs, (__m128i)v)) |
           (bytes16)(brace == (bytes16)_mm_shuffle_epi8((__m128i)braces, (__m128i)brace));
#else
    return (bytes16)(brace == '{') | (bytes16)(brace == '}') | (bytes16)((v & 0xfe) == '(') | (bytes16)(v == ';') |
           (bytes16)(v == '=') | (bytes16)(v == '_') | (bytes16)(v == '$') | (bytes16)(v == '\\');
#endif
}

static size_t count_program(const char *p, size_t n) {
    size_t count = 0;
    bytes16 v = {0}, total = {0}; // at most LINE_WINDOW * 2 / 16 + 1 a lane
    for (; n >= sizeof v; n -= sizeof v, p += sizeof v) {
        memcpy(&v, p, sizeof v);
        total -= program_bytes(v);
    }
    v = (bytes16){0};
    memcpy(&v, p, n);
    total -= program_bytes(v);
    for (size_t k = 0; k < 16; k++) count += total[k];
    return count;
}

// Whether the line around `at` looks like program text. Offsets only grow from call to call.
static bool line_is_code(struct name_segment *seg, struct span t, size_t at) {
    if (at < seg->line_end) return seg->line_code;
    size_t low = at > LINE_WINDOW ? at - LINE_WINDOW : 0, high = t.len - at > LINE_WINDOW ? at + LINE_WINDOW : t.len;
    const char *p = memrchr(t.at + low, '\n', at - low);
    size_t start = p ? (size_t)(p - t.at) + 1 : low;
    p = memchr(t.at + at, '\n', high - at);
    seg->line_end = p ? (size_t)(p - t.at) : high;
    size_t program = count_program(t.at + start, seg->line_end - start);
    seg->line_code = program >= PROGRAM_MIN && program * PROGRAM_SHARE >= seg->line_end - start;
    return seg->line_code;
}

// ---------------------------------------------------------------- segments

static const struct name_token EDGE = {.hash = NO_WORD, .shape = SHAPE_NONE};

void name_segment_init(struct name_segment *seg) {
    seg->tokens = seg->all + SEGMENT_PAD;
    seg->count = 0;
    seg->line_end = 0;
    for (size_t i = 0; i < SEGMENT_PAD; i++) seg->all[i] = EDGE;
}

static bool is_candidate(const struct name_token *t) {
    bool common = (t->known & (KNOWN_COMMON | KNOWN_CUE)) != 0;
    bool name = (t->known & (KNOWN_FIRST | KNOWN_LAST | KNOWN_PLACE | KNOWN_LAND)) != 0;
    switch (t->shape) {
    case SHAPE_CAPITAL: return !(common && !name && (t->flags & TOKEN_OPENS));
    case SHAPE_MIXED: return true;
    case SHAPE_UPPER: return !common || name;
    case SHAPE_INITIAL: return (t->flags & TOKEN_DOTTED) != 0;
    case SHAPE_LOWER: return name && !common;
    default: return false;
    }
}

static inline void finish_word(struct name_segment *seg, struct span t, struct name_token *k) {
    if (k->known & KNOWN_CUE) seg->candidates++; // for what follows
    if (!is_candidate(k)) return;
    bool code = line_is_code(seg, t, k->start);
    k->flags |= code ? TOKEN_CODE : TOKEN_CANDIDATE;
    seg->candidates += !code;
}

// The bytes at `at`, of which NAME_LETTERS_MAX + 2 are readable, with zeros behind the end of the text.
static inline const uint8_t *bytes_at(struct name_segment *seg, struct span t, size_t at) {
    if (t.len - at >= NAME_LETTERS_MAX + 2) return (const uint8_t *)t.at + at;
    if (seg->tail_from > at) {
        seg->tail_from = at;
        memcpy(seg->tail, t.at + at, t.len - at);
        memset(seg->tail + (t.len - at), 0, sizeof seg->tail - (t.len - at));
    }
    return (const uint8_t *)seg->tail + (at - seg->tail_from);
}

// Nearly every word at `p`, which is `start` of the text: ASCII letters, at most the first of them a capital, and no
// full stop behind that may be its own. Returns its end, or 0 when it is another one.
static inline size_t add_plain_word(struct name_segment *seg, struct span t, const uint8_t *p, size_t start, bool opens,
                                    const struct name_filter *filter) {
    bool upper = CLASSES[*p] == BYTE_UPPER;
    size_t n = 1 + name_small_letters((const char *)p + 1);
    if (n > NAME_LETTERS_MAX) return 0;
    const uint8_t next = p[n];
    if (CLASSES[next] > BYTE_LINE || next == '\'' || next == '-' || (next == '.' && n <= SHORT_FORM_MAX)) return 0;
    uint64_t hash = hash_letters((const char *)p, n);
    struct name_token *k = &seg->tokens[seg->count++];
    *k = (struct name_token){.start = (uint32_t)start,
                             .end = (uint32_t)(start + n),
                             .hash = (uint32_t)(hash >> 16),
                             .shape = upper ? n == 1 ? SHAPE_INITIAL : SHAPE_CAPITAL : SHAPE_LOWER,
                             .known = filter ? name_filter_look(filter, hash) : 0,
                             .flags = opens ? TOKEN_OPENS : 0};
    if (!upper && (k->known & (KNOWN_COMMON | KNOWN_CUE)) == KNOWN_COMMON) return start + n; // most
    if (upper) {
        seg->lower = false;
        if (is_in_address(t, start, start + n)) k->shape = SHAPE_CODE;
    }
    finish_word(seg, t, k);
    return start + n;
}

// `short_word`: where one stands that read_short_word took, or NULL.
static inline void add_word(struct name_segment *seg, struct span t, struct word *w, const uint8_t *short_word,
                            size_t start, bool opens, const struct name_filter *filter) {
    char folded[NAME_FOLD_BYTES];
    uint64_t lane[NAME_FOLD_BYTES / 8] = {0};
    struct name_token *k = &seg->tokens[seg->count++];
    size_t n = w->end - start;
    if (short_word) {
        name_fold_letters((const char *)short_word, n, lane); // what makes letters small leaves digits as they are
        memcpy(folded, lane, sizeof folded);
    } else {
        n = name_fold(span_sub(t, start, n), folded);
    }
    uint64_t hash = name_hash(folded, n);
    *k = (struct name_token){.start = (uint32_t)start, .end = (uint32_t)w->end, .hash = (uint32_t)(hash >> 16)};
    k->shape = shape_of(w);
    k->flags = (uint8_t)((opens ? TOKEN_OPENS : 0) | (w->foreign ? TOKEN_FOREIGN : 0));
    if (filter && w->digits == 0) k->known = name_filter_look(filter, hash);
    // "B. Paris" is an answer to choose at the begin of a line, more often than a person.
    bool letter = k->shape == SHAPE_INITIAL && opens && n == 1 && folded[0] <= 'h';
    bool stop = w->end < t.len && t.at[w->end] == '.' && !letter;
    if (stop && (k->shape == SHAPE_INITIAL || is_short_form(folded, n))) {
        k->flags |= TOKEN_DOTTED;
        k->end = (uint32_t)++w->end;
    } else if (k->shape != SHAPE_LOWER && is_in_address(t, start, w->end)) k->shape = SHAPE_CODE;
    if (k->shape != SHAPE_LOWER) seg->lower = false;
    finish_word(seg, t, k);
}

static inline size_t read_any_word(struct name_segment *seg, struct span t, size_t at, bool opens,
                                   const struct name_filter *filter) {
    const uint8_t class_ = CLASSES[(uint8_t)t.at[at]];
    struct word w;
    if (class_ <= BYTE_LINE) return 0;
    if (class_ <= BYTE_DIGIT) {
        const uint8_t *p = bytes_at(seg, t, at);
        size_t end = class_ == BYTE_DIGIT ? 0 : add_plain_word(seg, t, p, at, opens, filter);
        if (end) return end;
        if (read_short_word(p, at, &w)) {
            add_word(seg, t, &w, p, at, opens, filter);
            return w.end;
        }
    }
    w = read_word(t, at);
    if (w.end == at) return 0;
    add_word(seg, t, &w, NULL, at, opens, filter);
    return w.end;
}

static void add_mark(struct name_segment *seg, size_t start, size_t end, uint32_t what, uint8_t shape) {
    seg->tokens[seg->count++] =
        (struct name_token){.start = (uint32_t)start, .end = (uint32_t)end, .hash = what * 0x85ebca6bu, .shape = shape};
}

// Carries the last tokens over as context of the next segment.
static void begin_segment(struct name_segment *seg) {
    struct name_token last[SEGMENT_PAD];
    memcpy(last, seg->tokens + seg->count - SEGMENT_PAD, sizeof last);
    for (size_t i = 0; i < SEGMENT_PAD; i++) {
        seg->all[i] = last[i];
        seg->all[i].tag = 0;
    }
    seg->count = 0;
    seg->candidates = 0;
    seg->lower = true;
    seg->tail_from = SIZE_MAX;
}

// White space from `at`; *lines counts the ends of lines in it.
static size_t skip_space(struct span t, size_t at, uint32_t *lines) {
    for (*lines = 0; at < t.len;) {
        uint8_t class_ = CLASSES[(uint8_t)t.at[at]];
        if (class_ == BYTE_HIGH) {
            struct letter l = name_letter(t, at);
            if (l.kind != LETTER_SPACE) return at;
            at += l.bytes;
            continue;
        }
        if (class_ != BYTE_SPACE && class_ != BYTE_LINE) return at;
        *lines += class_ == BYTE_LINE;
        at++;
    }
    return at;
}

size_t name_segment_read(struct name_segment *seg, struct span t, size_t at, const struct name_filter *filter) {
    begin_segment(seg);
    bool opens = true;
    while (at < t.len && seg->count + 1 < SEGMENT_TOKENS) {
        uint32_t lines;
        size_t start = at;
        if (t.at[at] == ' ' && at + 1 < t.len && IS_WORD(t.at[at + 1])) lines = 0, start++; // nearly always
        else start = skip_space(t, at, &lines);
        bool glued = start == at;
        if (lines && seg->count) {
            add_mark(seg, at, at, '\n', SHAPE_BREAK);
            opens = true;
            if (lines > 1) {
                at = start;
                break;
            }
        }
        at = start;
        if (at == t.len) break;
        size_t end = read_any_word(seg, t, at, opens, filter);
        if (end) {
            if (glued) seg->tokens[seg->count - 1].flags |= TOKEN_GLUED;
            opens = false;
            at = end;
            continue;
        }
        uint8_t c = (uint8_t)t.at[at];
        struct letter l = c < 0x80 ? (struct letter){.code = c, .bytes = 1} : name_letter(t, at);
        end = at + l.bytes;
        while (c < 0x80 && end < t.len && (uint8_t)t.at[end] == c) end++; // "..." is one mark
        add_mark(seg, at, end, l.code, SHAPE_MARK);
        if (glued) seg->tokens[seg->count - 1].flags |= TOKEN_GLUED;
        at = end;
        if (c == '.' || c == '!' || c == '?') break;
        opens |= c == ':' || c == '"' || c == '-' || c == '*' || c == '>' || c == '(' || c == '|' || c >= 0x80;
    }
    for (size_t i = 0; i < SEGMENT_PAD; i++) seg->tokens[seg->count + i] = EDGE;
    return at;
}
