// Memory for what must not reach a disk: it is never swapped, not part of a core file, and no child process sees it.
//
// Whole pages of their own, so for few and short-lived things. The system bounds how much a process may lock
// (RLIMIT_MEMLOCK); where it refuses, nothing is handed out.
#ifndef SLUICE_BASE_LOCKED_H
#define SLUICE_BASE_LOCKED_H

#include <stddef.h>

// n bytes, zeroed; NULL when they cannot be had or not be locked.
void *locked_new(size_t n) __attribute__((warn_unused_result));
// Wipes and gives back; n as it was asked for. NULL is allowed.
void locked_free(void *at, size_t n);

#endif
