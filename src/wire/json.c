#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "wire/json_internal.h"
#include "wire/plain_bytes.h"

#define INLINE inline __attribute__((always_inline))
#define APART __attribute__((noinline)) // what few values need does not stand among what all need

// ---------------------------------------------------------------- scanning

struct scan {
    const unsigned char *text;
    size_t len;
    struct json_doc *doc;
    uint32_t max_nodes;
    enum json_type type; // of the number or word that was read last
    bool escaped;        // the string that was read last, unless it was a short one
    enum json_status status;
    size_t at; // where the fault is
};

// Where the next node goes. Apart from what functions that are not inline are given, so that it stays in registers.
struct place {
    struct json_node *nodes; // those of the document
    uint32_t count;          // in use; the document learns it at the end
    uint32_t room;           // can be taken before make_room is asked
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

// The scanners take the place where something begins and return the one behind it, or FAULT with the fault noted.
#define FAULT SIZE_MAX

static APART __attribute__((cold)) size_t fault(struct scan *s, size_t at, enum json_status status) {
    s->at = at;
    s->status = status;
    return FAULT;
}

static APART size_t skip_space(const unsigned char *text, size_t len, size_t i) {
    if (len - i > 1 && text[i] == ' ' && text[i + 1] > ' ') return i + 1; // most writers that put spaces put one
#ifdef __SSSE3__
    const __m128i table = _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);
    for (; len - i >= 16; i += 16) { // they differ in their low halves
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
        int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_shuffle_epi8(table, v), v)) ^ 0xffff;
        if (mask) return i + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    while (i < len && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r')) i++;
    return i;
}

// What stands at i; 0, which stands nowhere outside of strings, at the end.
static INLINE unsigned char byte_at(const unsigned char *text, size_t len, size_t i) {
    return i < len ? text[i] : 0;
}

static APART struct place make_room(const struct scan *s, uint32_t count) {
    struct json_doc *d = s->doc;
    if (count < s->max_nodes && count == d->cap) {
        uint32_t cap = d->cap ? d->cap * 2 : 64;
        d->nodes = mem_grow(d->nodes, (size_t)cap * sizeof *d->nodes);
        d->cap = cap;
    }
    return (struct place){d->nodes, count, d->cap < s->max_nodes ? d->cap : s->max_nodes};
}

static INLINE bool has_room(const struct scan *s, struct place *to) {
    if (__builtin_expect(to->count < to->room, 1)) return true;
    *to = make_room(s, to->count);
    return to->count < to->room;
}

// A value without children, or so far without; there is room for it.
static INLINE void add_node(struct place *to, enum json_type type, size_t from, size_t past, bool escaped) {
    struct json_node *n = &to->nodes[to->count++];
    n->start = (uint32_t)from;
    n->end = (uint32_t)past;
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
static APART bool skip_string(const unsigned char **at, const unsigned char *end, bool *escaped,
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

// i stands behind the opening quote; notes whether there are escapes.
static APART size_t scan_string(struct scan *s, size_t i) {
    const unsigned char *end = s->text + s->len, *p = plain_bytes_skip_wide(s->text + i, end);
    enum json_status status;
    s->escaped = false;
    if ((p == end || *p != '"') && !skip_string(&p, end, &s->escaped, &status))
        return fault(s, (size_t)(p - s->text), status);
    return (size_t)(p - s->text) + 1;
}

// The same for one that ends in the next 16 bytes, as most do; 0 for any other.
static INLINE size_t scan_short_string(const unsigned char *text, size_t len, size_t i) {
#ifdef __SSSE3__
    if (__builtin_expect(len - i < 16, 0)) return 0;
    size_t stop = i + (size_t)__builtin_ctz((unsigned)plain_bytes_end16(text + i) | 0x8000);
    return text[stop] == '"' ? stop + 1 : 0;
#else
    (void)text, (void)len, (void)i;
    return 0;
#endif
}

static inline bool is_digit(unsigned char c) {
    return (unsigned char)(c - '0') < 10;
}

static inline size_t skip_digits(const struct scan *s, size_t i) {
    while (i < s->len && is_digit(s->text[i])) i++;
    return i;
}

// Past a number as most are: without sign and exponent, of up to 16 bytes; i where it is another, or none. i is not the
// last byte. Where the text ends in the 16 bytes, earlier ones are looked at too and shifted out again.
static inline size_t skip_short_number(const struct scan *s, size_t i) {
#ifdef __SSSE3__
    if (s->len <= 16) return i;
    size_t from = i < s->len - 17 ? i : s->len - 17;
    const unsigned char *p = s->text + i;
    __m128i v = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s->text + from)), _mm_set1_epi8('0'));
    unsigned digits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(9)), v));
    unsigned ends = (digits ^ 0x1ffff) >> (i - from), behind = 0x10000u >> (i - from);
    unsigned whole = (unsigned)__builtin_ctz(ends);
    bool point = p[whole] == '.';
    unsigned past = point ? (unsigned)__builtin_ctz((ends & (ends - 1)) | behind) : whole;
    // no branch for each: what is another number is read again, from the start
    bool good = (whole > 0) & ((whole == 1) | (*p != '0')) & (!point | (past > whole + 1)) & !is_digit(p[past]) &
                ((p[past] | 0x20) != 'e');
    return good ? i + past : i;
#else
    (void)s;
    return i;
#endif
}

static inline size_t scan_number(struct scan *s, size_t i) {
    const unsigned char *text = s->text;
    size_t len = s->len, from;
    if (text[i] == '-') i++;
    from = i;
    if ((i = skip_digits(s, i)) == from) return fault(s, i, JSON_BAD_SYNTAX);
    if (text[from] == '0') i = from + 1;
    if (i < len && text[i] == '.') {
        from = i + 1;
        if ((i = skip_digits(s, from)) == from) return fault(s, i, JSON_BAD_SYNTAX);
    }
    if (i < len && (text[i] | 0x20) == 'e') {
        from = i + 1;
        if (from < len && (text[from] == '+' || text[from] == '-')) from++;
        if ((i = skip_digits(s, from)) == from) return fault(s, i, JSON_BAD_SYNTAX);
    }
    return i;
}

static inline size_t scan_word(struct scan *s, size_t i, struct span word, enum json_type type) {
    s->type = type;
    if (s->len - i < word.len || memcmp(s->text + i, word.at, word.len) != 0) return fault(s, i, JSON_BAD_SYNTAX);
    return i + word.len;
}

// A value that begins with c and is no string, array or object; notes its type.
static APART size_t scan_bare(struct scan *s, size_t i, unsigned char c) {
    if (is_digit(c) && i + 1 < s->len) {
        size_t past = skip_short_number(s, i);
        s->type = JSON_NUMBER;
        if (past != i) return past;
    }
    if (c == 'n') return scan_word(s, i, SPAN("null"), JSON_NULL);
    if (c == 't') return scan_word(s, i, SPAN("true"), JSON_TRUE);
    if (c == 'f') return scan_word(s, i, SPAN("false"), JSON_FALSE);
    if (i == s->len) return fault(s, i, JSON_BAD_SYNTAX);
    s->type = JSON_NUMBER;
    return scan_number(s, i);
}

// There is no room for the value, or the key, that begins at i. Another fault at that place goes first.
static APART __attribute__((cold)) size_t refuse_value(struct scan *s, size_t i, bool key, bool too_deep) {
    i = skip_space(s->text, s->len, i);
    unsigned char c = byte_at(s->text, s->len, i);
    if (key) return fault(s, i, c == '"' ? JSON_TOO_MANY : JSON_BAD_SYNTAX);
    if ((c == '{' || c == '[') && too_deep) return fault(s, i, JSON_TOO_DEEP);
    if ((c == 't' || c == 'f' || c == 'n' || i == s->len) && scan_bare(s, i, c) == FAULT) return FAULT;
    return fault(s, i, JSON_TOO_MANY);
}

// The containers that are open. Their stack is in the nodes: the `next` of each holds the one around it.
struct nest {
    uint32_t open, depth; // the innermost one, and how many there are
    unsigned char close;  // what ends it
};

static INLINE void open_container(struct nest *n, struct place *to, size_t i, unsigned char c) {
    add_node(to, c == '{' ? JSON_OBJECT : JSON_ARRAY, i, 0, false);
    to->nodes[to->count - 1].next = n->open;
    *n = (struct nest){to->count - 1, n->depth + 1, (unsigned char)(c + 2)}; // ] and } stand two behind [ and {
}

static INLINE void close_container(struct nest *n, const struct place *to, size_t past) {
    struct json_node *closed = &to->nodes[n->open];
    n->open = closed->next;
    n->close = to->nodes[n->open].type == JSON_OBJECT ? '}' : ']';
    n->depth--;
    closed->end = (uint32_t)past;
    closed->next = to->count;
}

// One loop for values and keys, which are mostly strings; depth costs no call stack. White space is looked for only
// where nothing else fits.
static size_t scan_value(struct scan *s, uint32_t max_depth) {
    const unsigned char *const text = s->text;
    const size_t len = s->len;
    struct place to = {s->doc->nodes, 0, s->doc->cap < s->max_nodes ? s->doc->cap : s->max_nodes};
    struct nest in = {0};
    bool key = false; // a key has to come
    size_t i = 0, past;
    for (;;) {
        unsigned char c = byte_at(text, len, i);
        if (!has_room(s, &to)) return refuse_value(s, i, key, in.depth >= max_depth);
        if (c == '"') {
            bool escaped = false;
            if (!(past = scan_short_string(text, len, i + 1))) {
                if ((past = scan_string(s, i + 1)) == FAULT) return FAULT;
                escaped = s->escaped;
            }
            add_node(&to, JSON_STRING, i, past, escaped);
            i = past;
            if (key) {
                if (byte_at(text, len, i) != ':') i = skip_space(text, len, i);
                if (byte_at(text, len, i) != ':') return fault(s, i, JSON_BAD_SYNTAX);
                i++;
                key = false;
                continue;
            }
        } else if (key || c <= ' ') {
            if ((past = skip_space(text, len, i)) == i) return fault(s, i, JSON_BAD_SYNTAX);
            i = past;
            continue;
        } else if (c == '{' || c == '[') {
            if (in.depth >= max_depth) return fault(s, i, JSON_TOO_DEEP);
            open_container(&in, &to, i, c);
            if (byte_at(text, len, ++i) <= ' ') i = skip_space(text, len, i);
            if (byte_at(text, len, i) != in.close) {
                key = in.close == '}';
                continue;
            }
        } else {
            if ((past = scan_bare(s, i, c)) == FAULT) return FAULT;
            add_node(&to, s->type, i, past, false);
            i = past;
        }
        if (in.depth == 0) break;
        while ((c = byte_at(text, len, i)) != ',') {
            if (c == in.close) {
                close_container(&in, &to, ++i);
                if (in.depth == 0) goto done;
            } else {
                if ((past = skip_space(text, len, i)) == i) return fault(s, i, JSON_BAD_SYNTAX);
                i = past;
            }
        }
        i++;
        key = in.close == '}';
    }
done:
    s->doc->count = to.count;
    return i;
}

enum json_status json_parse(struct json_doc *doc, struct span text, const struct json_limits *limits, size_t *at) {
    doc->text = text.at;
    doc->len = text.len;
    doc->count = 0;
    *at = 0;
    if (text.len >= UINT32_MAX) return JSON_TOO_LARGE;
    if (text.len == 0) return JSON_BAD_SYNTAX;
    struct scan s = {
        .text = (const unsigned char *)text.at, .len = text.len, .doc = doc, .max_nodes = limits->max_nodes};
    uint32_t depth = limits->max_depth < JSON_DEPTH_CEILING ? limits->max_depth : JSON_DEPTH_CEILING;
    size_t past = scan_value(&s, depth);
    if (past != FAULT && past != text.len && (past = skip_space(s.text, text.len, past)) != text.len)
        past = fault(&s, past, JSON_BAD_SYNTAX);
    if (past != FAULT) return JSON_OK;
    doc->count = 0;
    *at = s.at;
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
