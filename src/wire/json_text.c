// The strings of JSON: what they decode to, and how they are written.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/utf8.h"
#include "wire/json_internal.h"
#include "wire/plain_bytes.h"

static uint32_t hex4(const char *p) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)p[i];
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

// Decodes \uXXXX (and a following low surrogate) at raw.at[i]; returns the bytes consumed.
static size_t unescape_unicode(struct span raw, size_t i, char *out, size_t *written) {
    uint32_t c = hex4(raw.at + i + 2);
    size_t used = 6;
    if (c >= 0xd800 && c < 0xdc00 && raw.len - i >= 12 && raw.at[i + 6] == '\\' && raw.at[i + 7] == 'u') {
        uint32_t low = hex4(raw.at + i + 8);
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            used = 12;
        }
    }
    if (c >= 0xd800 && c < 0xe000) c = 0xfffd;
    *written = utf8_encode(c, out);
    return used;
}

size_t json_unescape(struct span raw, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < raw.len;) {
        const char *slash = memchr(raw.at + i, '\\', raw.len - i);
        size_t plain = slash ? (size_t)(slash - raw.at) - i : raw.len - i;
        memcpy(out + n, raw.at + i, plain);
        n += plain;
        i += plain;
        if (i + 1 >= raw.len) break;
        char c = raw.at[i + 1];
        if (c == 'u') {
            size_t written;
            i += unescape_unicode(raw, i, out + n, &written);
            n += written;
            continue;
        }
        static const char FROM[] = "bfnrt", TO[] = "\b\f\n\r\t";
        const char *known = strchr(FROM, c);
        out[n++] = known ? TO[known - FROM] : c;
        i += 2;
    }
    return n;
}

struct span json_decode_word(struct span raw, char room[static JSON_WORD_ROOM]) {
    return raw.len > JSON_WORD_ROOM ? SPAN_NONE : span_make(room, json_unescape(raw, room));
}

void json_unescape_to(struct buf *b, const struct json_doc *doc, uint32_t node) {
    struct span raw = json_text(doc, node);
    if (!doc->nodes[node].escaped) {
        buf_add_span(b, raw);
        return;
    }
    char *to = buf_reserve(b, raw.len);
    if (!to) return;
    b->len += json_unescape(raw, to);
    b->at[b->len] = 0;
}

static void put_control(struct buf *b, unsigned char c) {
    static const char SHORT[] = "\b\f\n\r\t", NAME[] = "bfnrt";
    const char *known = c ? strchr(SHORT, c) : NULL;
    if (known) {
        char two[2] = {'\\', NAME[known - SHORT]};
        buf_add(b, two, 2);
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

// The character at p, which does not stand for itself or is not ASCII; returns the place behind it.
static __attribute__((noinline)) const unsigned char *put_odd(struct buf *b, const unsigned char *p,
                                                              const unsigned char *end) {
    if (*p >= 0x80) {
        int n = sequence_length(p, end);
        buf_add(b, n ? (const char *)p : "\xef\xbf\xbd", n ? (size_t)n : 3);
        return p + (n ? n : 1);
    }
    if (*p == '"' || *p == '\\') {
        char two[2] = {'\\', (char)*p};
        buf_add(b, two, 2);
    } else {
        put_control(b, *p);
    }
    return p + 1;
}

void json_put_string(struct buf *b, struct span s) {
    const unsigned char *p = (const unsigned char *)(s.at ? s.at : ""), *end = p + s.len;
    buf_add_char(b, '"');
    for (;;) {
        const unsigned char *stop = plain_bytes_skip(p, end);
        buf_add(b, p, (size_t)(stop - p));
        if (stop == end) break;
        p = put_odd(b, stop, end);
    }
    buf_add_char(b, '"');
}

void json_put_z(struct buf *b, const char *z) {
    json_put_string(b, span_from(z));
}

void json_put_key(struct buf *b, const char *key) {
    if (b->len && b->at[b->len - 1] != '{' && b->at[b->len - 1] != '[') buf_add_char(b, ',');
    json_put_z(b, key);
    buf_add_char(b, ':');
}

void json_put_real(struct buf *b, double v) {
    if (!isfinite(v)) {
        buf_add_z(b, "null");
        return;
    }
    char text[32];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    buf_add_z(b, text);
}
