// Words for the name tagger: text is cut into segments (about a sentence each) of tokens that are folded, hashed and
// looked up in the word filter once.
//
// What is a word, how it is folded and hashed is part of the format of data/names.weights: the trainer uses this
// very code.
#ifndef SLUICE_GATE_NAME_TOKEN_H
#define SLUICE_GATE_NAME_TOKEN_H

#include "base/span.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum name_shape {
    SHAPE_NONE, // before the begin and behind the end of the text
    SHAPE_LOWER,
    SHAPE_CAPITAL, // Smith
    SHAPE_UPPER,   // SMITH
    SHAPE_MIXED,   // McDonald, DeShawn
    SHAPE_INITIAL, // J, J.
    SHAPE_NUMBER,
    SHAPE_CODE,     // holds digits, _ or stands in an address: no_name, x86, a@b
    SHAPE_CASELESS, // of a script without capitals
    SHAPE_MARK,     // punctuation
    SHAPE_BREAK,    // end of a line
};

// What the word filter knows about a word; a set.
enum name_known {
    KNOWN_FIRST = 1,   // first name
    KNOWN_LAST = 2,    // last name
    KNOWN_PLACE = 4,   // city, or a word of its name
    KNOWN_LAND = 8,    // country, region, nationality, or a word of its name
    KNOWN_COMMON = 16, // seen in lower case in ordinary text
    KNOWN_CUE = 32,    // a name follows: "mr", "named"
};

enum name_flag {
    TOKEN_GLUED = 1,     // nothing between it and the token before
    TOKEN_OPENS = 2,     // first word of a sentence or line
    TOKEN_CODE = 4,      // in a line that looks like program text
    TOKEN_DOTTED = 8,    // took the full stop behind it: "Dr.", "J."
    TOKEN_FOREIGN = 16,  // holds letters beyond ASCII
    TOKEN_CANDIDATE = 32 // a name may begin here, whatever stands before it
};

struct name_token {
    uint32_t start, end; // bytes of the text
    uint32_t hash;       // of the folded word
    uint8_t shape;       // enum name_shape
    uint8_t known;       // set of enum name_known
    uint8_t flags;       // set of enum name_flag
    uint8_t tag;         // the tagger's
};

enum { SEGMENT_TOKENS = 120, SEGMENT_PAD = 2, NAME_FOLD_BYTES = 32 };

struct name_segment {
    // Two tokens of what stands before, then `count` tokens, then two of padding.
    struct name_token all[SEGMENT_PAD + SEGMENT_TOKENS + SEGMENT_PAD];
    struct name_token *tokens; // all + SEGMENT_PAD
    uint32_t count;
    uint32_t candidates; // tokens at which a name may begin
    bool lower;          // no word with a capital in it
    size_t line_end;     // up to here the line that was looked at last goes; private
    bool line_code;      // and whether it looks like program text
    size_t tail_from;    // private: the end of the text from here on,
    char tail[40];       // with zeros behind it, so that words there are read like others
};

struct name_filter;

// Prepares a segment for the begin of a text.
void name_segment_init(struct name_segment *seg);
// Reads the segment that begins at offset `at` and returns the offset at which the next one does; text.len when done.
// Knowledge about words comes from `filter`, or is empty when NULL.
size_t name_segment_read(struct name_segment *seg, struct span text, size_t at, const struct name_filter *filter);
// Folds a word: lower case, accents of Latin letters dropped, cut to NAME_FOLD_BYTES - 2, padded with zeros. Returns
// the length.
size_t name_fold(struct span word, char out[static NAME_FOLD_BYTES]);
// Hash of a folded word and its padding.
uint64_t name_hash(const char folded[static NAME_FOLD_BYTES], size_t len);

// A word of up to so many ASCII letters is folded at once.
enum { NAME_LETTERS_MAX = 16 };

// How many letters a to z stand at `p`, of whose NAME_LETTERS_MAX bytes all are readable and looked at.
static inline size_t name_small_letters(const char *p) {
#ifdef __SSE2__
    __m128i d = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('a'));
    int small = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(25)), d));
    return (size_t)__builtin_ctz(~(unsigned)small);
#else
    size_t n = 0;
    while (n < NAME_LETTERS_MAX && p[n] >= 'a' && p[n] <= 'z') n++;
    return n;
#endif
}

// Folds a word of 1 to NAME_LETTERS_MAX ASCII letters and digits; so many bytes are readable.
static inline void name_fold_letters(const char *word, size_t len, uint64_t folded[static 2]) {
    static const uint8_t SMALL = 0x20, ALL[32] __attribute__((aligned(32))) = {[0 ... 15] = 0xff, [16 ... 31] = 0};
    uint64_t all[2];
    memcpy(folded, word, 16);
    memcpy(all, ALL + 16 - len, 16);
    for (int i = 0; i < 2; i++) folded[i] = (folded[i] | UINT64_MAX / 0xff * SMALL) & all[i];
}

#endif
