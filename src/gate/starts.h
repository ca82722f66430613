// The literals of the gate. Most have a word in them, and are looked up at the begins of the text's words instead
// of searched for at every byte; the others are found by their grams.
#ifndef SLUICE_GATE_STARTS_H
#define SLUICE_GATE_STARTS_H

#include "base/span.h"

struct anchor;

// Built once, then only read.
struct starts;

// Whether the anchor's literal is looked up by a word in it.
bool starts_takes(const struct anchor *a);
// Of any anchors, which are kept by reference; their literals have two bytes at least.
struct starts *starts_new(const struct anchor *anchors, unsigned count);
void starts_free(struct starts *t);

struct start_match {
    uint32_t start, end;
    uint16_t anchor; // index in the anchors that starts_new got
    bool bound;      // it begins where a word does, with a letter of ASCII; those come first where both end
};

enum { STARTS_WAITING = 2048 };

// A text of less than 4 GiB that is being read.
struct start_reader {
    const struct starts *table;
    struct span text;
    size_t from;     // what begins before it is not looked for
    size_t at;       // words and grams that begin before it were looked up
    size_t readable; // what begins before it has the bytes that are compared first
    bool after_word; // the byte before `at` belongs to a word
    bool full;       // more waited than there was room for: something is lost
    unsigned given, count;
    struct start_match waiting[STARTS_WAITING]; // found, in the order of their ends
};

// From `at` on; `after_word`: the byte before it belongs to a word.
void starts_begin(struct start_reader *r, const struct starts *t, struct span text, size_t at, bool after_word);
// The next literal that ends at or before `until`, in the order of their ends. False when there is none. What follows
// it is not looked at: a literal need not be a whole word.
bool starts_next(struct start_reader *r, size_t until, struct start_match *out);

#endif
