// The one way to take memory from the heap: it never returns NULL.
//
// Out of memory ends the process with a message (a gateway that cannot allocate a few bytes cannot
// answer truthfully either). Sizes that a peer can influence are bounded before they come here: see
// the limits in config.h. Memory of a request comes from its arena (arena.h), not from here.
#ifndef SLUICE_BASE_MEM_H
#define SLUICE_BASE_MEM_H

#include "base/span.h"

// n bytes, zeroed. Free with free().
void *mem_new(size_t n) __attribute__((malloc, warn_unused_result, returns_nonnull));
// count * size bytes, zeroed; the product is checked.
void *mem_new_array(size_t count, size_t size) __attribute__((malloc, warn_unused_result, returns_nonnull));
// Like realloc; new bytes are not zeroed.
void *mem_grow(void *old, size_t n) __attribute__((warn_unused_result, returns_nonnull));
// A NUL-terminated copy.
char *mem_copy_z(const char *z) __attribute__((malloc, warn_unused_result, returns_nonnull));
char *mem_copy_span(struct span s) __attribute__((malloc, warn_unused_result, returns_nonnull));
// Clears bytes in a way that the compiler does not remove; for keys and prompts. explicit_bzero takes two calls more.
static inline void mem_wipe(void *at, size_t n) {
    if (n == 0) return;
    memset(at, 0, n);
    __asm__ volatile("" : : "r"(at) : "memory"); // somebody may look at the bytes, as far as the compiler knows
}

#endif
