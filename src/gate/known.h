// Where the literals stand in parts of a request that were scanned before, and which of their sentences hold no name:
// of a system text, of the turns of a conversation that came with its last request already. They need not be searched
// for again; what they mean there is looked at anew, with whatever stands around the part now, so that a scan finds the
// same with this memory and without it.
//
// A part is known by its imprint (base/imprint.h). Neither the text nor anything of it is kept but places of literals
// and sentences. A memory belongs to one thread and one gate; it begins as zeros.
#ifndef SLUICE_GATE_KNOWN_H
#define SLUICE_GATE_KNOWN_H

#include "base/imprint.h"
#include "gate/gate.h"
#include "gate/name_memory.h"

enum {
    KNOWN_LEAST_BYTES = 256, // a shorter part is searched faster than it is hashed
    KNOWN_PARTS = 64,        // that are remembered
    KNOWN_AT_ONCE = 32,      // of one request
    KNOWN_LITERALS = 40,     // of a part; one with more is not remembered
    KNOWN_RUNS = 8,          // of sentences without a name, of a part; those behind are looked at again
};

struct known_literal {
    uint32_t start; // from the begin of the part
    uint16_t len, anchor;
};

// Sentences that follow each other and hold no name: plain ones, and between them such that were read for names.
struct known_run {
    uint32_t from, to;
    struct name_memory asked; // words of those that would be read in another way behind a name that they are part of
};

struct known {
    uint32_t bytes, count, run_count;
    uint32_t calm;                                 // bytes of its first sentence, when no word of it can be of a name
    bool complete;                                 // was searched to its end
    bool taken;                                    // by a part of the request at work
    bool met;                                      // again, since a place was last looked for here
    struct known_literal literals[KNOWN_LITERALS]; // in the order in which they were met
    struct known_run runs[KNOWN_RUNS];
};

struct known_memory {
    struct imprint imprints[KNOWN_PARTS]; // of `parts`
    uint32_t first;                       // where the first part of the last request was
    uint32_t hand;                        // where the next place is looked for
    struct known parts[KNOWN_PARTS];
};

// A part of the request at work: remembered, or about to be.
struct known_part {
    size_t start, end;
    struct known *known;
    bool old;
};

struct known_walk {
    unsigned count;
    struct known_part parts[KNOWN_AT_ONCE]; // in the order of the text
    unsigned part, literal;                 // the next old part, and its next literal
    size_t old_end, new_end;                // of the last part that is remembered, and of the last one that will be
    size_t nameless_from, nameless_to;      // the sentences that were read last and held no name
    struct name_memory asked;               // as of a run
};

// The parts of a request, but for the user's last text: it was never seen before.
void known_begin(struct known_walk *w, struct known_memory *m, const struct gate_input *in);
// Places of literals in old parts, in the order of their ends. False when there is none up to `until`.
bool known_next_end(struct known_walk *w, size_t until, size_t *end);
struct known_literal known_take(struct known_walk *w, size_t *start);
// A literal was found at [start, end). False when it is in an old part, where known_take tells of it.
bool known_note(struct known_walk *w, size_t start, size_t end, unsigned anchor);
// The sentence [from, end) behind `at` is plain for what it holds, whatever cues stand in it.
void known_note_plain(struct known_walk *w, size_t at, size_t from, size_t end);
// The sentence [from, end) was read and holds no name, as long as none of the words in `asked` was one before. Only
// what follows says whether that is of use: what is read next may depend on it, a plain sentence does not.
void known_note_nameless(struct known_walk *w, size_t from, size_t end, const struct name_memory *asked);
// The end of a run of noted sentences that begins at `from`, or 0. `met`: the names of the text before it.
size_t known_run_end(const struct known_walk *w, size_t from, const struct name_memory *met);
// The sentence [from, end), the first of a part, was read with a line before it, and no word can be of a name, whatever
// stands before.
void known_note_calm(struct known_walk *w, size_t from, size_t end);
// The end of such a sentence, or 0.
size_t known_calm_end(const struct known_walk *w, size_t from);
// `whole`: the text was searched to its end, and what was noted is all there is.
void known_end(struct known_walk *w, bool whole);

#endif
