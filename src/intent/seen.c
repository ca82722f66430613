#include "intent/seen.h"

_Thread_local uint64_t seen_groups[(1 << SEEN_BITS) / 64];
