#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_CHUNK = 2048, LARGEST_CHUNK = 1 << 20, ALIGN = 16 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; // bytes after this header
    _Alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a, size_t max) {
    *a = (struct arena){.max = max};
}

void arena_release(struct arena *a) {
    while (a->chunk) {
        struct arena_chunk *dead = a->chunk;
        a->chunk = dead->older;
        mem_wipe(dead->bytes, dead->size);
        free(dead);
    }
    a->used = a->total = 0;
}

void arena_reset(struct arena *a) {
    struct arena_chunk *keep = a->chunk;
    if (!keep) return;
    a->chunk = keep->older;
    keep->older = NULL;
    size_t used = a->used;
    arena_release(a);
    mem_wipe(keep->bytes, used);
    a->chunk = keep;
    a->total = keep->size;
}

static bool add_chunk(struct arena *a, size_t need) {
    size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_CHUNK) size = LARGEST_CHUNK;
    if (size < need) size = need;
    if (size > a->max - a->total) size = a->max - a->total;
    if (size < need) return false;
    struct arena_chunk *fresh = mem_new(sizeof *fresh + size);
    fresh->older = a->chunk;
    fresh->size = size;
    a->chunk = fresh;
    a->total += size;
    a->used = 0;
    return true;
}

void *arena_alloc(struct arena *a, size_t n) {
    if (n > SIZE_MAX - ALIGN) return NULL;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if ((!a->chunk || a->chunk->size - a->used < n) && !add_chunk(a, n)) return NULL;
    void *at = a->chunk->bytes + a->used;
    a->used += n;
    if (a->used > a->chunk->size) a->used = a->chunk->size;
    return at;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    return arena_alloc(a, bytes);
}

char *arena_copy(struct arena *a, struct span s) {
    char *copy = arena_alloc(a, s.len + 1);
    if (copy && s.len) memcpy(copy, s.at, s.len);
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) return NULL;
    char *text = arena_alloc(a, (size_t)n + 1);
    if (!text) return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}
