#include "text/utf8.h"

typedef uint64_t two __attribute__((vector_size(16)));

static inline two load(const char *at) {
    two v;
    memcpy(&v, at, sizeof v);
    return v;
}

size_t utf8_ascii_prefix(struct span text) {
    const uint64_t high = 0x8080808080808080u;
    size_t i = 0;
    for (; i + 64 <= text.len; i += 64) {
        const char *p = text.at + i;
        two any = (load(p) | load(p + 16)) | (load(p + 32) | load(p + 48));
        if ((any[0] | any[1]) & high) break;
    }
    for (uint64_t word; i + sizeof word <= text.len; i += sizeof word) {
        memcpy(&word, text.at + i, sizeof word);
        if (word & high) break;
    }
    while (i < text.len && (unsigned char)text.at[i] < 0x80) i++;
    return i;
}

// Bytes of the well-formed sequence at p, or 0. The second byte's range is what forbids overlong forms and surrogates.
static size_t sequence(const unsigned char *p, size_t left) {
    size_t n = utf8_length(p[0]);
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > left) return 0;
    unsigned low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return n;
}

size_t utf8_valid_prefix(struct span text) {
    size_t i = 0;
    for (;;) {
        i += utf8_ascii_prefix(span_sub(text, i, text.len - i));
        while (i < text.len && (unsigned char)text.at[i] >= 0x80) {
            size_t n = sequence((const unsigned char *)text.at + i, text.len - i);
            if (n == 0) return i;
            i += n;
        }
        if (i == text.len) return i;
    }
}

size_t utf8_encode(uint32_t c, char out[static 4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}
