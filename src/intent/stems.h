// Words are known by the hashes of their first STEM_BYTES bytes: intent_hash_word() of them, four at a time where the
// processor can.
#ifndef SLUICE_INTENT_STEMS_H
#define SLUICE_INTENT_STEMS_H

#include "intent/words.h"

enum { STEM_BYTES = 7, STEMS_SPARE = 3, STEMS_LONG = 9 };

// Returns how many of the words have STEMS_LONG bytes or more. `pieces` and `hashes` have room for STEMS_SPARE more;
// what stands there afterwards is nothing.
uint32_t stems_hash(const struct words *w, struct piece *pieces, uint32_t count, uint64_t *hashes);

#endif
