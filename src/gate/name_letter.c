#include "gate/name_letter.h"

// U+00C0 to U+017F without case and accent.
static const char LATIN[] = "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnoooooxouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                            "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

struct range {
    uint32_t first, last;
    uint8_t kind;  // of all, or of the even ones when `pairs`
    bool pairs;    // upper and lower case alternate
    int32_t lower; // added to an upper-case letter, when not `pairs`
};

// Ascending. What is in no range is no letter.
static const struct range RANGES[] = {
    {0xa0, 0xa0, LETTER_SPACE, false, 0},
    {0xc0, 0xd6, LETTER_UPPER, false, 32},
    {0xd8, 0xde, LETTER_UPPER, false, 32},
    {0xdf, 0xf6, LETTER_LOWER, false, 0},
    {0xf8, 0xff, LETTER_LOWER, false, 0},
    {0x100, 0x137, LETTER_UPPER, true, 0},
    {0x138, 0x138, LETTER_LOWER, false, 0},
    {0x139, 0x148, LETTER_LOWER, true, 0}, // here the odd ones are upper case
    {0x149, 0x149, LETTER_LOWER, false, 0},
    {0x14a, 0x177, LETTER_UPPER, true, 0},
    {0x178, 0x178, LETTER_UPPER, false, -121},
    {0x179, 0x17e, LETTER_LOWER, true, 0},
    {0x17f, 0x19f, LETTER_LOWER, false, 0},
    {0x1a0, 0x1af, LETTER_UPPER, true, 0},
    {0x1b0, 0x1ff, LETTER_LOWER, false, 0},
    {0x200, 0x233, LETTER_UPPER, true, 0},
    {0x234, 0x2af, LETTER_LOWER, false, 0},
    {0x386, 0x38f, LETTER_UPPER, false, 0},
    {0x390, 0x390, LETTER_LOWER, false, 0},
    {0x391, 0x3ab, LETTER_UPPER, false, 32},
    {0x3ac, 0x3ff, LETTER_LOWER, false, 0},
    {0x400, 0x40f, LETTER_UPPER, false, 80},
    {0x410, 0x42f, LETTER_UPPER, false, 32},
    {0x430, 0x45f, LETTER_LOWER, false, 0},
    {0x460, 0x52f, LETTER_UPPER, true, 0},
    {0x531, 0x556, LETTER_UPPER, false, 48},
    {0x561, 0x587, LETTER_LOWER, false, 0},
    {0x5d0, 0x5ea, LETTER_CASELESS, false, 0},
    {0x620, 0x6d3, LETTER_CASELESS, false, 0},
    {0x900, 0xe4f, LETTER_CASELESS, false, 0},
    {0x10d0, 0x10ff, LETTER_CASELESS, false, 0},
    {0x1e00, 0x1eff, LETTER_UPPER, true, 0},
    {0x2000, 0x200f, LETTER_SPACE, false, 0},
    {0x202f, 0x202f, LETTER_SPACE, false, 0},
    {0x2126, 0x2126, LETTER_UPPER, false, 0x3c9 - 0x2126}, // the ohm, for omega
    {0x2206, 0x2206, LETTER_UPPER, false, 0x3b4 - 0x2206}, // the increment, for delta
    {0x3000, 0x3000, LETTER_SPACE, false, 0},
    {0x3040, 0x30ff, LETTER_CASELESS, false, 0},
    {0x3400, 0x9fff, LETTER_CASELESS, false, 0},
    {0xac00, 0xd7a3, LETTER_CASELESS, false, 0},
};

static const struct range *range_of(uint32_t code) {
    size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > RANGES[middle].last) low = middle + 1;
        else high = middle;
    }
    return low < sizeof RANGES / sizeof *RANGES && code >= RANGES[low].first ? &RANGES[low] : NULL;
}

static uint8_t search_kind(uint32_t code) {
    const struct range *r = range_of(code);
    if (!r) return LETTER_NOT;
    if (!r->pairs) return r->kind;
    bool even = (code & 1) == 0;
    return even == (r->kind == LETTER_UPPER) ? LETTER_UPPER : LETTER_LOWER;
}

// Of letters of two bytes, as most alphabets have them: kind, and what they fold to.
enum { SMALL_CODES = 0x800 };
static uint8_t small_kinds[SMALL_CODES];
static uint16_t small_folded[SMALL_CODES];
// Of 256 codes each: the kind, where all have the same.
enum { PAGE_MIXED = 0xff };
static uint8_t page_kinds[0x10000 / 256];

static inline uint8_t kind_of(uint32_t code) {
    if (code < SMALL_CODES) return small_kinds[code];
    uint8_t kind = page_kinds[code / 256];
    return kind == PAGE_MIXED ? search_kind(code) : kind;
}

struct letter name_letter(struct span text, size_t at) {
    const uint8_t *p = (const uint8_t *)text.at + at;
    size_t left = text.len - at;
    uint8_t bytes = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
    struct letter l = {.code = *p, .bytes = 1, .kind = LETTER_NOT};
    if (*p < 0xc2 || *p > 0xf4 || left < bytes) return l;
    uint32_t code = *p & (0x7fu >> bytes);
    for (uint8_t i = 1; i < bytes; i++) {
        if ((p[i] & 0xc0) != 0x80) return l;
        code = code << 6 | (p[i] & 0x3f);
    }
    return (struct letter){.code = code, .bytes = bytes, .kind = bytes == 4 ? LETTER_NOT : kind_of(code)};
}

static size_t put(uint32_t code, char out[static 3]) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

// Vietnamese: letters with two accents, in blocks of one base letter.
static char vietnamese(uint32_t code) {
    static const struct {
        uint32_t last;
        char base;
    } BLOCKS[] = {{0x1eb7, 'a'}, {0x1ec7, 'e'}, {0x1ecb, 'i'}, {0x1ee3, 'o'}, {0x1ef1, 'u'}, {0x1ef9, 'y'}};
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++)
        if (code <= BLOCKS[i].last) return BLOCKS[i].base;
    return 'y';
}

static uint32_t search_folded(uint32_t code) {
    if (code >= 0xc0 && code < 0x180) return (uint8_t)LATIN[code - 0xc0];
    if (code >= 0x1ea0 && code <= 0x1ef9) return (uint8_t)vietnamese(code);
    switch (code) {
    case 0x1a0:
    case 0x1a1: return 'o';
    case 0x1af:
    case 0x1b0: return 'u';
    case 0x218:
    case 0x219: return 's';
    case 0x21a:
    case 0x21b: return 't';
    default: break;
    }
    const struct range *r = range_of(code);
    if (!r || search_kind(code) != LETTER_UPPER) return code;
    return r->pairs ? code + 1 : (uint32_t)((int32_t)code + r->lower);
}

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t code = 0x80; code < SMALL_CODES; code++) {
        small_kinds[code] = search_kind(code);
        small_folded[code] = (uint16_t)search_folded(code);
    }
    for (size_t i = 0; i < sizeof RANGES / sizeof *RANGES; i++) {
        const struct range *r = &RANGES[i];
        for (uint32_t page = r->first / 256; page <= r->last / 256; page++) {
            bool whole = r->first <= page * 256 && r->last >= page * 256 + 255 && !r->pairs;
            page_kinds[page] = whole ? r->kind : PAGE_MIXED;
        }
    }
}

size_t name_letter_fold(uint32_t code, char out[static 3]) {
    if (code >= 0x80 && code < SMALL_CODES) return put(small_folded[code], out);
    return put(page_kinds[code / 256] == LETTER_CASELESS ? code : search_folded(code), out);
}
