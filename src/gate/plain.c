#include "gate/plain.h"

#include "gate/checks.h"
#include "gate/name_filter.h"
#include "gate/soft.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SENTENCE_MAX = 1024 }; // a longer one is looked at word by word

// What matters of 16 bytes, as bits: capitals and letters beyond ASCII; what may end a sentence.
struct marks {
    unsigned tall, ends;
};

static inline bool is_end(char c) {
    return c == '.' || c == '!' || c == '?' || c == '\n';
}

#ifdef __SSE2__
static inline struct marks look(const char *p) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p), low = _mm_set1_epi8('A' - 1),
            high = _mm_set1_epi8('Z' + 1);
    __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(v, low), _mm_cmplt_epi8(v, high));
    __m128i stop =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('.')), _mm_cmpeq_epi8(v, _mm_set1_epi8('!'))),
                     _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('?')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))));
    return (struct marks){(unsigned)_mm_movemask_epi8(_mm_or_si128(capital, v)), (unsigned)_mm_movemask_epi8(stop)};
}
#else
static struct marks look(const char *p) {
    struct marks m = {0, 0};
    for (unsigned i = 0; i < 16; i++) {
        bool capital = char_in(p[i], CHARS_UPPER) || (unsigned char)p[i] >= 0x80;
        m.tall |= (unsigned)capital << i;
        m.ends |= (unsigned)is_end(p[i]) << i;
    }
    return m;
}
#endif

// Whether the full stop, or end of a line, at `at` ends a sentence: white space follows, or an empty line.
static inline bool ends_sentence(struct span t, size_t at) {
    if (at + 1 >= t.len) return true;
    char next = t.at[at + 1];
    return next == '\n' || (t.at[at] != '\n' && (next == ' ' || next == '\r' || next == '\t'));
}

static inline bool is_letter_at(struct span t, size_t at) {
    return at < t.len && char_in(t.at[at], CHARS_WORD);
}

// Where the sentence at `at` ends, by what 16 bytes from `i` on have that matters; 0 when it is not plain, SIZE_MAX when
// it goes on.
static inline size_t end_in(struct span t, size_t i, struct marks m) {
    for (unsigned bits = m.tall | m.ends; bits; bits &= bits - 1) {
        size_t k = i + (unsigned)__builtin_ctz(bits);
        if (is_end(t.at[k])) {
            if (ends_sentence(t, k)) return k + 1;
        } else if (t.at[k] != 'I' || t.at[k - 1] != ' ' || is_letter_at(t, k + 1)) {
            return 0;
        }
    }
    return SIZE_MAX;
}

// The end of the sentence at `at` when all after its first word is plain, else 0.
static size_t plain_end(struct span t, size_t at, size_t word_end) {
    size_t i = word_end, stop = t.len - at < SENTENCE_MAX ? t.len : at + SENTENCE_MAX, end;
    for (; i < stop && t.len - i >= 16; i += 16)
        if ((end = end_in(t, i, look(t.at + i))) != SIZE_MAX) return end;
    if (i < stop) {
        char rest[16] = {0};
        memcpy(rest, t.at + i, t.len - i);
        if ((end = end_in(t, i, look(rest))) != SIZE_MAX) return end;
    }
    return t.len - at < SENTENCE_MAX ? t.len : 0;
}

// Words of grammar that happen to be somebody's name too, but are none at the begin of a sentence without other
// capitals.
static const char GRAMMAR[] =
    "the a an i he she it we you they my his her its our your their this that these those there here what who why how "
    "when where which if in on at to of for from by with as and or but so not no yes do does did is are was were be "
    "been has have had can could may might must will would shall should let all any some each every most many much "
    "more one two three both then than now also just only once after before while since until though because about "
    "into over under between out up down off please thanks make give use say see get go come take put ";

// The same as a table: a word is the eight bytes that it fits into.
enum { GRAMMAR_BITS = 9, GRAMMAR_SLOTS = 1 << GRAMMAR_BITS };
static uint64_t grammar[GRAMMAR_SLOTS];

// Where the word is, or the place for it.
static uint64_t *grammar_slot(uint64_t word) {
    size_t at = (size_t)((word * 0x9e3779b97f4a7c15u) >> (64 - GRAMMAR_BITS));
    while (grammar[at] && grammar[at] != word) at = (at + 1) % GRAMMAR_SLOTS;
    return &grammar[at];
}

__attribute__((constructor)) static void fill_grammar(void) {
    for (const char *p = GRAMMAR, *end; *p; p = end + 1) {
        uint64_t word = 0;
        end = strchr(p, ' ');
        memcpy(&word, p, (size_t)(end - p)); // none is longer
        *grammar_slot(word) = word;
    }
}

static bool is_grammar(const char folded[static NAME_FOLD_BYTES], size_t n) {
    uint64_t word;
    if (n > sizeof word) return false;
    memcpy(&word, folded, sizeof word);
    return *grammar_slot(word) != 0;
}

// An ordinary word with a capital at the begin of a sentence: its end, else 0.
static size_t ordinary_word(const struct name_filter *filter, struct span t, size_t at) {
    char folded[NAME_FOLD_BYTES] = {0};
    size_t n = 1;
    if (!char_in(t.at[at], CHARS_UPPER)) return 0;
    folded[0] = (char)(t.at[at] | 0x20);
    for (; at + n < t.len && char_in(t.at[at + n], CHARS_LOWER); n++) {
        if (n == NAME_FOLD_BYTES - 2) return 0;
        folded[n] = t.at[at + n];
    }
    if (is_letter_at(t, at + n)) return 0;
    if (is_grammar(folded, n)) return at + n;
    uint8_t known = name_filter_look(filter, name_hash(folded, n));
    bool name = known & (KNOWN_FIRST | KNOWN_LAST | KNOWN_PLACE | KNOWN_LAND | KNOWN_CUE);
    return known & KNOWN_COMMON && !name ? at + n : 0;
}

static bool speaks_of_a_person(const struct scan *s, size_t start, size_t end) {
    return cues_near(s, start, end - 1, 0, 0) & (CUE_SELF | CUE_RECORD);
}

size_t plain_skip(const struct scan *s, size_t at) {
    struct span t = s->text;
    struct known_walk *known = &s->scratch->walk;
    while (at < t.len) {
        size_t start = at, end;
        while (start < t.len && (t.at[start] == ' ' || t.at[start] == '\n' || t.at[start] == '\r')) start++;
        if (start == t.len) return t.len;
        if (known->count && (end = known_plain(known, start)) && !speaks_of_a_person(s, start, end)) {
            at = end;
            continue;
        }
        size_t word = ordinary_word(&s->gate->names.filter, t, start);
        end = word ? plain_end(t, start, word) : 0;
        if (!end || speaks_of_a_person(s, start, end)) return at;
        // One that ends with the text only would go on with what follows another time.
        if (known->count && is_end(t.at[end - 1])) known_note_plain(known, at, start, end);
        at = end;
    }
    return t.len;
}
