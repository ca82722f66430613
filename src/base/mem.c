#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void *checked(void *p, size_t n) {
    if (p) return p;
    fprintf(stderr, "sluice: out of memory (%zu bytes wanted)\n", n);
    abort();
}

void *mem_new(size_t n) {
    return checked(calloc(1, n ? n : 1), n);
}

void *mem_new_array(size_t count, size_t size) {
    return checked(calloc(count ? count : 1, size ? size : 1), count);
}

void *mem_grow(void *old, size_t n) {
    return checked(realloc(old, n ? n : 1), n);
}

char *mem_copy_z(const char *z) {
    return mem_copy_span(span_from(z));
}

char *mem_copy_span(struct span s) {
    char *copy = mem_new(s.len + 1);
    if (s.len) memcpy(copy, s.at, s.len);
    return copy;
}
