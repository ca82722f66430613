// A growing byte buffer that knows its maximum from the start.
//
// Appending past the maximum sets `full` and drops the bytes; `full` stays set until buf_reset, so
// a writer may append a whole message and check once. The bytes are always followed by a NUL that
// is not counted. Not for sharing between threads.
#ifndef SLUICE_BASE_BUF_H
#define SLUICE_BASE_BUF_H

#include "base/span.h"

struct buf {
    char *at;   // bytes, NUL after the last, or NULL before the first append
    size_t len; // bytes in use
    size_t cap; // bytes allocated
    size_t max; // limit for len
    bool full;  // something did not fit: the content is not to be used
};

void buf_init(struct buf *b, size_t max);
// Behind buf_free, where there is memory to be given back.
void buf_free_memory(struct buf *b);
// Forgets the content, keeps the memory.
void buf_reset(struct buf *b);
// Room for n more bytes; returns where to write, or NULL (and `full`) at the maximum.
char *buf_reserve(struct buf *b, size_t n) __attribute__((warn_unused_result));
// Behind buf_add, where memory has to be got or the maximum is reached.
void buf_add_slowly(struct buf *b, const void *bytes, size_t n);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Drops the first n bytes.
void buf_consume(struct buf *b, size_t n);

// Inline: a head is written in two dozen pieces, most of a length that is known when compiling.
static inline void buf_add(struct buf *b, const void *bytes, size_t n) {
    if (n == 0 || b->full || n >= b->cap - b->len) { // cap is at most max + 1
        buf_add_slowly(b, bytes, n);
        return;
    }
    memcpy(b->at + b->len, bytes, n);
    b->len += n;
    b->at[b->len] = 0;
}

// Wipes and frees; the buffer can be used again with the same maximum. Most of those that are freed hold nothing.
static inline void buf_free(struct buf *b) {
    if (b->at) buf_free_memory(b);
    b->full = false;
}

static inline void buf_add_span(struct buf *b, struct span s) {
    buf_add(b, s.at, s.len);
}

static inline void buf_add_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

static inline void buf_add_z(struct buf *b, const char *z) {
    buf_add(b, z, strlen(z));
}

static inline struct span buf_span(const struct buf *b) {
    return (struct span){b->at, b->len};
}

#endif
