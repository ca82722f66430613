// Blocks of some hundred to some thousand bytes that a thread keeps for its next need instead of giving them back.
//
// A request takes half a dozen of them. malloc's own cache ends at 1 KB and calloc goes round it, so that each
// would cost a search and a merge of free memory. Blocks that malloc's cache would hold are kept here too: a request
// then runs no code of malloc at all. A thread keeps at most SPARE_KEPT_BYTES; they are freed when it ends.
#ifndef SLUICE_BASE_SPARE_H
#define SLUICE_BASE_SPARE_H

#include <stddef.h>

enum { SPARE_LEAST_BYTES = 256, SPARE_MOST_BYTES = 4096, SPARE_KEPT_BYTES = 512 << 10 };

// n bytes, not cleared; of any size, but only those between the bounds are kept. Never NULL.
void *spare_take(size_t n) __attribute__((warn_unused_result, returns_nonnull));
// Gives back what spare_take returned for the same n, maybe on another thread. NULL is allowed.
void spare_give(void *block, size_t n);

#endif
