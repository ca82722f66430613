#include "base/locked.h"

#include <sys/mman.h>

#include "base/mem.h"

void *locked_new(size_t n) {
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return NULL;
    if (mlock(at, n) == 0 && madvise(at, n, MADV_DONTDUMP) == 0 && madvise(at, n, MADV_DONTFORK) == 0) return at;
    munmap(at, n);
    return NULL;
}

void locked_free(void *at, size_t n) {
    if (!at) return;
    mem_wipe(at, n);
    munmap(at, n); // unlocks too
}
