#include "gate/plain.h"

#include "gate/checks.h"
#include "gate/name_filter.h"
#include "gate/short_words.h"
#include "gate/soft.h"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

enum {
    SENTENCE_MAX = 1024, // a longer one is looked at word by word
    BLOCK = 64,
    AFTER_LONE_WORD = 2, // sentences
};

static inline bool is_end(char c) {
    return c == '.' || c == '!' || c == '?' || c == '\n';
}

#ifdef __SSSE3__
static inline uint64_t look(const char *p) {
    // What may end a sentence differs in its low half, so that one table tells it from all other bytes.
    const __m128i ends = _mm_setr_epi8(1, '!', 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, 0, 0, '.', '?');
    uint64_t marks = 0;
    for (unsigned i = 0; i < BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i)), d = _mm_sub_epi8(v, _mm_set1_epi8('A'));
        __m128i capital = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(25)), d);
        __m128i end = _mm_cmpeq_epi8(_mm_shuffle_epi8(ends, v), v);
        marks |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(capital, end), v)) << i;
    }
    return marks;
}
#else
static uint64_t look(const char *p) {
    uint64_t marks = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        marks |= (uint64_t)(char_in(p[i], CHARS_UPPER) || (unsigned char)p[i] >= 0x80 || is_end(p[i])) << i;
    return marks;
}
#endif

static __attribute__((noinline)) uint64_t look_at_short(struct span t) {
    char padded[BLOCK] = {0};
    memcpy(padded, t.at, t.len);
    return look(padded);
}

static void read_block(struct plain_reader *r, size_t base) {
    struct span t = r->scan->text;
    size_t back = t.len - base < BLOCK ? BLOCK - (t.len - base) : 0; // of the last block: so much stands before it
    r->base = base;
    r->marks = t.len < BLOCK ? look_at_short(t) >> base : look(t.at + base - back) >> back;
}

void plain_begin(struct plain_reader *r, const struct scan *s) {
    r->scan = s;
    r->base = s->text.len; // nothing was read yet
}

// Whether the full stop, or end of a line, at `at` ends a sentence: white space follows, or an empty line.
static inline bool ends_sentence(struct span t, size_t at) {
    if (at + 1 >= t.len) return true;
    char next = t.at[at + 1];
    return t.at[at] == '\n' ? next == '\n' : next == ' ' || next == '\n' || next == '\r' || next == '\t';
}

static inline bool is_letter_at(struct span t, size_t at) {
    return at < t.len && char_in(t.at[at], CHARS_WORD);
}

// The end of the sentence at `at` when all after its first word is plain, else 0.
static size_t plain_end(struct plain_reader *r, size_t at, size_t word_end) {
    struct span t = r->scan->text;
    size_t stop = t.len - at < SENTENCE_MAX ? t.len : at + SENTENCE_MAX;
    for (size_t i = word_end; i < stop; i = r->base + BLOCK) {
        if (i - r->base >= BLOCK) read_block(r, i); // also when base is behind i
        for (uint64_t bits = r->marks & ~(uint64_t)0 << (i - r->base); bits; bits &= bits - 1) {
            size_t k = r->base + (unsigned)__builtin_ctzll(bits);
            if ((unsigned char)t.at[k] < 'A') { // no letter, so what may end a sentence
                if (ends_sentence(t, k)) return k + 1;
            } else if (t.at[k] != 'I' || t.at[k - 1] != ' ' || is_letter_at(t, k + 1)) {
                return 0;
            }
        }
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

static struct short_words grammar;

__attribute__((constructor)) static void fill_grammar(void) {
    short_words_fill(&grammar, GRAMMAR);
}

// A long word, or one at the end of the text.
static __attribute__((noinline)) size_t fold_any_word(struct span t, size_t at, char to[static NAME_FOLD_BYTES]) {
    size_t n = 1;
    to[0] = (char)(t.at[at] | 0x20);
    for (; at + n < t.len && char_in(t.at[at + n], CHARS_LOWER); n++) {
        if (n == NAME_FOLD_BYTES - 2) return 0;
        to[n] = t.at[at + n];
    }
    return n;
}

// The word with a capital at `at`, folded; its length, 0 when it is too long.
static size_t fold_word(struct span t, size_t at, uint64_t folded[static NAME_FOLD_BYTES / 8]) {
    size_t n = 0;
    if (t.len - at > NAME_LETTERS_MAX + 1 && (n = 1 + name_small_letters(t.at + at + 1)) <= NAME_LETTERS_MAX) {
        name_fold_letters(t.at + at, n, folded);
        return n;
    }
    return fold_any_word(t, at, (char *)folded);
}

// What is known of a folded word.
static __attribute__((noinline)) uint8_t look_up(const struct scan *s,
                                                 const uint64_t folded[static NAME_FOLD_BYTES / 8], size_t n) {
    return name_filter_look(&s->gate->names.filter, name_hash((const char *)folded, n));
}

// An ordinary word with a capital at the begin of a sentence: its end, else 0.
static size_t ordinary_word(const struct scan *s, size_t at) {
    struct span t = s->text;
    uint64_t folded[NAME_FOLD_BYTES / 8] = {0};
    if (!char_in(t.at[at], CHARS_UPPER)) return 0;
    size_t n = fold_word(t, at, folded);
    if (n == 0 || is_letter_at(t, at + n)) return 0;
    if (n <= sizeof *folded && short_words_have(&grammar, folded[0])) return at + n;
    uint8_t known = look_up(s, folded, n);
    bool name = known & (KNOWN_FIRST | KNOWN_LAST | KNOWN_PLACE | KNOWN_LAND | KNOWN_CUE);
    return known & KNOWN_COMMON && !name ? at + n : 0;
}

// The end of the line at `at` when it is one word that cannot be a name, as those of models are: an ordinary one, or
// one with digits. Else 0.
static size_t lone_word(const struct scan *s, size_t at) {
    struct span t = s->text;
    uint64_t folded[NAME_FOLD_BYTES / 8] = {0};
    bool digits = false;
    if (t.len - at <= NAME_LETTERS_MAX) return 0;
    size_t n = name_small_letters(t.at + at);
    if (n == 0) return 0;
    for (; at + n < t.len && char_in(t.at[at + n], CHARS_LOWER | CHARS_DIGIT | CHARS_DASH); n++) {
        if (n == NAME_FOLD_BYTES - 2 || (t.at[at + n] == '-' && t.at[at + n - 1] == '-')) return 0;
        digits |= char_in(t.at[at + n], CHARS_DIGIT);
    }
    if (at + n == t.len || t.at[at + n] != '\n' || t.at[at + n - 1] == '-') return 0;
    memcpy(folded, t.at + at, n);
    bool ordinary = digits || look_up(s, folded, n) == KNOWN_COMMON;
    return ordinary ? at + n + 1 : 0;
}

bool plain_speaks_of_a_person(const struct scan *s, size_t start, size_t end) {
    const uint8_t cues = CUE_SELF | CUE_RECORD;
    return (s->evidence.cues & cues) && (cues_near(s, start, end - 1, 0, 0) & cues); // most texts have none
}

size_t plain_skip(struct plain_reader *r, size_t at, const struct name_memory *met) {
    const struct scan *s = r->scan;
    struct span t = s->text;
    struct known_walk *known = &s->scratch->walk;
    // A line of one word is read with what follows it. It is passed over when the sentence behind it is known to be
    // calm and another one is passed over, as then neither is context; `owed` are those that are missing.
    size_t back = 0;
    unsigned owed = 0;
    while (at < t.len) {
        size_t start = at, end;
        while (start < t.len && (t.at[start] == ' ' || t.at[start] == '\n' || t.at[start] == '\r')) start++;
        if (start == t.len) return t.len;
        if (owed == AFTER_LONE_WORD) {
            end = known_calm_end(known, start);
            if (!end) return back;
            at = end;
            owed = 1;
            continue;
        }
        if (start < known->old_end && (end = known_run_end(known, start, met)) &&
            !plain_speaks_of_a_person(s, start, end)) {
            at = end;
            owed = 0;
            continue;
        }
        size_t word = ordinary_word(s, start);
        end = word ? plain_end(r, start, word) : 0;
        if (!word && !owed && start < known->old_end && (end = lone_word(s, start))) {
            back = at;
            at = end;
            owed = AFTER_LONE_WORD;
            continue;
        }
        if (!end || plain_speaks_of_a_person(s, start, end)) return owed ? back : at;
        // One that ends with the text only would go on with what follows another time.
        if (start < known->new_end && is_end(t.at[end - 1])) known_note_plain(known, at, start, end);
        at = end;
        owed = 0;
    }
    return t.len;
}
