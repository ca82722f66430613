#include "text/lookalike.h"

#include <stddef.h>

// What becomes of a range of code points.
enum change {
    CHANGE_DROP,      // disappears
    CHANGE_TO,        // all become `to`
    CHANGE_SHIFT,     // first becomes `to`, and so on
    CHANGE_DIGITS,    // '0' to '9', repeated
    CHANGE_ALPHABETS, // 'A' to 'Z', 'a' to 'z', repeated
};

struct range {
    uint32_t first, last;
    enum change change;
    char to;
    enum disguise when;
};

static const struct range RANGES[] = {
    {0x00a0, 0x00a0, CHANGE_TO, ' ', DISGUISE_ALWAYS},        {0x00ad, 0x00ad, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0x00b2, 0x00b3, CHANGE_SHIFT, '2', DISGUISE_MANY},       {0x00b7, 0x00b7, CHANGE_TO, '.', DISGUISE_NEVER},
    {0x00b9, 0x00b9, CHANGE_TO, '1', DISGUISE_MANY},          {0x02d0, 0x02d0, CHANGE_TO, ':', DISGUISE_ALWAYS},
    {0x02d7, 0x02d7, CHANGE_TO, '-', DISGUISE_ALWAYS},        {0x0300, 0x034e, CHANGE_DROP, 0, DISGUISE_FIGURE},
    {0x034f, 0x034f, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x0350, 0x036f, CHANGE_DROP, 0, DISGUISE_FIGURE},
    {0x058a, 0x058a, CHANGE_TO, '-', DISGUISE_ALWAYS},        {0x061c, 0x061c, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0x115f, 0x1160, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x1680, 0x1680, CHANGE_TO, ' ', DISGUISE_ALWAYS},
    {0x17b4, 0x17b5, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x1806, 0x1806, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0x180b, 0x180e, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x1ab0, 0x1aff, CHANGE_DROP, 0, DISGUISE_FIGURE},
    {0x1dc0, 0x1dff, CHANGE_DROP, 0, DISGUISE_FIGURE},        {0x2000, 0x200a, CHANGE_TO, ' ', DISGUISE_ALWAYS},
    {0x200b, 0x200f, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x2010, 0x2013, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0x2014, 0x2015, CHANGE_TO, '-', DISGUISE_NEVER},         {0x2018, 0x2019, CHANGE_TO, '\'', DISGUISE_NEVER},
    {0x201c, 0x201d, CHANGE_TO, '"', DISGUISE_NEVER},         {0x2022, 0x2022, CHANGE_TO, '.', DISGUISE_NEVER},
    {0x2024, 0x2024, CHANGE_TO, '.', DISGUISE_ALWAYS},        {0x2027, 0x2027, CHANGE_TO, '.', DISGUISE_ALWAYS},
    {0x2028, 0x2029, CHANGE_TO, '\n', DISGUISE_ALWAYS},       {0x202a, 0x202e, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0x202f, 0x202f, CHANGE_TO, ' ', DISGUISE_ALWAYS},        {0x2043, 0x2043, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0x2044, 0x2044, CHANGE_TO, '/', DISGUISE_ALWAYS},        {0x205f, 0x205f, CHANGE_TO, ' ', DISGUISE_ALWAYS},
    {0x2060, 0x206f, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0x2070, 0x2070, CHANGE_TO, '0', DISGUISE_MANY},
    {0x2074, 0x2079, CHANGE_SHIFT, '4', DISGUISE_MANY},       {0x2080, 0x2089, CHANGE_SHIFT, '0', DISGUISE_MANY},
    {0x20d0, 0x20ff, CHANGE_DROP, 0, DISGUISE_FIGURE},        {0x2212, 0x2212, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0x2215, 0x2215, CHANGE_TO, '/', DISGUISE_ALWAYS},        {0x2219, 0x2219, CHANGE_TO, '.', DISGUISE_NEVER},
    {0x2236, 0x2236, CHANGE_TO, ':', DISGUISE_ALWAYS},        {0x2460, 0x2468, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},
    {0x2474, 0x247c, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},     {0x2488, 0x2490, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},
    {0x249c, 0x24b5, CHANGE_SHIFT, 'a', DISGUISE_ALWAYS},     {0x24b6, 0x24cf, CHANGE_SHIFT, 'A', DISGUISE_ALWAYS},
    {0x24d0, 0x24e9, CHANGE_SHIFT, 'a', DISGUISE_ALWAYS},     {0x24ea, 0x24ea, CHANGE_TO, '0', DISGUISE_ALWAYS},
    {0x24f5, 0x24fd, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},     {0x24ff, 0x24ff, CHANGE_TO, '0', DISGUISE_ALWAYS},
    {0x2776, 0x277e, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},     {0x2780, 0x2788, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},
    {0x278a, 0x2792, CHANGE_SHIFT, '1', DISGUISE_ALWAYS},     {0x2796, 0x2796, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0x2800, 0x2800, CHANGE_TO, ' ', DISGUISE_ALWAYS},        {0x29f8, 0x29f8, CHANGE_TO, '/', DISGUISE_ALWAYS},
    {0x2e3a, 0x2e3b, CHANGE_TO, '-', DISGUISE_NEVER},         {0x3000, 0x3000, CHANGE_TO, ' ', DISGUISE_ALWAYS},
    {0x3002, 0x3002, CHANGE_TO, '.', DISGUISE_NEVER},         {0x3164, 0x3164, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0xa789, 0xa789, CHANGE_TO, ':', DISGUISE_ALWAYS},        {0xfe00, 0xfe0f, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0xfe20, 0xfe2f, CHANGE_DROP, 0, DISGUISE_FIGURE},        {0xfe52, 0xfe52, CHANGE_TO, '.', DISGUISE_ALWAYS},
    {0xfe55, 0xfe55, CHANGE_TO, ':', DISGUISE_ALWAYS},        {0xfe58, 0xfe58, CHANGE_TO, '-', DISGUISE_ALWAYS},
    {0xfe63, 0xfe63, CHANGE_TO, '-', DISGUISE_ALWAYS},        {0xfe6b, 0xfe6b, CHANGE_TO, '@', DISGUISE_ALWAYS},
    {0xfeff, 0xfeff, CHANGE_DROP, 0, DISGUISE_ALWAYS},        {0xff01, 0xff5e, CHANGE_SHIFT, '!', DISGUISE_ALWAYS},
    {0xff61, 0xff61, CHANGE_TO, '.', DISGUISE_ALWAYS},        {0xffa0, 0xffa0, CHANGE_DROP, 0, DISGUISE_ALWAYS},
    {0x1d400, 0x1d6a3, CHANGE_ALPHABETS, 0, DISGUISE_ALWAYS}, {0x1d7ce, 0x1d7ff, CHANGE_DIGITS, 0, DISGUISE_ALWAYS},
    {0x1f100, 0x1f100, CHANGE_TO, '0', DISGUISE_ALWAYS},      {0x1f101, 0x1f10a, CHANGE_SHIFT, '0', DISGUISE_ALWAYS},
    {0x1f110, 0x1f129, CHANGE_SHIFT, 'A', DISGUISE_ALWAYS},   {0x1f130, 0x1f149, CHANGE_SHIFT, 'A', DISGUISE_ALWAYS},
    {0x1f150, 0x1f169, CHANGE_SHIFT, 'A', DISGUISE_ALWAYS},   {0x1f170, 0x1f189, CHANGE_SHIFT, 'A', DISGUISE_ALWAYS},
    {0x1f1e6, 0x1f1ff, CHANGE_SHIFT, 'A', DISGUISE_MANY},     {0x1fbf0, 0x1fbf9, CHANGE_SHIFT, '0', DISGUISE_ALWAYS},
    {0xe0000, 0xe001f, CHANGE_DROP, 0, DISGUISE_ALWAYS},      {0xe0020, 0xe007e, CHANGE_SHIFT, ' ', DISGUISE_ALWAYS},
    {0xe007f, 0xe007f, CHANGE_DROP, 0, DISGUISE_ALWAYS},      {0xe0100, 0xe01ef, CHANGE_DROP, 0, DISGUISE_ALWAYS},
};

// The zeros of the other decimal digits of Unicode (general category Nd); one to nine follow each.
static const uint32_t ZEROS[] = {
    0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,  0x0c66,  0x0ce6,  0x0d66,
    0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,  0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,
    0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0x104a0,
    0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0,
    0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50,
    0x16d70, 0x1ccf0, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950};

// Letters that look like Latin ones.
struct twin {
    uint16_t code;
    char latin;
};

static const struct twin TWINS[] = {
    {0x0131, 'i'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0262, 'g'}, {0x0269, 'i'}, {0x026a, 'i'}, {0x0274, 'n'},
    {0x0280, 'r'}, {0x028f, 'y'}, {0x0299, 'b'}, {0x029c, 'h'}, {0x029f, 'l'}, {0x037f, 'J'}, {0x0391, 'A'},
    {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'}, {0x039a, 'K'}, {0x039c, 'M'},
    {0x039d, 'N'}, {0x039f, 'O'}, {0x03a1, 'P'}, {0x03a4, 'T'}, {0x03a5, 'Y'}, {0x03a7, 'X'}, {0x03b1, 'a'},
    {0x03b3, 'y'}, {0x03b7, 'n'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bd, 'v'}, {0x03bf, 'o'}, {0x03c1, 'p'},
    {0x03c3, 'o'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x03c7, 'x'}, {0x03c9, 'w'}, {0x03f2, 'c'}, {0x03f3, 'j'},
    {0x03f9, 'C'}, {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'},
    {0x0417, '3'}, {0x041a, 'K'}, {0x041c, 'M'}, {0x041d, 'H'}, {0x041e, 'O'}, {0x0420, 'P'}, {0x0421, 'C'},
    {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'}, {0x042c, 'b'}, {0x0430, 'a'}, {0x0432, 'b'}, {0x0433, 'r'},
    {0x0435, 'e'}, {0x0437, '3'}, {0x043a, 'k'}, {0x043c, 'm'}, {0x043d, 'h'}, {0x043e, 'o'}, {0x043f, 'n'},
    {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x044c, 'b'}, {0x0455, 's'},
    {0x0456, 'i'}, {0x0458, 'j'}, {0x0461, 'w'}, {0x0474, 'V'}, {0x0475, 'v'}, {0x04ae, 'Y'}, {0x04bb, 'h'},
    {0x04c0, 'I'}, {0x04cf, 'l'}, {0x0501, 'd'}, {0x050c, 'G'}, {0x051a, 'Q'}, {0x051b, 'q'}, {0x051c, 'W'},
    {0x051d, 'w'}, {0x054d, 'U'}, {0x054f, 'S'}, {0x0555, 'O'}, {0x0561, 'w'}, {0x0566, 'q'}, {0x0570, 'h'},
    {0x0578, 'n'}, {0x057c, 'n'}, {0x057d, 'u'}, {0x0581, 'g'}, {0x0584, 'f'}, {0x0585, 'o'}, {0x13a0, 'D'},
    {0x13a1, 'R'}, {0x13a2, 'T'}, {0x13a5, 'i'}, {0x13a9, 'Y'}, {0x13aa, 'A'}, {0x13ab, 'J'}, {0x13ac, 'E'},
    {0x13b3, 'W'}, {0x13b7, 'M'}, {0x13bb, 'H'}, {0x13c0, 'G'}, {0x13c2, 'h'}, {0x13c3, 'Z'}, {0x13ce, 'b'},
    {0x13cf, 'b'}, {0x13d2, 'R'}, {0x13d4, 'W'}, {0x13d5, 'S'}, {0x13d9, 'V'}, {0x13da, 'S'}, {0x13de, 'L'},
    {0x13df, 'C'}, {0x13e2, 'P'}, {0x13e6, 'K'}, {0x13f3, 'G'}, {0x13f4, 'B'}, {0x1d00, 'a'}, {0x1d04, 'c'},
    {0x1d05, 'd'}, {0x1d07, 'e'}, {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x1d0d, 'm'}, {0x1d0f, 'o'}, {0x1d18, 'p'},
    {0x1d1b, 't'}, {0x1d1c, 'u'}, {0x1d20, 'v'}, {0x1d21, 'w'}, {0x1d22, 'z'}, {0x2102, 'C'}, {0x210a, 'g'},
    {0x210b, 'H'}, {0x210c, 'H'}, {0x210d, 'H'}, {0x210e, 'h'}, {0x2110, 'I'}, {0x2111, 'I'}, {0x2112, 'L'},
    {0x2113, 'l'}, {0x2115, 'N'}, {0x2119, 'P'}, {0x211a, 'Q'}, {0x211b, 'R'}, {0x211c, 'R'}, {0x211d, 'R'},
    {0x2124, 'Z'}, {0x212a, 'K'}, {0x212c, 'B'}, {0x212d, 'C'}, {0x212f, 'e'}, {0x2130, 'E'}, {0x2131, 'F'},
    {0x2133, 'M'}, {0x2134, 'o'}, {0x2139, 'i'}, {0x2145, 'D'}, {0x2146, 'd'}, {0x2147, 'e'}, {0x2148, 'i'},
    {0x2149, 'j'}, {0x2160, 'I'}, {0x2164, 'V'}, {0x2169, 'X'}, {0x216c, 'L'}, {0x216d, 'C'}, {0x216e, 'D'},
    {0x216f, 'M'}, {0x2170, 'i'}, {0x2174, 'v'}, {0x2179, 'x'}, {0x217c, 'l'}, {0x217d, 'c'}, {0x217e, 'd'},
    {0x217f, 'm'}, {0x2c82, 'B'}, {0x2c8e, 'H'}, {0x2c92, 'I'}, {0x2c94, 'K'}, {0x2c98, 'M'}, {0x2c9a, 'N'},
    {0x2c9e, 'O'}, {0x2c9f, 'o'}, {0x2ca2, 'P'}, {0x2ca3, 'p'}, {0x2ca4, 'C'}, {0x2ca5, 'c'}, {0x2ca6, 'T'},
    {0x2caa, 'Y'}, {0x2cac, 'X'}, {0xa731, 's'},
};

static int twin_of(uint32_t c) {
    size_t low = 0, high = sizeof TWINS / sizeof *TWINS;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (TWINS[mid].code == c) return TWINS[mid].latin;
        if (TWINS[mid].code < c) low = mid + 1;
        else high = mid;
    }
    return LOOKALIKE_KEEP;
}

static int digit_of(uint32_t c) {
    size_t low = 0, high = sizeof ZEROS / sizeof *ZEROS; // the first zero above c
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (ZEROS[mid] <= c) low = mid + 1;
        else high = mid;
    }
    return low && c - ZEROS[low - 1] < 10 ? '0' + (int)(c - ZEROS[low - 1]) : LOOKALIKE_KEEP;
}

static int image_of(const struct range *r, uint32_t c) {
    static const char ALPHABETS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    switch (r->change) {
    case CHANGE_DROP: return LOOKALIKE_DROP;
    case CHANGE_TO: return r->to;
    case CHANGE_SHIFT: return r->to + (int)(c - r->first);
    case CHANGE_DIGITS: return '0' + (int)((c - r->first) % 10);
    case CHANGE_ALPHABETS: return ALPHABETS[(c - r->first) % 52];
    }
    return LOOKALIKE_KEEP;
}

struct lookalike lookalike_of(uint32_t c) {
    static const struct lookalike NONE = {LOOKALIKE_KEEP, DISGUISE_NEVER};
    // Most of the world's text: nothing in these two is in a table.
    if ((c > 0x3164 && c < 0xa620) || (c >= 0xac00 && c < 0xfe00)) return NONE;
    size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (RANGES[mid].last < c) low = mid + 1;
        else high = mid;
    }
    const struct range *r = &RANGES[low];
    if (low < sizeof RANGES / sizeof *RANGES && r->first <= c) return (struct lookalike){image_of(r, c), r->when};
    int latin = c < 0x10000 ? twin_of(c) : LOOKALIKE_KEEP;
    if (latin != LOOKALIKE_KEEP) return (struct lookalike){latin, DISGUISE_BESIDE};
    int digit = c >= 0x0660 ? digit_of(c) : LOOKALIKE_KEEP;
    return digit != LOOKALIKE_KEEP ? (struct lookalike){digit, DISGUISE_ALWAYS} : NONE;
}
