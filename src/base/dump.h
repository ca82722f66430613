// Keeps what a process holds in memory out of core files.
#ifndef SLUICE_BASE_DUMP_H
#define SLUICE_BASE_DUMP_H

#include "base/err.h"

// From here on neither a crash nor another process of the same user gets at the memory of this process: it is not
// dumpable (core(5), also for handlers behind a pipe, which the limit does not stop), its limit for core files is 0,
// and its filter of what a core file holds is empty. Limit and filter are inherited by its children. -1 with the
// reason when one of them could not be set.
int dump_forbid(struct err *e) __attribute__((warn_unused_result));

#endif
