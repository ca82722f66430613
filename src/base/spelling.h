// How far two words are from each other, for "did you mean".
#ifndef SLUICE_BASE_SPELLING_H
#define SLUICE_BASE_SPELLING_H

#include "base/span.h"

enum { SPELLING_MOST_BYTES = 96 };
#define SPELLING_FAR (SIZE_MAX / 4) // twice of it is still a size

// Levenshtein's distance in bytes: how many are to be changed, put in or taken out. SPELLING_FAR when one of them has
// more than SPELLING_MOST_BYTES: such names are near to nothing. `nocase` takes A for a.
size_t spelling_distance(struct span a, struct span b, bool nocase);

#endif
