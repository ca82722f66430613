#include "gate/own_fold.h"

#include "text/utf8.h"

const uint8_t FOLD_ASCII[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',         ['7'] = '7',
    ['8'] = '8', ['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',         ['f'] = 'f',
    ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm',         ['n'] = 'n',
    ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u',         ['v'] = 'v',
    ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c',         ['D'] = 'd',
    ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k',         ['L'] = 'l',
    ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's',         ['T'] = 't',
    ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', [0x80 ... 0xff] = 1,
};

// U+00C0 to U+017F, one character each; an upper-case letter here stands for two: A ae, T th, S ss, I ij, O oe.
static const char LATIN[] = "aaaaaaAceeeeiiiidnooooo ouuuuyTSaaaaaaAceeeeiiiidnooooo ouuuuyTy" // U+00C0
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll" // U+0100
                            "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof LATIN == 0x180 - 0xc0 + 1, "one letter a code point");

static const struct {
    char letter, two[3];
} PAIRS[] = {{'A', "ae"}, {'T', "th"}, {'S', "ss"}, {'I', "ij"}, {'O', "oe"}};

// Ranges of code points above U+017F that are not letters of words with spaces, ascending. Between them: letters.
static const struct range {
    uint32_t first, last;
    enum fold_kind kind;
} RANGES[] = {
    {0x0300, 0x036f, FOLD_NOTHING},     // accents that combine
    {0x0e00, 0x0eff, FOLD_SINGLE},      // Thai, Lao
    {0x1000, 0x109f, FOLD_SINGLE},      // Myanmar
    {0x1780, 0x17ff, FOLD_SINGLE},      // Khmer
    {0x2000, 0x200a, FOLD_SEPARATOR},   // spaces
    {0x200b, 0x200f, FOLD_NOTHING},     // without width
    {0x2010, 0x205f, FOLD_SEPARATOR},   // punctuation
    {0x2060, 0x206f, FOLD_NOTHING},     // without width
    {0x2070, 0x2bff, FOLD_SEPARATOR},   // signs, arrows, lines
    {0x2e00, 0x2e7f, FOLD_SEPARATOR},   // punctuation
    {0x2e80, 0x2fff, FOLD_SINGLE},      // CJK radicals
    {0x3000, 0x3004, FOLD_SEPARATOR},   // CJK punctuation
    {0x3005, 0x3007, FOLD_SINGLE},      // repetition mark, zero
    {0x3008, 0x3040, FOLD_SEPARATOR},   // CJK brackets
    {0x3041, 0x9fff, FOLD_SINGLE},      // kana, hanzi
    {0xac00, 0xd7ff, FOLD_SINGLE},      // Hangul
    {0xe000, 0xf8ff, FOLD_SEPARATOR},   // private use
    {0xf900, 0xfaff, FOLD_SINGLE},      // CJK compatibility
    {0xfe00, 0xfe0f, FOLD_NOTHING},     // variation selectors
    {0xfe10, 0xfe6f, FOLD_SEPARATOR},   // CJK forms
    {0xfeff, 0xfeff, FOLD_NOTHING},     // byte order mark
    {0xff00, 0xff65, FOLD_SEPARATOR},   // full-width signs; letters and digits are taken before
    {0xff66, 0xff9f, FOLD_SINGLE},      // half-width kana
    {0xffa0, 0xffff, FOLD_SEPARATOR},   //
    {0x1f000, 0x1ffff, FOLD_SEPARATOR}, // pictures
    {0x20000, 0x3ffff, FOLD_SINGLE},    // hanzi
    {0xe0000, 0x10ffff, FOLD_NOTHING},  // tags
};

static enum fold_kind kind_of(uint32_t point) {
    size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > RANGES[middle].last) low = middle + 1;
        else high = middle;
    }
    if (low == sizeof RANGES / sizeof *RANGES || point < RANGES[low].first) return FOLD_LETTER;
    return RANGES[low].kind;
}

static void fold_latin(uint32_t point, struct fold *f) {
    char c = LATIN[point - 0xc0];
    if (c == ' ') return;
    f->kind = FOLD_LETTER;
    f->len = 1;
    f->bytes[0] = (uint8_t)c;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        if (PAIRS[i].letter != c) continue;
        memcpy(f->bytes, PAIRS[i].two, 2);
        f->len = 2;
    }
}

// Greek and Cyrillic capitals to small letters, full-width letters and digits to ASCII.
static uint32_t lower(uint32_t point) {
    if (point >= 0x391 && point <= 0x3a9) return point + 0x20;
    if (point == 0x3c2) return 0x3c3; // final sigma
    if (point >= 0x400 && point <= 0x40f) return point + 0x50;
    if (point >= 0x410 && point <= 0x42f) return point + 0x20;
    if (point >= 0xff10 && point <= 0xff19) return point - 0xff10 + '0';
    if (point >= 0xff21 && point <= 0xff3a) return point - 0xff21 + 'a';
    if (point >= 0xff41 && point <= 0xff5a) return point - 0xff41 + 'a';
    return point;
}

static uint8_t encode(uint32_t point, uint8_t out[static 4]) {
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (uint8_t)(0xc0 | point >> 6);
        out[1] = (uint8_t)(0x80 | (point & 0x3f));
        return 2;
    }
    uint8_t n = point < 0x10000 ? 3 : 4;
    for (uint8_t i = n; i-- > 1; point >>= 6) out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)((n == 3 ? 0xe0 : 0xf0) | point);
    return n;
}

struct fold fold_wide(struct span text, size_t at) {
    struct fold f = {.kind = FOLD_SEPARATOR, .read = 1};
    unsigned char lead = (unsigned char)text.at[at];
    size_t n = utf8_length(lead);
    uint32_t point = lead;
    if (n > 1 && n <= text.len - at && utf8_valid_prefix(span_sub(text, at, n)) == n) {
        f.read = (uint8_t)n;
        point = utf8_decode(text.at + at);
    }
    if (point < 0xc0) {
        if (point == 0xad) f.kind = FOLD_NOTHING; // soft hyphen
        return f;
    }
    if (point < 0x180) {
        fold_latin(point, &f);
        return f;
    }
    point = lower(point);
    f.kind = point < 0x80 ? FOLD_LETTER : (uint8_t)kind_of(point);
    if (f.kind == FOLD_LETTER || f.kind == FOLD_SINGLE) f.len = encode(point, f.bytes);
    return f;
}

size_t fold_text(struct span text, uint8_t *out, size_t max) {
    size_t n = 0;
    for (size_t at = 0; at < text.len;) {
        struct fold f = fold_at(text, at);
        if (f.len > max - n) return max + 1;
        memcpy(out + n, f.bytes, f.len);
        n += f.len;
        at += f.read;
    }
    return n;
}
