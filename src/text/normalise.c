#include "text/normalise.h"

#include "text/utf8.h"

// What becomes of a range of code points.
enum change {
    CHANGE_DROP,      // disappears
    CHANGE_TO,        // all become `to`
    CHANGE_QUIETLY,   // the same, but by itself no reason to look again: ordinary typography
    CHANGE_SHIFT,     // first becomes `to`, and so on
    CHANGE_DIGITS,    // '0' to '9', repeated
    CHANGE_ALPHABETS, // 'A' to 'Z', 'a' to 'z', repeated
};

struct range {
    uint32_t first, last;
    enum change change;
    char to;
};

static const struct range RANGES[] = {
    {0x00a0, 0x00a0, CHANGE_TO, ' '},        {0x00ad, 0x00ad, CHANGE_DROP, 0},
    {0x034f, 0x034f, CHANGE_DROP, 0},        {0x061c, 0x061c, CHANGE_DROP, 0},
    {0x0660, 0x0669, CHANGE_DIGITS, 0},      {0x06f0, 0x06f9, CHANGE_DIGITS, 0},
    {0x0966, 0x096f, CHANGE_DIGITS, 0},      {0x115f, 0x1160, CHANGE_DROP, 0},
    {0x1680, 0x1680, CHANGE_TO, ' '},        {0x17b4, 0x17b5, CHANGE_DROP, 0},
    {0x180b, 0x180e, CHANGE_DROP, 0},        {0x2000, 0x200a, CHANGE_TO, ' '},
    {0x200b, 0x200f, CHANGE_DROP, 0},        {0x2010, 0x2013, CHANGE_TO, '-'},
    {0x2014, 0x2015, CHANGE_QUIETLY, '-'},   {0x2018, 0x2019, CHANGE_QUIETLY, '\''},
    {0x201c, 0x201d, CHANGE_QUIETLY, '"'},   {0x2024, 0x2024, CHANGE_TO, '.'},
    {0x2028, 0x2029, CHANGE_TO, '\n'},       {0x202a, 0x202e, CHANGE_DROP, 0},
    {0x202f, 0x202f, CHANGE_TO, ' '},        {0x205f, 0x205f, CHANGE_TO, ' '},
    {0x2060, 0x206f, CHANGE_DROP, 0},        {0x2212, 0x2212, CHANGE_TO, '-'},
    {0x2215, 0x2215, CHANGE_TO, '/'},        {0x2236, 0x2236, CHANGE_TO, ':'},
    {0x3000, 0x3000, CHANGE_TO, ' '},        {0x3002, 0x3002, CHANGE_QUIETLY, '.'},
    {0x3164, 0x3164, CHANGE_DROP, 0},        {0xfe00, 0xfe0f, CHANGE_DROP, 0},
    {0xfe52, 0xfe52, CHANGE_TO, '.'},        {0xfe55, 0xfe55, CHANGE_TO, ':'},
    {0xfe58, 0xfe58, CHANGE_TO, '-'},        {0xfe63, 0xfe63, CHANGE_TO, '-'},
    {0xfe6b, 0xfe6b, CHANGE_TO, '@'},        {0xfeff, 0xfeff, CHANGE_DROP, 0},
    {0xff01, 0xff5e, CHANGE_SHIFT, '!'},     {0xff61, 0xff61, CHANGE_TO, '.'},
    {0x1d400, 0x1d6a3, CHANGE_ALPHABETS, 0}, {0x1d7ce, 0x1d7ff, CHANGE_DIGITS, 0},
    {0xe0000, 0xe007f, CHANGE_DROP, 0},
};

// Letters of other scripts that look like Latin ones. They are a disguise only beside ASCII.
struct twin {
    uint16_t code;
    char latin;
};

static const struct twin TWINS[] = {
    {0x0131, 'i'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'},
    {0x0397, 'H'}, {0x0399, 'I'}, {0x039a, 'K'}, {0x039c, 'M'}, {0x039d, 'N'}, {0x039f, 'O'}, {0x03a1, 'P'},
    {0x03a4, 'T'}, {0x03a5, 'Y'}, {0x03a7, 'X'}, {0x03b1, 'a'}, {0x03b9, 'i'}, {0x03ba, 'k'}, {0x03bd, 'v'},
    {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c5, 'u'}, {0x03c7, 'x'}, {0x03f2, 'c'}, {0x03f3, 'j'}, {0x0405, 'S'},
    {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'}, {0x041a, 'K'}, {0x041c, 'M'},
    {0x041d, 'H'}, {0x041e, 'O'}, {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'},
    {0x0430, 'a'}, {0x0432, 'b'}, {0x0433, 'r'}, {0x0435, 'e'}, {0x043a, 'k'}, {0x043c, 'm'}, {0x043d, 'h'},
    {0x043e, 'o'}, {0x043f, 'n'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'},
    {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04ae, 'Y'}, {0x04bb, 'h'}, {0x04c0, 'I'}, {0x04cf, 'l'},
    {0x0501, 'd'}, {0x051b, 'q'}, {0x051d, 'w'},
};

enum { KEEP = -1, DROP = -2 };

struct image {
    int to;        // ASCII, KEEP or DROP
    bool disguise; // a reason to search the view
    bool twin;     // a disguise only beside an ASCII letter or digit
};

static int twin_of(uint32_t c) {
    size_t low = 0, high = sizeof TWINS / sizeof *TWINS;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (TWINS[mid].code == c) return TWINS[mid].latin;
        if (TWINS[mid].code < c) low = mid + 1;
        else high = mid;
    }
    return KEEP;
}

static struct image image_of_range(const struct range *r, uint32_t c) {
    static const char ALPHABETS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    switch (r->change) {
    case CHANGE_DROP: return (struct image){DROP, true, false};
    case CHANGE_TO: return (struct image){r->to, true, false};
    case CHANGE_QUIETLY: return (struct image){r->to, false, false};
    case CHANGE_SHIFT: return (struct image){r->to + (int)(c - r->first), true, false};
    case CHANGE_DIGITS: return (struct image){'0' + (int)((c - r->first) % 10), true, false};
    case CHANGE_ALPHABETS: return (struct image){ALPHABETS[(c - r->first) % 52], true, false};
    }
    return (struct image){KEEP, false, false};
}

static struct image image_of(uint32_t c) {
    // Most of the world's text: nothing between these two is in a table.
    if (c > 0x3164 && c < 0xfe00) return (struct image){KEEP, false, false};
    if (c < 0x0600) {
        int latin = twin_of(c);
        if (latin != KEEP) return (struct image){latin, true, true};
    }
    size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (RANGES[mid].last < c) low = mid + 1;
        else high = mid;
    }
    if (low < sizeof RANGES / sizeof *RANGES && RANGES[low].first <= c) return image_of_range(&RANGES[low], c);
    return (struct image){KEEP, false, false};
}

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// Counts the code points that change; *disguised says whether the view is worth a search.
static size_t count_changes(struct span text, bool *disguised) {
    size_t changes = 0;
    for (size_t i = utf8_ascii_prefix(text); i < text.len;) {
        size_t n = utf8_length((unsigned char)text.at[i]);
        struct image image = image_of(utf8_decode(text.at + i));
        bool beside = (i && is_alnum(text.at[i - 1])) || (i + n < text.len && is_alnum(text.at[i + n]));
        changes += image.to != KEEP;
        *disguised |= image.disguise && (!image.twin || beside);
        i += n;
        i += utf8_ascii_prefix(span_sub(text, i, text.len - i));
    }
    return changes;
}

enum normal_status normalise(struct span text, struct arena *arena, struct normal *out) {
    bool disguised = false;
    size_t changes = count_changes(text, &disguised);
    if (!disguised) return NORMAL_SAME;
    char *to = arena_alloc(arena, text.len);
    struct normal_mark *marks = arena_alloc_array(arena, 2 * changes + 1, sizeof *marks);
    if (!to || !marks) return NORMAL_NO_ROOM;

    size_t len = 0, count = 0;
    bool jumped = true; // the next byte needs a mark
    for (size_t i = 0; i < text.len;) {
        size_t n = utf8_length((unsigned char)text.at[i]);
        struct image image = n == 1 ? (struct image){KEEP, false, false} : image_of(utf8_decode(text.at + i));
        if (image.to == DROP) {
            jumped = true;
        } else {
            if (jumped || image.to != KEEP) marks[count++] = (struct normal_mark){(uint32_t)len, (uint32_t)i};
            jumped = image.to != KEEP;
            if (jumped) to[len++] = (char)image.to;
            else memcpy(to + len, text.at + i, n), len += n;
        }
        i += n;
    }
    *out = (struct normal){.original = text, .text = {to, len}, .marks = marks, .mark_count = count};
    return NORMAL_CHANGED;
}

size_t normal_origin(const struct normal *n, size_t at) {
    size_t low = 0, high = n->mark_count; // the last mark that is not past `at`
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (n->marks[mid].at <= at) low = mid;
        else high = mid;
    }
    return n->marks[low].from + (at - n->marks[low].at);
}

size_t normal_origin_end(const struct normal *n, size_t end) {
    size_t start = normal_origin(n, end - 1);
    unsigned char byte = (unsigned char)n->original.at[start];
    return start + (byte < 0x80 || byte >= 0xc2 ? utf8_length(byte) : 1);
}
