// A span is a pointer and a length: how every string travels on the request path.
//
// A span never owns its bytes and need not end in NUL. It is passed by value and lives as long as
// the buffer or arena it points into. The empty span is {NULL, 0}; every function here accepts it.
#ifndef SLUICE_BASE_SPAN_H
#define SLUICE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *at; // first byte, or NULL when empty
    size_t len;     // bytes
};

#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})
#define SPAN_NONE ((struct span){NULL, 0})
// For printf: "%.*s", SPAN_ARG(s)
#define SPAN_ARG(s) (int)(s).len, ((s).at ? (s).at : "")

static inline struct span span_from(const char *z) {
    return (struct span){z, z ? strlen(z) : 0};
}

static inline struct span span_make(const char *at, size_t len) {
    return (struct span){at, len};
}

static inline bool span_is(struct span a, struct span b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool span_is_z(struct span a, const char *z) {
    return span_is(a, span_from(z));
}

static inline bool span_is_nocase(struct span a, struct span b) {
    return a.len == b.len && (a.len == 0 || strncasecmp(a.at, b.at, a.len) == 0);
}

static inline bool span_starts(struct span a, struct span prefix) {
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.at, prefix.at, prefix.len) == 0);
}

// The part of s from `from` (clamped) of at most `len` bytes.
static inline struct span span_sub(struct span s, size_t from, size_t len) {
    if (from >= s.len) return SPAN_NONE;
    if (len > s.len - from) len = s.len - from;
    return (struct span){s.at + from, len};
}

// Copies to where there is room; returns the place behind it. For heads, which are put together of many pieces.
static inline char *span_put(char *to, struct span s) {
    if (s.len) memcpy(to, s.at, s.len);
    return to + s.len;
}

// Copies into a fixed array, cut to fit and ended by NUL: what snprintf("%s") does, at a tenth of its cost.
static inline void span_copy_z(char *to, size_t size, const char *from) {
    size_t n = strlen(from);
    if (n > size - 1) n = size - 1;
    memcpy(to, from, n);
    to[n] = 0;
}

// The same between arrays of one size, the first ended by NUL: a few moves of whole words.
#define SPAN_COPY_SAME(to, from)                                                                                       \
    do {                                                                                                               \
        _Static_assert(sizeof(to) == sizeof(from), "arrays of one size");                                              \
        memcpy((to), (from), sizeof(to));                                                                              \
    } while (0)

// Offset of the first `needle` in s, or SIZE_MAX.
static inline size_t span_find(struct span s, struct span needle) {
    if (needle.len == 0 || s.len < needle.len) return SIZE_MAX;
    const char *p = memmem(s.at, s.len, needle.at, needle.len);
    return p ? (size_t)(p - s.at) : SIZE_MAX;
}

// s without the byte order mark that some editors and spreadsheets put before UTF-8.
static inline struct span span_unmarked(struct span s) {
    return s.len >= 3 && !memcmp(s.at, "\xef\xbb\xbf", 3) ? span_make(s.at + 3, s.len - 3) : s;
}

// s without white space (space, tab, CR, LF) at both ends.
static inline struct span span_trim(struct span s) {
    while (s.len && (s.at[0] == ' ' || (s.at[0] >= '\t' && s.at[0] <= '\r'))) s.at++, s.len--;
    while (s.len && (s.at[s.len - 1] == ' ' || (s.at[s.len - 1] >= '\t' && s.at[s.len - 1] <= '\r'))) s.len--;
    return s;
}

#endif
