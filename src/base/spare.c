#include "base/spare.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

enum { STEP_BYTES = 128, SIZES = SPARE_MOST_BYTES / STEP_BYTES + 1 };

struct block {
    struct block *next;
};

struct kept {
    struct block *first[SIZES]; // by size in steps, rounded up
    size_t bytes;
};

static _Thread_local struct kept *kept; // NULL before the first block
static pthread_key_t at_end;            // has the same value, for its destructor

static size_t steps_of(size_t n) {
    return (n + STEP_BYTES - 1) / STEP_BYTES;
}

static void release(void *of_thread) {
    struct kept *k = of_thread;
    for (size_t i = 0; i < SIZES; i++)
        for (struct block *b = k->first[i], *next; b; b = next) {
            next = b->next;
            ASAN_UNPOISON_MEMORY_REGION(b, i * STEP_BYTES);
            free(b);
        }
    free(k);
    kept = NULL;
}

__attribute__((constructor)) static void prepare(void) {
    if (pthread_key_create(&at_end, release)) abort();
}

static bool is_kept(size_t n) {
    return n > SPARE_LEAST_BYTES && n <= SPARE_MOST_BYTES;
}

void *spare_take(size_t n) {
    if (!is_kept(n)) return mem_grow(NULL, n);
    size_t steps = steps_of(n);
    struct block *b = kept ? kept->first[steps] : NULL;
    if (!b) return mem_grow(NULL, steps * STEP_BYTES);
    kept->first[steps] = b->next;
    kept->bytes -= steps * STEP_BYTES;
    ASAN_UNPOISON_MEMORY_REGION(b, steps * STEP_BYTES);
    return b;
}

void spare_give(void *block, size_t n) {
    size_t bytes = steps_of(n) * STEP_BYTES;
    if (!block) return;
    if (!is_kept(n) || (kept && kept->bytes + bytes > SPARE_KEPT_BYTES)) {
        free(block);
        return;
    }
    if (!kept) {
        kept = mem_new(sizeof *kept);
        pthread_setspecific(at_end, kept);
    }
    struct block *b = block;
    b->next = kept->first[steps_of(n)];
    kept->first[steps_of(n)] = b;
    kept->bytes += bytes;
    ASAN_POISON_MEMORY_REGION(b + 1, bytes - sizeof *b); // a use after this is one after free
}
