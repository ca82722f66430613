#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/spare.h"

enum { FIRST_CAP = 256 };

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max};
}

void buf_free_memory(struct buf *b) {
    mem_wipe(b->at, b->cap);
    spare_give(b->at, b->cap);
    buf_init(b, b->max);
}

void buf_reset(struct buf *b) {
    b->len = 0;
    b->full = false;
    if (b->at) b->at[0] = 0;
}

char *buf_reserve(struct buf *b, size_t n) {
    if (b->full || n > b->max || b->len > b->max - n) {
        b->full = true;
        return NULL;
    }
    size_t need = b->len + n + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap * 2 : FIRST_CAP;
        if (cap > b->max + 1) cap = b->max + 1;
        if (cap < need) cap = need;
        char *fresh = spare_take(cap); // realloc would leave a copy of the old bytes behind
        if (b->at) memcpy(fresh, b->at, b->len + 1);
        else fresh[0] = 0;
        if (b->at) mem_wipe(b->at, b->cap);
        spare_give(b->at, b->cap);
        b->at = fresh;
        b->cap = cap;
    }
    return b->at + b->len;
}

void buf_add_slowly(struct buf *b, const void *bytes, size_t n) {
    char *to = buf_reserve(b, n);
    if (!to) return;
    if (n) memcpy(to, bytes, n);
    b->len += n;
    b->at[b->len] = 0;
}

void buf_add_u64(struct buf *b, uint64_t v) {
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_add_i64(struct buf *b, int64_t v) {
    if (v < 0) buf_add_char(b, '-');
    buf_add_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *to = n < 0 ? NULL : buf_reserve(b, (size_t)n);
    if (!to) return;
    va_start(args, format);
    vsnprintf(to, (size_t)n + 1, format, args);
    va_end(args);
    b->len += (size_t)n;
}

void buf_consume(struct buf *b, size_t n) {
    if (n >= b->len) {
        buf_reset(b);
        return;
    }
    memmove(b->at, b->at + n, b->len - n);
    b->len -= n;
    b->at[b->len] = 0;
}
