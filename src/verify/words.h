// A text reduced to what people mean by "the same": its folded words, one space before and after each.
//
// Case, white space, punctuation and accents (composed or not) make no difference (gate/own_fold.h); currency signs
// become their codes; letters and digits are parted, and in scripts without spaces every character is a word. So one
// text holds another, as whole words, when its bytes here hold the other's.
#ifndef SLUICE_VERIFY_WORDS_H
#define SLUICE_VERIFY_WORDS_H

#include "base/arena.h"

// Linear; memory from the arena: {NULL, SIZE_MAX} when it is full. " " when there is no word.
struct span words_of(struct span text, struct arena *arena);

// The next word at or after *at, which moves behind it; an empty span at the end.
struct span words_next(struct span words, size_t *at);

#endif
