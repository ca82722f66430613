// An arena: memory that dies together. One per request, released in one call.
//
// Allocation bumps a pointer in a chunk; a chunk that is full is followed by a larger one. Every
// arena has a maximum: past it arena_alloc returns NULL, and the caller answers "too large". Bytes
// are wiped when the arena is released or reset, because they may hold a prompt. Not for sharing between
// threads.
#ifndef SLUICE_BASE_ARENA_H
#define SLUICE_BASE_ARENA_H

#include "base/span.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; // newest chunk, or NULL
    size_t used;               // bytes handed out of the newest chunk
    size_t total;              // bytes of all chunks
    size_t max;                // limit for total
};

void arena_init(struct arena *a, size_t max);
// Releases everything; the arena can be used again.
void arena_release(struct arena *a);
// Forgets (and wipes) what was handed out but keeps the newest chunk for the next use.
void arena_reset(struct arena *a);
// n bytes, zeroed, aligned to 16; NULL when the maximum is reached.
void *arena_alloc(struct arena *a, size_t n) __attribute__((warn_unused_result));
// count * size bytes, product checked; NULL at the maximum.
void *arena_alloc_array(struct arena *a, size_t count, size_t size) __attribute__((warn_unused_result));
// A NUL-terminated copy; NULL at the maximum.
char *arena_copy(struct arena *a, struct span s) __attribute__((warn_unused_result));
// printf into the arena; NULL at the maximum.
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3), warn_unused_result));

#endif
