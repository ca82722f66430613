#include "wire/json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "text/utf8.h"

// ---------------------------------------------------------------- scanning

struct scan {
    struct json_doc *doc;
    const unsigned char *begin, *end;
    const unsigned char *at; // where the fault is
    struct json_node *nodes; // those of the document
    uint32_t count;          // nodes in use; the document learns it at the end
    uint32_t room;           // nodes that can be taken before make_room is asked
    uint32_t max_nodes;
    enum json_status status;
};

static const char *const STATUS_TEXT[] = {
    [JSON_OK] = "valid",
    [JSON_BAD_SYNTAX] = "not valid JSON",
    [JSON_BAD_UTF8] = "a string is not valid UTF-8",
    [JSON_TOO_DEEP] = "nested too deeply",
    [JSON_TOO_MANY] = "too many values",
    [JSON_TOO_LARGE] = "too large",
};

const char *json_status_text(enum json_status status) {
    return STATUS_TEXT[status];
}

static inline const unsigned char *skip_space(const unsigned char *p, const unsigned char *end) {
    while (p < end && *p <= ' ' && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    return p;
}

// The scanners take the place where a value begins and return the one behind it, or NULL with the fault noted.
static __attribute__((noinline, cold)) const unsigned char *fault(struct scan *s, const unsigned char *at,
                                                                  enum json_status status) {
    s->at = at;
    s->status = status;
    return NULL;
}

static __attribute__((noinline)) bool make_room(struct scan *s) {
    struct json_doc *d = s->doc;
    if (s->count >= s->max_nodes) return false;
    if (s->count == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 64;
        d->nodes = mem_grow(d->nodes, (size_t)cap * sizeof *d->nodes);
        d->cap = cap;
        s->nodes = d->nodes;
    }
    s->room = d->cap < s->max_nodes ? d->cap : s->max_nodes;
    return true;
}

static inline bool has_room(struct scan *s) {
    return __builtin_expect(s->count < s->room, 1) || make_room(s);
}

// A value without children; there is room for it.
static inline void add_leaf(struct scan *s, enum json_type type, const unsigned char *from, const unsigned char *to,
                            bool escaped) {
    struct json_node *n = &s->nodes[s->count++];
    n->start = (uint32_t)(from - s->begin);
    n->end = (uint32_t)(to - s->begin);
    n->next = s->count;
    n->type = (uint8_t)type;
    n->escaped = escaped;
}

// Length of the UTF-8 sequence at p (2 to 4), or 0: RFC 3629, no overlong forms, no surrogates.
static inline int sequence_length(const unsigned char *p, const unsigned char *end) {
    ptrdiff_t left = end - p;
    if (p[0] < 0xc2) return 0;
    if (p[0] < 0xe0) return left > 1 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (p[0] < 0xf0) {
        if (left < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80) return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
        return 3;
    }
    if (p[0] > 0xf4 || left < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80) return 0;
    if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
    return 4;
}

// The first byte that needs a look: quote, backslash, control, or above ASCII.
static inline const unsigned char *skip_plain(const unsigned char *p, const unsigned char *end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    // signed comparison: bytes above ASCII are negative, so they are below a space too
#define NOT_PLAIN(v)                                                                                                   \
    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)), _mm_cmplt_epi8(v, space))
    if (end - p >= 16) { // most strings are short
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        int mask = _mm_movemask_epi8(NOT_PLAIN(v));
        if (mask) return p + __builtin_ctz((unsigned)mask);
        p += 16;
    }
    for (; end - p >= 32; p += 32) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i w = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
        v = NOT_PLAIN(v), w = NOT_PLAIN(w);
        if (!_mm_movemask_epi8(_mm_or_si128(v, w))) continue;
        unsigned mask = (unsigned)_mm_movemask_epi8(v) | (unsigned)_mm_movemask_epi8(w) << 16;
        return p + __builtin_ctz(mask);
    }
#undef NOT_PLAIN
#endif
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') p++;
    return p;
}

static bool is_hex(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// Past the escape at p, or NULL.
static const unsigned char *skip_escape(const unsigned char *p, const unsigned char *end) {
    if (end - p < 2) return NULL;
    if (p[1] != 'u') return p[1] && strchr("\"\\/bfnrt", p[1]) ? p + 2 : NULL;
    if (end - p < 6) return NULL;
    for (int i = 2; i < 6; i++)
        if (!is_hex(p[i])) return NULL;
    return p + 6;
}

// Goes on, at a byte that is not plain, to the closing quote. False: *at is the wrong byte.
static __attribute__((noinline)) bool skip_string(const unsigned char **at, const unsigned char *end, bool *escaped,
                                                  enum json_status *status) {
    const unsigned char *p = *at;
    *status = JSON_BAD_SYNTAX;
    for (;;) {
        *at = p = skip_plain(p, end);
        if (p == end) return false;
        if (*p == '"') return true;
        if (*p == '\\') {
            *escaped = true;
            if (!(p = skip_escape(p, end))) return false;
        } else if (*p >= 0x80) {
            int n = sequence_length(p, end);
            if (!n) {
                *status = JSON_BAD_UTF8;
                return false;
            }
            p += n;
        } else {
            return false; // a control character
        }
    }
}

size_t json_string_length(struct span text) {
    const unsigned char *begin = (const unsigned char *)text.at, *end = begin + text.len, *p = skip_plain(begin, end);
    bool escaped;
    enum json_status status;
    if ((p == end || *p != '"') && !skip_string(&p, end, &escaped, &status)) return SIZE_MAX;
    return (size_t)(p - begin);
}

static inline __attribute__((always_inline)) const unsigned char *scan_string(struct scan *s,
                                                                              const unsigned char *from) {
    bool escaped = false;
    enum json_status status;
    if (!has_room(s)) return fault(s, from, JSON_TOO_MANY);
    const unsigned char *p = skip_plain(from + 1, s->end);
    if ((p == s->end || *p != '"') && !skip_string(&p, s->end, &escaped, &status)) return fault(s, p, status);
    add_leaf(s, JSON_STRING, from, p + 1, escaped);
    return p + 1;
}

static inline bool is_digit(const unsigned char *p, const unsigned char *end) {
    return p < end && *p >= '0' && *p <= '9';
}

static const unsigned char *scan_number(struct scan *s, const unsigned char *from) {
    const unsigned char *p = from, *end = s->end;
    if (!has_room(s)) return fault(s, from, JSON_TOO_MANY);
    if (*p == '-') p++;
    if (!is_digit(p, end)) return fault(s, p, JSON_BAD_SYNTAX);
    if (*p == '0') p++;
    else
        while (is_digit(p, end)) p++;
    if (p < end && *p == '.') {
        p++;
        if (!is_digit(p, end)) return fault(s, p, JSON_BAD_SYNTAX);
        while (is_digit(p, end)) p++;
    }
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        if (!is_digit(p, end)) return fault(s, p, JSON_BAD_SYNTAX);
        while (is_digit(p, end)) p++;
    }
    add_leaf(s, JSON_NUMBER, from, p, false);
    return p;
}

static inline const unsigned char *scan_word(struct scan *s, const unsigned char *from, struct span word,
                                             enum json_type type) {
    if ((size_t)(s->end - from) < word.len || memcmp(from, word.at, word.len) != 0)
        return fault(s, from, JSON_BAD_SYNTAX);
    if (!has_room(s)) return fault(s, from, JSON_TOO_MANY);
    add_leaf(s, type, from, from + word.len, false);
    return from + word.len;
}

static inline const unsigned char *scan_scalar(struct scan *s, const unsigned char *p) {
    switch (*p) {
    case '"': return scan_string(s, p);
    case 't': return scan_word(s, p, SPAN("true"), JSON_TRUE);
    case 'f': return scan_word(s, p, SPAN("false"), JSON_FALSE);
    case 'n': return scan_word(s, p, SPAN("null"), JSON_NULL);
    default: return scan_number(s, p);
    }
}

// A key and its colon; returns where the value stands.
static inline const unsigned char *scan_key(struct scan *s, const unsigned char *p) {
    if (p == s->end || *p != '"') return fault(s, p, JSON_BAD_SYNTAX);
    if (!(p = scan_string(s, p))) return NULL;
    p = skip_space(p, s->end);
    if (p == s->end || *p != ':') return fault(s, p, JSON_BAD_SYNTAX);
    return skip_space(p + 1, s->end);
}

// One loop and an explicit stack: depth costs no call stack.
static const unsigned char *scan_value(struct scan *s, const unsigned char *p, uint32_t max_depth) {
    uint32_t stack[JSON_DEPTH_CEILING], depth = 0;
    const unsigned char *end = s->end;
    bool object = false; // the innermost container that is open
    for (;;) {
        if (p == end) return fault(s, p, JSON_BAD_SYNTAX);
        if (*p == '{' || *p == '[') {
            if (depth >= max_depth) return fault(s, p, JSON_TOO_DEEP);
            if (!has_room(s)) return fault(s, p, JSON_TOO_MANY);
            object = *p == '{';
            stack[depth++] = s->count;
            add_leaf(s, object ? JSON_OBJECT : JSON_ARRAY, p, p, false); // its end and next are set when it closes
            p = skip_space(p + 1, end);
            if (p < end && *p == (object ? '}' : ']')) goto close;
            if (object && !(p = scan_key(s, p))) return NULL;
            continue;
        }
        if (!(p = scan_scalar(s, p))) return NULL;
    after:
        if (depth == 0) return p;
        p = skip_space(p, end);
        if (p == end) return fault(s, p, JSON_BAD_SYNTAX);
        if (*p == ',') {
            p = skip_space(p + 1, end);
            if (object && !(p = scan_key(s, p))) return NULL;
            continue;
        }
        if (*p != (object ? '}' : ']')) return fault(s, p, JSON_BAD_SYNTAX);
    close:;
        struct json_node *closed = &s->nodes[stack[--depth]];
        closed->end = (uint32_t)(++p - s->begin);
        closed->next = s->count;
        object = depth && s->nodes[stack[depth - 1]].type == JSON_OBJECT;
        goto after;
    }
}

enum json_status json_parse(struct json_doc *doc, struct span text, const struct json_limits *limits, size_t *at) {
    doc->text = text.at;
    doc->len = text.len;
    doc->count = 0;
    *at = 0;
    if (text.len >= UINT32_MAX) return JSON_TOO_LARGE;
    if (text.len == 0) return JSON_BAD_SYNTAX;
    const unsigned char *begin = (const unsigned char *)text.at, *end = begin + text.len;
    struct scan s = {.doc = doc, .begin = begin, .end = end, .nodes = doc->nodes, .max_nodes = limits->max_nodes};
    s.room = doc->cap < s.max_nodes ? doc->cap : s.max_nodes;
    uint32_t depth = limits->max_depth < JSON_DEPTH_CEILING ? limits->max_depth : JSON_DEPTH_CEILING;
    const unsigned char *p = scan_value(&s, skip_space(begin, end), depth);
    if (p && (p = skip_space(p, end)) != end) p = fault(&s, p, JSON_BAD_SYNTAX);
    if (p) {
        doc->count = s.count;
        return JSON_OK;
    }
    *at = (size_t)(s.at - begin);
    return s.status;
}

void json_free(struct json_doc *doc) {
    free(doc->nodes);
    *doc = (struct json_doc){0};
}

// ---------------------------------------------------------------- reading

static bool node_text_is(const struct json_doc *doc, uint32_t node, const char *z, size_t n) {
    const struct json_node *v = &doc->nodes[node];
    struct span raw = {doc->text + v->start + 1, v->end - v->start - 2};
    if (!v->escaped) return raw.len == n && memcmp(raw.at, z, n) == 0;
    if (raw.len < n || raw.len > n * 6) return false;
    char decoded[256 * 6];
    if (raw.len > sizeof decoded) return false; // no key that we ask for is that long
    return json_unescape(raw, decoded) == n && memcmp(decoded, z, n) == 0;
}

bool json_text_is(const struct json_doc *doc, uint32_t node, const char *z) {
    return json_is(doc, node, JSON_STRING) && node_text_is(doc, node, z, strlen(z));
}

uint32_t json_get_key(const struct json_doc *doc, uint32_t obj, struct span key) {
    const struct json_node *nodes = doc->nodes;
    if (doc->count == 0 || nodes[obj].type != JSON_OBJECT) return 0;
    uint32_t found = 0;
    for (uint32_t k = obj + 1, end = nodes[obj].next; k < end; k = nodes[k + 1].next) {
        const struct json_node *n = &nodes[k];
        if (n->escaped) {
            if (node_text_is(doc, k, key.at, key.len)) found = k + 1;
        } else if (n->end - n->start - 2 == key.len && memcmp(doc->text + n->start + 1, key.at, key.len) == 0) {
            found = k + 1;
        }
    }
    return found;
}

uint32_t json_path(const struct json_doc *doc, uint32_t obj, ...) {
    va_list keys;
    va_start(keys, obj);
    const char *key = va_arg(keys, const char *);
    while (key && (obj = json_get(doc, obj, key)) != 0) key = va_arg(keys, const char *);
    va_end(keys);
    return obj;
}

bool json_int(const struct json_doc *doc, uint32_t node, int64_t *out) {
    if (!json_is(doc, node, JSON_NUMBER)) return false;
    struct span raw = json_raw(doc, node);
    bool negative = raw.at[0] == '-';
    int64_t v = 0;
    for (size_t i = negative; i < raw.len; i++) {
        if (raw.at[i] < '0' || raw.at[i] > '9') return false;
        int digit = raw.at[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v)) return false;
    }
    if (!negative && v == INT64_MIN) return false;
    *out = negative ? v : -v;
    return true;
}

bool json_real(const struct json_doc *doc, uint32_t node, double *out) {
    if (!json_is(doc, node, JSON_NUMBER)) return false;
    struct span raw = json_raw(doc, node);
    char text[64];
    if (raw.len >= sizeof text) return false;
    memcpy(text, raw.at, raw.len);
    text[raw.len] = 0;
    double v = strtod(text, NULL);
    if (!isfinite(v)) return false;
    *out = v;
    return true;
}

uint32_t json_count(const struct json_doc *doc, uint32_t node) {
    const struct json_node *n = &doc->nodes[node];
    uint32_t count = 0;
    if (n->type == JSON_ARRAY)
        for (uint32_t v = node + 1; v < n->next; v = doc->nodes[v].next) count++;
    if (n->type == JSON_OBJECT)
        for (uint32_t k = node + 1; k < n->next; k = doc->nodes[k + 1].next) count++;
    return count;
}

// ---------------------------------------------------------------- strings

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

void json_put_string(struct buf *b, struct span s) {
    const unsigned char *p = (const unsigned char *)(s.at ? s.at : ""), *end = p + s.len;
    buf_add_char(b, '"');
    while (p < end) {
        const unsigned char *stop = skip_plain(p, end);
        buf_add(b, p, (size_t)(stop - p));
        if ((p = stop) == end) break;
        if (*p >= 0x80) {
            int n = sequence_length(p, end);
            buf_add(b, n ? (const char *)p : "\xef\xbf\xbd", n ? (size_t)n : 3);
            p += n ? n : 1;
        } else {
            if (*p == '"' || *p == '\\') {
                char two[2] = {'\\', (char)*p};
                buf_add(b, two, 2);
            } else {
                put_control(b, *p);
            }
            p++;
        }
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
