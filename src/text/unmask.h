// Texts inside a text: what it says once encoded stretches are decoded, and values that were pulled apart are joined.
//
// One pass over the bytes (clues.h) finds the places; both results are sparse mapped texts. A result that would be the
// same as the text is not made. For searching only.
#ifndef SLUICE_TEXT_UNMASK_H
#define SLUICE_TEXT_UNMASK_H

#include "text/mapped.h"

struct unmasked {
    struct mapped decoded, joined;
    bool has_decoded, has_joined;
    bool over; // more was encoded than *budget bytes: what was decoded is not the whole of it
    bool blob; // a long encoded stretch is no text
};

// text is well-formed UTF-8 of less than 4 GiB; `under` is the mapped text that it belongs to, or NULL. Takes what it
// decodes off *budget. -1 when the arena is full. Linear in text.len.
int unmask(struct span text, const struct mapped *under, size_t *budget, struct arena *arena, struct unmasked *out)
    __attribute__((warn_unused_result));

#endif
