// Sentences that cannot hold a name, found without cutting them into words.
#ifndef SLUICE_GATE_PLAIN_H
#define SLUICE_GATE_PLAIN_H

#include "gate/scan.h"

struct plain_reader {
    const struct scan *scan;
    size_t base;    // of the 64 bytes that were looked at
    uint64_t marks; // which of them matter: capitals, letters beyond ASCII, what may end a sentence
};

void plain_begin(struct plain_reader *r, const struct scan *s);
// The next sentence at or after `at`, itself the begin of one, that may hold a name; text.len when none does.
//
// A sentence is passed over when it is written as sentences are and nothing in it looks like a name: it begins with a
// capital, in a word that the filter knows as an ordinary one, has no other capital but "I", no letter beyond ASCII,
// and no cue that speaks of a person. One that begins otherwise may be all in lower case, and is looked at word by
// word, but for a line of a single word before a part that is known to begin with no name.
//
// In a part that was scanned before it is passed over as well when it was read then, and no name found. `met`: the
// names that were found in this text before `at`.
size_t plain_skip(struct plain_reader *r, size_t at, const struct name_memory *met);
// A cue in or beside [start, end) speaks of a person.
bool plain_speaks_of_a_person(const struct scan *s, size_t start, size_t end);

#endif
