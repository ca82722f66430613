// What the files of the mask share.
#ifndef SLUICE_CHAT_MASK_INTERNAL_H
#define SLUICE_CHAT_MASK_INTERNAL_H

#include "chat/mask.h"

enum { MASK_MAX_RANGES = 1024, MASK_UNPLACED = UINT32_MAX };

// One stretch of view.text that gives way to a placeholder.
struct mask_range {
    uint32_t start, end;
    uint32_t part;  // index into view.parts, or MASK_UNPLACED
    uint32_t value; // index into the builder's values
    const char *type;
};

struct mask_builder {
    const struct chat_view *view;
    const char *why;           // once something cannot be done
    struct mask_range *ranges; // [MASK_MAX_RANGES], sorted by start, not overlapping
    uint32_t count;
    struct span *values; // [MASK_MAX_VALUES], in the order of their first place
    const char **types;  // of the values
    uint32_t value_count;
    size_t value_bytes;
    struct mask_limits limits;
    struct json_doc nested; // of the arguments of a call: the part `nested_part`
    uint32_t nested_part;
    bool nested_is_json;
};

// mask_ranges.c: from spans to ranges with a part and a value each. -1 with b->why.
int mask_find_ranges(struct mask_builder *b, const struct mask_span *spans, uint32_t count)
    __attribute__((warn_unused_result));
// Offset of the next place, from `from` on, where the value stands as a word; SIZE_MAX when there is none. Each place
// that is looked at takes one of *steps; at 0 nothing is found any more.
size_t mask_find_word(struct span text, struct span value, size_t from, uint32_t *steps);

// Values below this are masked where they were found and not looked for elsewhere: they would be everywhere.
enum { MASK_LEAST_WORD = 4 };
// Places of all values together that are looked at: a text that repeats part of a value endlessly is given up.
enum { MASK_MAX_STEPS = 100000 };

#endif
