#include "text/escape.h"

#include "text/utf8.h"

// ---------------------------------------------------------------- characters

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static char byte_at(struct span text, size_t at) {
    return at < text.len ? text.at[at] : 0;
}

// Up to `max` hexadecimal digits; returns how many there are.
static size_t read_hex(struct span text, size_t at, size_t max, uint32_t *value) {
    size_t n = 0;
    *value = 0;
    for (; n < max && at + n < text.len && hex_value(text.at[at + n]) >= 0; n++)
        *value = *value << 4 | (uint32_t)hex_value(text.at[at + n]);
    return n;
}

// Control characters disappear: they would only part what belongs together.
static bool put(uint32_t c, char out[static ESCAPE_MAX], size_t *n) {
    *n = 0;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return false;
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return true;
    if (c == 0x7f) return true;
    *n = utf8_encode(c, out);
    return true;
}

// ---------------------------------------------------------------- escaped bytes

// Length of the escape of one byte at `at` in the way of `style` ('%', '\\' or '='), 0 when there is none.
static size_t read_byte(struct span text, size_t at, char style, unsigned char *byte) {
    size_t prefix = style == '\\' ? 2 : 1;
    uint32_t value;
    if (byte_at(text, at) != style || (style == '\\' && (byte_at(text, at + 1) | 0x20) != 'x')) return 0;
    if (read_hex(text, at + prefix, 2, &value) != 2) return 0;
    *byte = (unsigned char)value;
    return prefix + 2;
}

// One code point of bytes that are escaped one by one.
static size_t read_bytes(struct span text, size_t at, char style, char out[static ESCAPE_MAX], size_t *n) {
    unsigned char bytes[ESCAPE_MAX];
    size_t one = read_byte(text, at, style, bytes), want = one ? utf8_length(bytes[0]) : 0;
    if (one == 0) return 0;
    if (bytes[0] < 0x80) return put(bytes[0], out, n) ? one : 0;
    for (size_t i = 1; i < want; i++)
        if (!read_byte(text, at + i * one, style, bytes + i)) return 0;
    if (utf8_valid_prefix(span_make((const char *)bytes, want)) != want) return 0;
    memcpy(out, bytes, want);
    *n = want;
    return want * one;
}

// ---------------------------------------------------------------- by style

static size_t read_percent(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    uint32_t c;
    if ((byte_at(text, at + 1) | 0x20) == 'u') return read_hex(text, at + 2, 4, &c) == 4 && put(c, out, n) ? 6 : 0;
    return read_bytes(text, at, '%', out, n);
}

struct entity {
    char name[8];
    uint16_t code;
};

// Those that stand for a character which identifiers, addresses and secrets are written with.
static const struct entity ENTITIES[] = {
    {"amp", '&'},    {"lt", '<'},     {"gt", '>'},     {"quot", '"'},  {"apos", '\''},    {"nbsp", ' '},
    {"commat", '@'}, {"period", '.'}, {"hyphen", '-'}, {"dash", '-'},  {"minus", '-'},    {"plus", '+'},
    {"num", '#'},    {"colon", ':'},  {"sol", '/'},    {"bsol", '\\'}, {"lowbar", '_'},   {"equals", '='},
    {"lpar", '('},   {"rpar", ')'},   {"percnt", '%'}, {"comma", ','}, {"semi", ';'},     {"quest", '?'},
    {"excl", '!'},   {"dollar", '$'}, {"ast", '*'},    {"Tab", '\t'},  {"NewLine", '\n'}, {"ensp", ' '},
    {"emsp", ' '},   {"thinsp", ' '}, {"ndash", '-'},  {"mdash", '-'}, {"shy", 0},        {"zwnj", 0},
    {"zwj", 0},      {"grave", '`'},  {"verbar", '|'}, {"lcub", '{'},  {"rcub", '}'},     {"lsqb", '['},
    {"rsqb", ']'},   {"Hat", '^'},
};

static size_t read_named(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    size_t len = 0;
    while (len < sizeof ENTITIES->name && is_alnum(byte_at(text, at + 1 + len))) len++;
    if (byte_at(text, at + 1 + len) != ';') return 0;
    struct span name = span_sub(text, at + 1, len);
    for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
        if (span_is(name, (struct span){ENTITIES[i].name, strnlen(ENTITIES[i].name, sizeof ENTITIES->name)}))
            return put(ENTITIES[i].code, out, n) ? len + 2 : 0;
    return 0;
}

static size_t read_entity(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    if (byte_at(text, at + 1) != '#') return read_named(text, at, out, n);
    uint32_t c = 0;
    size_t digits = 0, prefix = 2;
    if ((byte_at(text, at + 2) | 0x20) == 'x') {
        prefix = 3;
        digits = read_hex(text, at + 3, 8, &c);
    } else {
        for (char d; digits < 8 && (d = byte_at(text, at + 2 + digits)) >= '0' && d <= '9'; digits++)
            c = c * 10 + (uint32_t)(d - '0');
    }
    if (digits == 0 || !put(c, out, n)) return 0;
    return prefix + digits + (byte_at(text, at + prefix + digits) == ';');
}

// A UTF-16 code unit, or two of them that make one character.
static size_t read_units(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    uint32_t c, low;
    if (read_hex(text, at + 2, 4, &c) != 4) return 0;
    if (c >= 0xd800 && c < 0xdc00 && byte_at(text, at + 6) == '\\' && byte_at(text, at + 7) == 'u' &&
        read_hex(text, at + 8, 4, &low) == 4 && low >= 0xdc00 && low < 0xe000)
        return put(0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00), out, n) ? 12 : 0;
    return put(c, out, n) ? 6 : 0;
}

static size_t read_backslash(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    uint32_t c;
    size_t digits;
    char next = byte_at(text, at + 2);
    switch (byte_at(text, at + 1)) {
    case 'u':
        if (next != '{') return read_units(text, at, out, n);
        digits = read_hex(text, at + 3, 6, &c);
        return digits && byte_at(text, at + 3 + digits) == '}' && put(c, out, n) ? digits + 4 : 0;
    case 'U': return read_hex(text, at + 2, 8, &c) == 8 && put(c, out, n) ? 10 : 0;
    case 'x': return read_bytes(text, at, '\\', out, n);
    case 'n':
    case 'r':
    case 't':
        // White space, but only where it would otherwise be read as the first letter of a word.
        if (!is_alnum(next) && next != '+' && next != '(') return 0;
        return put(text.at[at + 1] == 't' ? '\t' : '\n', out, n) ? 2 : 0;
    default: return 0;
    }
}

// Code is full of "=10": one alone is only taken for the '@' of an address.
static size_t read_quoted(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    size_t line = byte_at(text, at + 1) == '\r' ? 2 : 1;
    bool inside = at && is_alnum(text.at[at - 1]);
    if (byte_at(text, at + line) == '\n') {
        *n = 0;
        return inside && is_alnum(byte_at(text, at + line + 1)) ? line + 1 : 0;
    }
    unsigned char byte;
    if (!read_byte(text, at, '=', &byte)) return 0;
    bool pair = read_byte(text, at + 3, '=', &byte) || (at >= 3 && read_byte(text, at - 3, '=', &byte));
    bool address = inside && text.at[at + 1] == '4' && text.at[at + 2] == '0' && is_alnum(byte_at(text, at + 3));
    return pair || address ? read_bytes(text, at, '=', out, n) : 0;
}

size_t escape_read(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n) {
    switch (text.at[at]) {
    case '%': return read_percent(text, at, out, n);
    case '&': return read_entity(text, at, out, n);
    case '\\': return read_backslash(text, at, out, n);
    case '=': return read_quoted(text, at, out, n);
    default: return 0;
    }
}
