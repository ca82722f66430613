// Sentences that cannot hold a name, found without cutting them into words.
#ifndef SLUICE_GATE_PLAIN_H
#define SLUICE_GATE_PLAIN_H

#include "gate/scan.h"

// The next sentence at or after `at`, itself the begin of one, that may hold a name; text.len when none does.
//
// A sentence is passed over when it is written as sentences are and nothing in it looks like a name: it begins with a
// capital, in a word that the filter knows as an ordinary one, has no other capital but "I", no letter beyond ASCII,
// and no cue that speaks of a person. One that begins otherwise may be all in lower case, and is looked at word by
// word.
size_t plain_skip(const struct scan *s, size_t at);

#endif
