#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "wire/json_internal.h"
#include "wire/plain_bytes.h"

#define INLINE inline __attribute__((always_inline))

// ---------------------------------------------------------------- scanning

struct scan {
    struct json_doc *doc;
    const unsigned char *begin, *end;
    const unsigned char *at; // where the fault is
    uint32_t max_nodes;
    enum json_status status;
};

// Where the next node goes. Apart from what functions that are not inline are given, so that it stays in registers.
struct place {
    const unsigned char *begin, *end; // of the text
    struct json_node *nodes;          // those of the document
    uint32_t count;                   // in use; the document learns it at the end
    uint32_t room;                    // can be taken before make_room is asked
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

static __attribute__((noinline)) const unsigned char *skip_space(const unsigned char *p, const unsigned char *end) {
#ifdef __SSSE3__
    const __m128i table = _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);
    for (; end - p >= 16; p += 16) { // they differ in their low halves
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_shuffle_epi8(table, v), v)) ^ 0xffff;
        if (mask) return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    return p;
}

// The next byte that is no white space; 0, which stands nowhere outside of strings, at the end.
static INLINE unsigned char next_byte(const unsigned char **p, const unsigned char *end) {
    unsigned char c = *p < end ? **p : 0;
    if (__builtin_expect(c > ' ', 1)) return c;
    if (c == ' ' && end - *p > 1 && (*p)[1] > ' ') return *++*p; // most writers that put spaces put one
    *p = skip_space(*p, end);
    return *p < end ? **p : 0;
}

// The scanners take the place where a value begins and return the one behind it, or NULL with the fault noted.
static __attribute__((noinline, cold)) const unsigned char *fault(struct scan *s, const unsigned char *at,
                                                                  enum json_status status) {
    s->at = at;
    s->status = status;
    return NULL;
}

static __attribute__((noinline)) struct place make_room(const struct scan *s, struct place to) {
    struct json_doc *d = s->doc;
    if (to.count < s->max_nodes && to.count == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 64;
        d->nodes = mem_grow(d->nodes, (size_t)cap * sizeof *d->nodes);
        d->cap = cap;
    }
    return (struct place){s->begin, s->end, d->nodes, to.count, d->cap < s->max_nodes ? d->cap : s->max_nodes};
}

static INLINE bool has_room(const struct scan *s, struct place *to) {
    if (__builtin_expect(to->count < to->room, 1)) return true;
    *to = make_room(s, *to);
    return to->count < to->room;
}

// A value without children; there is room for it.
static INLINE void add_leaf(struct place *to, enum json_type type, const unsigned char *from, const unsigned char *past,
                            bool escaped) {
    struct json_node *n = &to->nodes[to->count++];
    n->start = (uint32_t)(from - to->begin);
    n->end = (uint32_t)(past - to->begin);
    n->next = to->count;
    n->type = (uint8_t)type;
    n->escaped = escaped;
}

static bool is_hex(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static inline bool is_short_escape(unsigned char c) { // strchr would cost more than all the rest of a line of code
#define AT(c) (UINT64_C(1) << ((c)-64))
    if (c >= 64) return c < 128 && (AT('\\') | AT('b') | AT('f') | AT('n') | AT('r') | AT('t')) >> (c - 64) & 1;
#undef AT
    return c == '"' || c == '/';
}

// Past the escape at p, or NULL.
static inline const unsigned char *skip_escape(const unsigned char *p, const unsigned char *end) {
    if (end - p < 2) return NULL;
    if (is_short_escape(p[1])) return p + 2;
    if (p[1] != 'u' || end - p < 6) return NULL;
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
        *at = p;
        if (p == end) return false;
        if (*p >= 0x80) { // characters of other scripts stand together: no search between them
            int n = sequence_length(p, end);
            if (!n) {
                *status = JSON_BAD_UTF8;
                return false;
            }
            p += n;
        } else if (*p == '"') {
            return true;
        } else if (*p == '\\') {
            *escaped = true;
            if (!(p = skip_escape(p, end))) return false;
        } else if (*p < ' ') {
            return false;
        } else {
            p = plain_bytes_skip(p + 1, end);
        }
    }
}

size_t json_string_length(struct span text) {
    const unsigned char *begin = (const unsigned char *)text.at, *end = begin + text.len;
    const unsigned char *p = plain_bytes_skip(begin, end);
    bool escaped;
    enum json_status status;
    if ((p == end || *p != '"') && !skip_string(&p, end, &escaped, &status)) return SIZE_MAX;
    return (size_t)(p - begin);
}

static INLINE const unsigned char *scan_string(struct scan *s, struct place *to, const unsigned char *from) {
    if (!has_room(s, to)) return fault(s, from, JSON_TOO_MANY);
    const unsigned char *p = plain_bytes_skip(from + 1, to->end);
    bool escaped = false;
    if (__builtin_expect(p == to->end || *p != '"', 0)) {
        enum json_status status;
        const unsigned char *on = p; // p and whether it is escaped stay in registers
        bool seen = false;
        if (!skip_string(&on, to->end, &seen, &status)) return fault(s, on, status);
        p = on;
        escaped = seen;
    }
    add_leaf(to, JSON_STRING, from, p + 1, escaped);
    return p + 1;
}

static inline bool is_digit(const unsigned char *p, const unsigned char *end) {
    return p < end && *p >= '0' && *p <= '9';
}

static INLINE const unsigned char *scan_number(struct scan *s, struct place *to, const unsigned char *from) {
    const unsigned char *p = from, *end = to->end;
    if (!has_room(s, to)) return fault(s, from, JSON_TOO_MANY);
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
    add_leaf(to, JSON_NUMBER, from, p, false);
    return p;
}

static INLINE const unsigned char *scan_word(struct scan *s, struct place *to, const unsigned char *from,
                                             struct span word, enum json_type type) {
    if ((size_t)(to->end - from) < word.len || memcmp(from, word.at, word.len) != 0)
        return fault(s, from, JSON_BAD_SYNTAX);
    if (!has_room(s, to)) return fault(s, from, JSON_TOO_MANY);
    add_leaf(to, type, from, from + word.len, false);
    return from + word.len;
}

static INLINE const unsigned char *scan_scalar(struct scan *s, struct place *to, const unsigned char *p,
                                               unsigned char c) {
    if (c == '"') return scan_string(s, to, p); // a chain, not a switch: a jump through a table costs more
    if (c == 't') return scan_word(s, to, p, SPAN("true"), JSON_TRUE);
    if (c == 'f') return scan_word(s, to, p, SPAN("false"), JSON_FALSE);
    if (c == 'n') return scan_word(s, to, p, SPAN("null"), JSON_NULL);
    return scan_number(s, to, p);
}

// A key and its colon; returns the place behind it.
static INLINE const unsigned char *scan_key(struct scan *s, struct place *to, const unsigned char *p) {
    if (next_byte(&p, to->end) != '"') return fault(s, p, JSON_BAD_SYNTAX);
    if (!(p = scan_string(s, to, p))) return NULL;
    if (next_byte(&p, to->end) != ':') return fault(s, p, JSON_BAD_SYNTAX);
    return p + 1;
}

// One loop and an explicit stack: depth costs no call stack.
static const unsigned char *scan_value(struct scan *s, const unsigned char *p, uint32_t max_depth) {
    struct place to = {s->begin, s->end, s->doc->nodes, 0, s->doc->cap < s->max_nodes ? s->doc->cap : s->max_nodes};
    uint32_t stack[JSON_DEPTH_CEILING], depth = 0;
    const unsigned char *end = s->end;
    unsigned char close = 0; // what ends the innermost container that is open
    for (;;) {
        unsigned char c = next_byte(&p, end);
        if (c == '{' || c == '[') {
            if (depth >= max_depth) return fault(s, p, JSON_TOO_DEEP);
            if (!has_room(s, &to)) return fault(s, p, JSON_TOO_MANY);
            close = (unsigned char)(c + 2); // ] and } stand two behind [ and {
            stack[depth++] = to.count;
            add_leaf(&to, c == '{' ? JSON_OBJECT : JSON_ARRAY, p, p, false); // end and next are set when it closes
            p++;
            if (next_byte(&p, end) != close) goto member;
        } else {
            if (p == end) return fault(s, p, JSON_BAD_SYNTAX);
            if (!(p = scan_scalar(s, &to, p, c))) return NULL;
            if (depth == 0) break;
            if ((c = next_byte(&p, end)) == ',') goto next;
            if (c != close) return fault(s, p, JSON_BAD_SYNTAX);
        }
        for (;;) { // closes, as long as one container ends after the other
            struct json_node *closed = &to.nodes[stack[--depth]];
            closed->end = (uint32_t)(++p - to.begin);
            closed->next = to.count;
            if (depth == 0) goto done;
            close = to.nodes[stack[depth - 1]].type == JSON_OBJECT ? '}' : ']';
            if ((c = next_byte(&p, end)) == ',') break;
            if (c != close) return fault(s, p, JSON_BAD_SYNTAX);
        }
    next:
        p++;
    member:
        if (close == '}' && !(p = scan_key(s, &to, p))) return NULL;
    }
done:
    s->doc->count = to.count;
    return p;
}

enum json_status json_parse(struct json_doc *doc, struct span text, const struct json_limits *limits, size_t *at) {
    doc->text = text.at;
    doc->len = text.len;
    doc->count = 0;
    *at = 0;
    if (text.len >= UINT32_MAX) return JSON_TOO_LARGE;
    if (text.len == 0) return JSON_BAD_SYNTAX;
    const unsigned char *begin = (const unsigned char *)text.at, *end = begin + text.len;
    struct scan s = {.doc = doc, .begin = begin, .end = end, .max_nodes = limits->max_nodes};
    uint32_t depth = limits->max_depth < JSON_DEPTH_CEILING ? limits->max_depth : JSON_DEPTH_CEILING;
    const unsigned char *p = scan_value(&s, skip_space(begin, end), depth);
    if (p && (p = skip_space(p, end)) != end) p = fault(&s, p, JSON_BAD_SYNTAX);
    if (p) return JSON_OK;
    doc->count = 0;
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
    if (raw.len <= 18) { // cannot overflow
        size_t i = negative;
        for (unsigned digit; i < raw.len && (digit = (unsigned char)raw.at[i] - (unsigned)'0') < 10; i++)
            v = v * 10 + digit;
        if (i < raw.len) return false;
        *out = negative ? -v : v;
        return true;
    }
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
